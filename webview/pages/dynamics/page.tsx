import { useMemo } from 'preact/hooks';
import type { Report } from '../../../extension/contract/report.js';
import { ChartCard } from '../../charts/chartCard.js';
import type { LineFigure, Scale } from '../../charts/figure.js';
import { Choice } from '../../elements/choice.js';
import { LiveMatrices } from '../../parts/liveMatrices/cards.js';
import { OfferOthers } from '../../parts/offerOthers.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { analysisAbsent } from '../../report/absence.js';
import { shortName } from '../../charts/shortNames.js';
import { groupLabel } from '../../report/matrices.js';
import { useRunsOverlay, type RunsOverlay } from '../../parts/runsOverlay.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isText, usePersistedState } from '../../state/persistedState.js';
import { say, type StringKey } from '../../words/say.js';
import type { Scales } from '../../charts/overSteps.js';
import * as defect from './defect.js';
import * as energySplit from './energySplit.js';
import { Offer } from './offer.js';
import * as path from './path.js';
import * as updates from './updates.js';

/** Criteria that select the charts of a report. */
interface Chosen {
  readonly matrix: string;
  readonly kind: updates.WindowKind;
}

interface Card {
  readonly id: string;
  readonly title: StringKey;
  /** The analysis that provides its numbers. */
  readonly analysis: 'defect' | 'edge';
  readonly scale: Scale;
  readonly figure: (report: Report, scales: Scales, chosen: Chosen) => LineFigure | undefined;
  readonly says: (report: Report, chosen: Chosen) => string;
  /** Its x is not the step: a click opens nothing. */
  readonly isNotOverSteps?: true;
}

/** The charts of the page. To add one, add a row. */
const cards: readonly Card[] = [
  {
    id: 'accuracy',
    title: 'dynamics.accuracyTitle',
    analysis: 'defect',
    scale: 'linear',
    figure: defect.accuracyFigure,
    says: defect.accuracySays,
  },
  {
    id: 'defect',
    title: 'dynamics.defectTitle',
    analysis: 'defect',
    scale: 'log',
    figure: defect.defectFigure,
    says: defect.defectSays,
  },
  {
    id: 'gradient',
    title: 'dynamics.gradientTitle',
    analysis: 'defect',
    scale: 'log',
    figure: defect.gradientFigure,
    says: defect.gradientSays,
  },
  {
    id: 'onset',
    title: 'dynamics.onsetTitle',
    analysis: 'defect',
    scale: 'linear',
    figure: defect.onsetFigure,
    says: defect.onsetFigureSays,
    isNotOverSteps: true,
  },
  {
    id: 'captured',
    title: 'dynamics.capturedTitle',
    analysis: 'defect',
    scale: 'linear',
    figure: defect.capturedFigure,
    says: defect.capturedSays,
  },
  {
    id: 'gaps',
    title: 'dynamics.gapsTitle',
    analysis: 'defect',
    scale: 'log',
    figure: path.gapsFigure,
    says: path.gapsSays,
  },
  {
    id: 'commutator',
    title: 'dynamics.commutatorTitle',
    analysis: 'defect',
    scale: 'linear',
    figure: path.commutatorFigure,
    says: path.commutatorSays,
  },
  {
    id: 'share',
    title: 'dynamics.shareTitle',
    analysis: 'defect',
    scale: 'linear',
    figure: (report, scales, { matrix }) => path.shareFigure(report, matrix, scales),
    says: (report, { matrix }) => path.shareSays(report, matrix),
  },
  {
    id: 'ratio',
    title: 'dynamics.ratioTitle',
    analysis: 'edge',
    scale: 'linear',
    figure: (report, scales, { kind }) => updates.gapFigure(report, kind, 'ratio12', scales),
    says: (report, { kind }) => updates.ratioSays(report, kind),
  },
  {
    id: 'decline',
    title: 'dynamics.declineTitle',
    analysis: 'edge',
    scale: 'log',
    figure: (report, scales, { kind }) => updates.gapFigure(report, kind, 'g23', scales),
    says: (report, { kind }) => updates.declineSays(report, kind),
  },
  {
    id: 'spectrum',
    title: 'dynamics.spectrumTitle',
    analysis: 'edge',
    scale: 'log',
    figure: (report, scales, { kind }) => updates.spectrumFigure(report, kind, scales),
    says: () => '',
  },
  {
    id: 'kStar',
    title: 'dynamics.kStarTitle',
    analysis: 'edge',
    scale: 'linear',
    figure: (report, scales, { kind }) => updates.kStarFigure(report, kind, scales),
    says: (report, { kind }) => updates.kStarSays(report, kind),
  },
  {
    id: 'decay',
    title: 'dynamics.decayTitle',
    analysis: 'edge',
    scale: 'linear',
    figure: (report, scales, { kind }) => updates.decayFigure(report, kind, scales),
    says: (report, { kind }) => updates.decaySays(report, kind),
  },
  {
    id: 'split',
    title: 'dynamics.splitTitle',
    analysis: 'edge',
    scale: 'linear',
    figure: (report, scales, { kind }) => energySplit.splitFigure(report, kind, scales),
    says: (report, { kind }) => energySplit.splitSays(report, kind),
  },
];

/** The dynamics of training on one axis of steps: curvature across the trajectory, spectrum of the updates. */
export function Dynamics() {
  const { report, matrices: known } = useInspection();
  const runs = useRunsOverlay();
  const [matrix, setMatrix] = usePersistedState('dynamics.matrix', '', isText);
  const [window, setWindow] = usePersistedState('dynamics.window', '', isText);
  const matrices = useMemo(() => path.pathMatrices(report), [report]);
  const kinds = useMemo(() => updates.windowKinds(report), [report]);
  const chosenMatrix = matrices.includes(matrix) ? matrix : (matrices[0] ?? '');
  const kind = kinds.find((one) => updates.kindKey(one) === window) ?? kinds[0];
  const chosen: Chosen = { matrix: chosenMatrix, kind: kind ?? { group: 'all', window: 0, centred: false } };
  return (
    <>
      <Offer analysis="edge" />
      <Offer analysis="defect" />
      <OfferOthers sections={['updateSpectra', 'defects', 'matrixGaps']} />
      <div class="pickers">
        {runs.choice}
        {matrices.length > 0 && (
          <label>
            <span>{say('matrix')}</span>
            <Choice
              label={say('matrix')}
              value={chosenMatrix}
              options={matrices.map((value) => ({ value, text: groupLabel(value, known) }))}
              onChange={setMatrix}
            />
          </label>
        )}
        {kind && (
          <label>
            <span>{say('dynamics.window')}</span>
            <Choice
              label={say('dynamics.window')}
              value={updates.kindKey(kind)}
              options={kinds.map((one) => ({
                value: updates.kindKey(one),
                text: updates.kindSays(one, known),
              }))}
              onChange={setWindow}
            />
          </label>
        )}
      </div>
      <div class="cards">
        {cards.map((card) => (
          <DynamicsCard key={card.id} card={card} chosen={chosen} runs={runs} />
        ))}
      </div>
      <LiveMatrices />
    </>
  );
}

interface DynamicsCardProps {
  readonly card: Card;
  readonly chosen: Chosen;
  readonly runs: RunsOverlay;
}

function DynamicsCard({ card, chosen, runs }: DynamicsCardProps) {
  const view = useInspection();
  const { report } = view;
  const id = `dynamics.${card.id}`;
  const [values, setValues] = useScale(`${id}.scale`, card.scale);
  const figure = useMemo(
    () => runs.over((one) => card.figure(one, { values }, chosen)),
    [card, runs, values, chosen.matrix, chosen.kind],
  );
  // A click opens the spectra of the checkpoint at that step.
  const openStep = (step: number): void => {
    const known = report.checkpoints.some((checkpoint) => checkpoint.step === step);
    if (known) view.open('spectra', { 'spectra.step': step });
  };
  // Missing analyses are offered above, not shown as empty cards.
  if (!figure && !report.analyses.some((analysis) => analysis.id === card.analysis)) return null;
  return (
    <ChartCard
      id={id}
      title={say(card.title, { matrix: shortName(groupLabel(chosen.matrix, view.matrices)) })}
      figure={figure}
      says={figure ? card.says(report, chosen) + runs.says : ''}
      absent={analysisAbsent(view, card.analysis)}
      {...(card.isNotOverSteps ? {} : { onPoint: openStep })}
      controls={
        !card.isNotOverSteps && (
          <ScaleChoice axis={figure?.y.title ?? say(card.title)} value={values} onChange={setValues} />
        )
      }
    />
  );
}
