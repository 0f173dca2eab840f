import { useMemo } from 'preact/hooks';
import type { ComparisonEntry } from '../../../extension/contract/report.js';
import { Choice } from '../../elements/choice.js';
import { GridCard } from '../../parts/gridCard.js';
import { analysisAbsent } from '../../report/absence.js';
import { layerPlaces } from '../../report/layerPlaces.js';
import { matrixKey } from '../../../extension/contract/matrixKey.js';
import type { MatrixInfo } from '../../report/matrices.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isText, oneOf, usePersistedState } from '../../state/persistedState.js';
import { percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { compareGrid } from './compareGrid.js';
import { ComparedTensors } from './comparedTensors.js';
import { LoraCard } from './loraCard.js';
import { pairMeasures } from './measures.js';
import { PairCards } from './pairCards.js';

const measureIds = pairMeasures.map(({ id }) => id);

/** Compares the inspected checkpoint with another one: which layers changed, how, and the nulls. */
export function Compare() {
  const view = useInspection();
  const { report, matrices } = view;
  const [chosen, choose] = usePersistedState('compare.matrix', '', isText);
  const [measureId, setMeasure] = usePersistedState('compare.measure', 'distance', oneOf(measureIds));
  const entries = useMemo(
    () => new Map(report.comparisons.map((entry) => [matrixKey(entry), entry])),
    [report],
  );
  const placed = useMemo(() => matrices.filter(({ fused }) => !fused), [matrices]);
  const places = useMemo(() => layerPlaces(placed.map(({ tensor }) => tensor)), [placed]);
  const measure = pairMeasures.find(({ id }) => id === measureId) ?? pairMeasures[0]!;
  const grid = useMemo(
    () => compareGrid(places, placed, (matrix: MatrixInfo) => entries.get(matrix.key), measure),
    [places, placed, entries, measure],
  );
  const [summary] = report.comparisonSummaries;
  const furthest = useMemo(() => furthestOf(report.comparisons), [report]);
  const shown = entries.get(chosen) ?? furthest;
  if (!summary) return <p class="pending page">{analysisAbsent(view, 'compare')}</p>;
  return (
    <>
      <section class="card first" aria-labelledby="compare-title">
        <header>
          <h2 id="compare-title" title={summary.base.path}>
            {say(summary.isUpdate ? 'compare.titleUpdate' : 'compare.title', {
              source: report.source.name,
              base: summary.base.name,
            })}
          </h2>
        </header>
        <ul class="sentences">
          {summary.relativeDistance !== undefined && summary.changed > 0 && (
            <li>
              {say('compare.whole', {
                n: summary.changed,
                distance: percent(summary.relativeDistance.value),
                null: percent(summary.relativeDistance.null),
              })}
            </li>
          )}
          {summary.sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </section>
      {places.kinds.length > 0 && summary.changed > 0 && (
        <GridCard
          id="compare.grid"
          title={say('grid.title', { value: grid.value.replace(/^./, (letter) => letter.toUpperCase()) })}
          grid={grid}
          absent={analysisAbsent(view, 'compare')}
          says={say('compare.gridSays', { null: say(measure.note) })}
          onCell={(row, column) => {
            const index = places.at[row]?.[column];
            if (index !== undefined) choose(placed[index]!.key);
          }}
          controls={
            <Choice
              label={say('compare.measure')}
              value={measure.id}
              options={pairMeasures.map(({ id, title }) => ({ value: id, text: say(title) }))}
              onChange={setMeasure}
            />
          }
        />
      )}
      {shown && <PairCards entry={shown} />}
      <LoraCard />
      <ComparedTensors onShow={choose} />
    </>
  );
}

/** The matrix that changed most among those with a spectrum of the difference. */
const furthestOf = (entries: readonly ComparisonEntry[]): ComparisonEntry | undefined => {
  const distance = (entry: ComparisonEntry): number => entry.relativeDistance?.value ?? 0;
  return entries
    .filter(({ difference }) => difference !== undefined)
    .reduce<ComparisonEntry | undefined>(
      (best, entry) => (best === undefined || distance(entry) > distance(best) ? entry : best),
      undefined,
    );
};
