import { useMemo } from 'preact/hooks';
import {
  statisticKeys,
  statistics,
  type StatisticKey,
} from '../../../extension/contract/statistics/table.js';
import { Choice } from '../../elements/choice.js';
import { SideChoice, StatisticChoice } from '../../parts/spectrumChoices.js';
import { GridCard } from '../../parts/gridCard.js';
import { spectraAbsent } from '../../report/absence.js';
import { transposed } from '../../parts/gridPicture.js';
import { layerPlaces } from '../../report/layerPlaces.js';
import { sides, type MatrixInfo, type Of } from '../../report/matrices.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isNumber, oneOf, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';
import { gridMeasures, gridSays, modelGrid, type GridMeasure } from './modelGrid.js';

const lastStep = -1;
const keptByShuffles = new Set<StatisticKey>(
  statistics.filter(({ isKeptByShuffles }) => isKeptByShuffles).map(({ key }) => key),
);

/** One statistic of every matrix of a layer, kind × layer, at any step. Hidden if names give no layers. */
export function ModelGridCard() {
  const view = useInspection();
  const { report, matrices, spectra } = view;
  const [statistic, setStatistic] = usePersistedState<StatisticKey>(
    'grid.statistic',
    'effectiveRank',
    oneOf(statisticKeys),
  );
  const [chosen, setMeasure] = usePersistedState<GridMeasure>('grid.measure', 'ratio', oneOf(gridMeasures));
  const [side, setSide] = usePersistedState<Of>('grid.of', 'weights', oneOf(sides));
  const [step, setStep] = usePersistedState('grid.step', lastStep, isNumber);
  const placed = useMemo(() => matrices.filter(({ fused }) => !fused), [matrices]);
  const places = useMemo(() => layerPlaces(placed.map(({ tensor }) => tensor)), [placed]);
  const steps = useMemo(() => {
    const found = placed.flatMap((matrix) => spectra.of(matrix, side).map((entry) => entry.step));
    return [...new Set(found)].sort((a, b) => a - b);
  }, [placed, spectra, side]);
  const at = steps.includes(step) ? steps.indexOf(step) : steps.length - 1;
  const measure = keptByShuffles.has(statistic) ? 'value' : chosen;
  const grid = useMemo(() => {
    const entryOf = (matrix: MatrixInfo) =>
      spectra.of(matrix, side).find((entry) => entry.step === steps[at]);
    return modelGrid(places, placed, entryOf, statistic, measure);
  }, [places, placed, spectra, side, steps, at, statistic, measure]);
  if (places.kinds.length === 0) return null;
  const isSeries = report.checkpoints.length > 1;
  const draws = report.spectra.find(({ nulls }) => nulls.shuffled)?.nulls.shuffled?.draws;
  // Few layers are rows, many are columns.
  const isDown = places.layers.length < places.kinds.length;
  const open = (row: number, column: number): void => {
    const index = isDown ? places.at[column]?.[row] : places.at[row]?.[column];
    if (index !== undefined) view.open('spectra', { 'spectra.matrix': placed[index]!.key });
  };
  return (
    <GridCard
      id="grid"
      title={say('grid.title', { value: grid.value.replace(/^./, (letter) => letter.toUpperCase()) })}
      grid={isDown ? transposed(grid, say('grid.kind')) : grid}
      absent={spectraAbsent(view, side)}
      says={gridSays(grid, measure, draws, places.outside.length)}
      onCell={open}
      controls={
        <>
          {isSeries && steps.length > 1 && (
            <label class="slider">
              <input
                type="range"
                min="0"
                max={steps.length - 1}
                value={at}
                aria-label={say('spectra.step')}
                aria-valuetext={say('spectra.atStep', { step: steps[at] ?? 0 })}
                onInput={({ currentTarget }) => setStep(steps[currentTarget.valueAsNumber] ?? lastStep)}
              />
              <output>{say('spectra.atStep', { step: steps[at] ?? 0 })}</output>
            </label>
          )}
          <StatisticChoice value={statistic} onChange={setStatistic} />
          {!keptByShuffles.has(statistic) && (
            <Choice
              label={say('grid.measure')}
              value={chosen}
              options={gridMeasures.map((value) => ({ value, text: say(`grid.measure.${value}`) }))}
              onChange={setMeasure}
            />
          )}
          {isSeries && <SideChoice value={side} onChange={setSide} short />}
        </>
      }
    />
  );
}
