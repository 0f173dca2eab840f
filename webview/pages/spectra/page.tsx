import { useMemo } from 'preact/hooks';
import type { PrincipalAnglesEntry, Report, SpectrumEntry } from '../../../extension/contract/report.js';
import { ChartCard } from '../../charts/chartCard.js';
import {
  anglesAbsent,
  notComputed,
  ranksAbsent,
  spectraAbsent,
  spectrumAbsent,
} from '../../report/absence.js';
import { anglesSay, computedSays, ranksOverStepsSay, spectrumSays } from './sentences.js';
import { anglesFigure, isWholeSpace, ranksOverSteps, spectrumFigure } from './figure.js';
import { shortName } from '../../charts/shortNames.js';
import { MatrixCards } from './matrixCards.js';
import { Choice } from '../../elements/choice.js';
import { CurvesCard } from '../../parts/curves/card.js';
import { SideChoice } from '../../parts/spectrumChoices.js';
import { PinButton } from '../../parts/pinButton.js';
import { overlay as drawnOver } from '../../charts/overlay.js';
import { otherRuns as reportsOfRuns } from '../../report/otherRuns.js';
import { overlaidRuns } from '../../report/overlaidRuns.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { SpectrumStatistics } from './spectrumStatistics.js';
import type { Of } from '../../report/matrices.js';
import { matrixKey } from '../../../extension/contract/matrixKey.js';
import { fullLabel, sides, substantial } from '../../report/matrices.js';
import { hasSteps } from '../../../extension/contract/stepKnown.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isNumber, isText, oneOf, usePersistedState } from '../../state/persistedState.js';
import { integer } from '../../words/numbers.js';
import { say } from '../../words/say.js';

const overlays = ['one', 'ends', 'some', 'all', 'runs'] as const;
type Overlay = (typeof overlays)[number];
const lastStep = -1;

/** The spectra behind the chosen one. */
const overlaid: { readonly [K in Overlay]: (entries: readonly SpectrumEntry[]) => readonly SpectrumEntry[] } =
  {
    one: () => [],
    ends: (entries) => [entries[0]!, entries.at(-1)!],
    some: (entries) =>
      Array.from({ length: 6 }, (_, index) => entries[Math.round((index * (entries.length - 1)) / 5)]!),
    all: (entries) => entries,
    runs: () => [],
  };

const anglesOf = ({ principalAngles }: Report, matrix: string | undefined): PrincipalAnglesEntry[] =>
  principalAngles
    .filter(({ tensor, part }) => matrixKey({ tensor, part }) === matrix)
    .sort((a, b) => a.toStep - b.toStep);

/** The singular values of one matrix: at a step, over the steps, and how its leading subspaces turn. */
export function RankSpectra() {
  const view = useInspection();
  const { report, spectra, matrixChoice } = view;
  const matrices = matrixChoice.shown;
  const [chosenMatrix, setMatrix] = usePersistedState('spectra.matrix', '', isText);
  const [side, setSide] = usePersistedState<Of>('spectra.of', 'weights', oneOf(sides));
  const [step, setStep] = usePersistedState('spectra.step', lastStep, isNumber);
  const [overlay, setOverlay] = usePersistedState<Overlay>('spectra.overlay', 'one', oneOf(overlays));
  const [scale, setScale] = useScale('spectra.scale', 'log');
  const [rankScale, setRankScale] = useScale('spectra.ranks.scale', 'linear');
  const [angleScale, setAngleScale] = useScale('spectra.angles.scale', 'linear');

  const matrix =
    view.matrices.find(({ key }) => key === chosenMatrix) ?? substantial(matrices)[0] ?? matrices[0];
  const entries = useMemo(() => (matrix ? spectra.of(matrix, side) : []), [matrix, side, spectra]);
  const found = entries.findIndex((entry) => entry.step === step);
  const at = found >= 0 ? found : entries.length - 1;
  const entry = entries[at];

  const others = useMemo(() => overlaidRuns(report).slice(1), [report]);
  const hasOthers = matrix !== undefined && others.some((run) => run.of(matrix.key, side).length > 0);
  const sight = overlay === 'runs' && !hasOthers ? 'one' : overlay;
  const otherRuns = useMemo(
    () =>
      others.flatMap((run) => {
        const own = matrix ? run.of(matrix.key, side) : [];
        // Models without steps stand at one place each.
        const same = hasSteps(report) ? own.find((one) => one.step === entry?.step) : own.at(-1);
        return same ? [{ name: run.name, entry: same }] : [];
      }),
    [report, others, matrix, side, entry],
  );
  const figure = useMemo(() => {
    if (!entry) return undefined;
    const besides = new Set(
      overlaid[sight](entries).filter((other) => other.step !== entry.step && other.spectralNorm > 0),
    );
    // Only some steps have shuffles; the nearest one still shows the position of the null.
    const withNull = entries.filter(({ nulls }) => nulls.shuffled);
    const nearest = withNull.reduce<SpectrumEntry | undefined>(
      (best, one) =>
        !best || Math.abs(one.step - entry.step) < Math.abs(best.step - entry.step) ? one : best,
      undefined,
    );
    const named = hasSteps(report) ? undefined : report.checkpoints[0]?.label;
    return spectrumFigure(entry, [...besides], nearest, scale, sight === 'runs' ? otherRuns : [], named);
  }, [entry, entries, sight, scale, otherRuns]);
  const { grokStep } = report.source;
  const ranks = useMemo(() => {
    const own = ranksOverSteps(entries, rankScale, grokStep);
    if (sight !== 'runs' || !matrix) return own;
    return drawnOver([
      { run: report.source.name, figure: own },
      ...others.map((run) => ({
        run: run.name,
        figure: ranksOverSteps(run.of(matrix.key, side), rankScale, undefined),
      })),
    ]);
  }, [report, others, matrix, side, sight, entries, rankScale, grokStep]);
  const angles = useMemo(() => anglesOf(report, matrix?.key), [report, matrix]);
  const turning = useMemo(() => {
    const own = matrix && anglesFigure(angles, matrix, angleScale, grokStep);
    if (sight !== 'runs' || !matrix) return own;
    return drawnOver(
      [
        { run: report.source.name, figure: own },
        ...reportsOfRuns(report).map((run) => ({
          run: run.name,
          figure: anglesFigure(anglesOf(run.report, matrix.key), matrix, angleScale, undefined),
        })),
      ],
      // Of several runs the mean angles: the largest of each besides are too many to be told apart.
      { keeps: ({ name }) => name !== say('angles.largest') },
    );
  }, [report, sight, angles, matrix, angleScale, grokStep]);
  if (!matrix) {
    return <p class="pending page">{spectraAbsent(view, side)}</p>;
  }
  const shownLabel = entries.length > 1 ? 'spectra.overlay' : 'overlay.runsLabel';
  const sideText = say(side);
  const overlaySays =
    sight === 'runs' ? ` ${say('overlay.says', { n: others.length + 1, run: report.source.name })}` : '';
  return (
    <>
      <div class="pickers">
        <label>
          <span>{say('matrix')}</span>
          <Choice
            label={say('matrix')}
            value={matrix.key}
            options={(matrices.includes(matrix) ? matrices : [matrix, ...matrices]).map((one) => ({
              value: one.key,
              text: `${fullLabel(one)} (${one.rows} × ${one.columns})`,
            }))}
            onChange={setMatrix}
          />
        </label>
        <PinButton matrix={matrix} />
        <label>
          <span>{say('of')}</span>
          <SideChoice value={side} onChange={setSide} />
        </label>
        {entries.length > 1 && entry && (
          <label class="slider">
            <span>{say('spectra.step')}</span>
            <input
              type="range"
              min="0"
              max={entries.length - 1}
              step="1"
              value={at}
              aria-valuetext={say('spectra.atStep', { step: entry.step })}
              onInput={({ currentTarget }) => setStep(entries[currentTarget.valueAsNumber]?.step ?? lastStep)}
            />
            <output>{integer(entry.step)}</output>
          </label>
        )}
        {(entries.length > 1 || hasOthers) && (
          <label>
            <span>{say(shownLabel)}</span>
            <Choice
              label={say(shownLabel)}
              value={sight}
              options={overlays
                .filter((value) => (value === 'runs' ? hasOthers : value === 'one' || entries.length > 1))
                .map((value) => ({
                  value,
                  text: say(value === 'one' && entries.length === 1 ? 'overlay.model' : `overlay.${value}`),
                }))}
              onChange={setOverlay}
            />
          </label>
        )}
      </div>
      <div class="cards">
        <ChartCard
          id="spectra.values"
          title={say('spectra.title', { matrix: shortName(fullLabel(matrix)), of: sideText })}
          figure={figure}
          says={entry && figure ? spectrumSays(entry) + computedSays(matrix) + overlaySays : ''}
          absent={entry ? spectrumSays(entry) : spectrumAbsent(view, matrix, side)}
          controls={<ScaleChoice axis={say('singularValue')} value={scale} onChange={setScale} />}
        />
        {entries.length > 1 && (
          <ChartCard
            id="spectra.ranks"
            title={say('overSteps.title', { matrix: shortName(fullLabel(matrix)) })}
            figure={ranks}
            says={ranksOverStepsSay(entries) + overlaySays}
            absent={ranksAbsent(view)}
            controls={<ScaleChoice axis={say('overSteps.axis')} value={rankScale} onChange={setRankScale} />}
          />
        )}
        <CurvesCard />
        {report.checkpoints.length > 1 && (
          <ChartCard
            id="spectra.angles"
            title={say('angles.title', {
              k: angles[0]?.k ?? report.settings.subspace,
              matrix: shortName(fullLabel(matrix)),
            })}
            figure={turning}
            says={anglesSay(angles) + overlaySays}
            absent={
              angles[0] && isWholeSpace(angles[0], matrix)
                ? notComputed(say('absent.wholeSpace'))
                : anglesAbsent(view, matrix)
            }
            controls={<ScaleChoice axis={say('angles.axis')} value={angleScale} onChange={setAngleScale} />}
          />
        )}
      </div>
      {entry && <SpectrumStatistics entry={entry} />}
      {entry && side === 'weights' && <MatrixCards matrix={matrix} step={entry.step} />}
    </>
  );
}
