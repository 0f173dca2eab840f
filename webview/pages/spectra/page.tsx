import { useMemo } from 'preact/hooks';
import type { SpectrumEntry } from '../../../extension/contract/report.js';
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
import { overlaidRuns } from '../../report/overlaidRuns.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { SpectrumStatistics } from './spectrumStatistics.js';
import type { Of } from '../../report/matrices.js';
import { fullLabel, matrixKey, sides, substantial } from '../../report/matrices.js';
import { hasSteps } from '../../report/stepKnown.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isNumber, isText, oneOf, usePersistedState } from '../../state/persistedState.js';
import { integer } from '../../words/numbers.js';
import { say } from '../../words/say.js';

const overlays = ['one', 'ends', 'some', 'all', 'runs'] as const;
type Overlay = (typeof overlays)[number];
const lastStep = -1;

/** The spectra drawn behind the chosen one. */
const overlaid: { readonly [K in Overlay]: (entries: readonly SpectrumEntry[]) => readonly SpectrumEntry[] } =
  {
    one: () => [],
    ends: (entries) => [entries[0]!, entries.at(-1)!],
    some: (entries) =>
      Array.from({ length: 6 }, (_, index) => entries[Math.round((index * (entries.length - 1)) / 5)]!),
    all: (entries) => entries,
    runs: () => [],
  };

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

  const otherRuns = useMemo(
    () =>
      overlaidRuns(report)
        .slice(1)
        .flatMap((run) => {
          const same = matrix && run.of(matrix.key, side).find((one) => one.step === entry?.step);
          return same ? [{ name: run.name, entry: same }] : [];
        }),
    [report, matrix, side, entry],
  );
  const figure = useMemo(() => {
    if (!entry) return undefined;
    const others = new Set(
      overlaid[overlay](entries).filter((other) => other.step !== entry.step && other.spectralNorm > 0),
    );
    // Shuffles are drawn at some steps only; the nearest computed one still shows the null's place.
    const withNull = entries.filter(({ nulls }) => nulls.shuffled);
    const nearest = withNull.reduce<SpectrumEntry | undefined>(
      (best, one) =>
        !best || Math.abs(one.step - entry.step) < Math.abs(best.step - entry.step) ? one : best,
      undefined,
    );
    const named = hasSteps(report) ? undefined : report.checkpoints[0]?.label;
    return spectrumFigure(entry, [...others], nearest, scale, overlay === 'runs' ? otherRuns : [], named);
  }, [entry, entries, overlay, scale, otherRuns]);
  const { grokStep } = report.source;
  const ranks = useMemo(() => ranksOverSteps(entries, rankScale, grokStep), [entries, rankScale, grokStep]);
  const angles = useMemo(
    () =>
      report.principalAngles
        .filter(({ tensor, part }) => matrixKey(tensor, part) === matrix?.key)
        .sort((a, b) => a.toStep - b.toStep),
    [report, matrix],
  );
  const turning = useMemo(
    () => matrix && anglesFigure(angles, matrix, angleScale, grokStep),
    [angles, matrix, angleScale, grokStep],
  );
  if (!matrix) {
    return <p class="pending page">{spectraAbsent(view, side)}</p>;
  }
  const sideText = say(side);
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
        {entries.length > 1 && (
          <label>
            <span>{say('spectra.overlay')}</span>
            <Choice
              label={say('spectra.overlay')}
              value={overlay === 'runs' && otherRuns.length === 0 ? 'one' : overlay}
              options={overlays
                .filter((value) => value !== 'runs' || otherRuns.length > 0)
                .map((value) => ({ value, text: say(`overlay.${value}`) }))}
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
          says={entry && figure ? spectrumSays(entry) + computedSays(matrix) : ''}
          absent={entry ? spectrumSays(entry) : spectrumAbsent(view, matrix, side)}
          controls={<ScaleChoice axis={say('singularValue')} value={scale} onChange={setScale} />}
        />
        {entry && <SpectrumStatistics entry={entry} />}
        {entries.length > 1 && (
          <ChartCard
            id="spectra.ranks"
            title={say('overSteps.title', { matrix: shortName(fullLabel(matrix)) })}
            figure={ranks}
            says={ranksOverStepsSay(entries)}
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
            says={anglesSay(angles)}
            absent={
              angles[0] && isWholeSpace(angles[0], matrix)
                ? notComputed(say('absent.wholeSpace'))
                : anglesAbsent(view, matrix)
            }
            controls={<ScaleChoice axis={say('angles.axis')} value={angleScale} onChange={setAngleScale} />}
          />
        )}
      </div>
      {entry && side === 'weights' && <MatrixCards matrix={matrix} step={entry.step} />}
    </>
  );
}
