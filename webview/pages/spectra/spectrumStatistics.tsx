import { useMemo } from 'preact/hooks';
import type { AnalysisRequest, SpectrumEntry } from '../../../extension/contract/report.js';
import { bulk } from '../../../extension/contract/statistics/bulk.js';
import type { Statistic } from '../../../extension/contract/statistics/statistic.js';
import { statistics, type StatisticKey } from '../../../extension/contract/statistics/table.js';
import { shuffledAbsent } from '../../report/absence.js';
import { bandName } from '../../words/bands.js';
import { counted } from '../../words/counts.js';
import { integer, number } from '../../words/numbers.js';
import { shareOfRank, statisticName, statisticNote } from '../../words/statistics.js';
import { Button } from '../../elements/toolkit.js';
import { matrixKey } from '../../../extension/contract/matrixKey.js';
import { hasSteps } from '../../../extension/contract/stepKnown.js';
import { useInspection } from '../../state/inspectionContext.js';
import { useRequests } from '../../state/requests.js';
import { say } from '../../words/say.js';
import { Failure } from '../../elements/failure.js';
import { Formula } from '../../elements/formula.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';

/** Counts are whole numbers, except their means over draws. */
const valueText = ({ format }: Statistic, value: number): string =>
  format === 'count' && Number.isInteger(value) ? integer(value) : number(value, 5);

const exactly = (entry: SpectrumEntry): AnalysisRequest => ({
  id: 'exact',
  settings: { matrix: matrixKey(entry), step: entry.step, of: entry.of },
});

/** Statistics of the bulk of independent entries. */
const ofBulk = new Set<string>(bulk.map(({ key }) => key));

/** A zero matrix has no ranks, an estimated spectrum only some, and some statistics are computed on request. */
const missing = (key: StatisticKey, { spectralNorm, exact, nulls }: SpectrumEntry): string => {
  if (spectralNorm === 0) return say('absent.zeroMatrix');
  if (exact && ofBulk.has(key))
    return say(nulls.marchenkoPastur === undefined ? 'statistics.partsOnly' : 'statistics.noBulk');
  return say(exact ? 'statistics.noNull' : 'statistics.notEstimated');
};

/** A statistic of the table of statistics, or the Marchenko–Pastur edge. */
interface StatisticRow {
  readonly key: string;
  readonly name: string;
  readonly note: string;
  readonly formula: string;
  readonly value: number | undefined;
  readonly valueSays: string;
  readonly interval?: readonly [number, number] | undefined;
  readonly mean: number | undefined;
  readonly range?: readonly [number, number] | undefined;
  readonly meanSays: string;
}

function rowOf(statistic: Statistic<StatisticKey>, entry: SpectrumEntry): StatisticRow {
  const { key, formula } = statistic;
  const value = entry[key];
  const shuffled = entry.nulls[key];
  const share = value === undefined ? undefined : shareOfRank(key, value, entry);
  return {
    key,
    name: statisticName(key),
    note: statisticNote(key),
    formula,
    value,
    valueSays:
      value === undefined
        ? missing(key, entry)
        : valueText(statistic, value) + (share === undefined ? '' : ` (${share})`),
    interval: entry.intervals?.[key],
    mean: shuffled?.mean,
    range: shuffled && shuffled.q05 < shuffled.q95 ? [shuffled.q05, shuffled.q95] : undefined,
    meanSays: shuffled === undefined ? say('statistics.noNull') : number(shuffled.mean, 4),
  };
}

const edgeRow = (edge: number): StatisticRow => ({
  key: 'edge',
  name: say('statistics.edge'),
  note: '',
  formula: 's (√m + √n), s² = variance of the entries',
  value: edge,
  valueSays: number(edge, 5),
  mean: undefined,
  meanSays: say('statistics.isNull'),
});

/** A number, the interval of an estimated one, and its mean and range over the draws of its null. */
const columnsOf = (nullName: string): TableColumn<StatisticRow>[] => [
  {
    id: 'name',
    title: say('statistics.name'),
    value: ({ name }) => name,
    cell: ({ name, note }) => <span title={note}>{name}</span>,
  },
  {
    id: 'formula',
    title: say('statistics.formula'),
    value: ({ formula }) => formula,
    cell: ({ formula }) => (
      <span class="formula">
        <Formula text={formula} />
      </span>
    ),
  },
  {
    id: 'value',
    title: say('statistics.value'),
    isNumeric: true,
    value: ({ value }) => value,
    cell: ({ value, valueSays, interval }) => (
      <>
        <span class={value === undefined ? 'muted' : ''}>{valueSays}</span>
        {interval && (
          <div class="muted">
            {say('statistics.interval', { low: number(interval[0]), high: number(interval[1]) })}
          </div>
        )}
      </>
    ),
  },
  {
    id: 'null',
    title: nullName,
    isNumeric: true,
    value: ({ mean }) => mean,
    cell: ({ meanSays, range }) => (
      <span class={`muted ${range ? 'whole' : ''}`}>
        {meanSays}
        {range && <div>{say('statistics.range', { low: number(range[0]), high: number(range[1]) })}</div>}
      </span>
    ),
  },
];

/** The statistics of one spectrum with their formulas and nulls, and their accuracy. */
export function SpectrumStatistics({ entry }: { readonly entry: SpectrumEntry }) {
  const view = useInspection();
  const { host, report } = view;
  const { shuffled, marchenkoPastur } = entry.nulls;
  const edge = marchenkoPastur?.upperEdge;
  const { failure, ask } = useRequests();
  const rows = useMemo(
    () => [
      ...statistics.map((statistic) => rowOf(statistic, entry)),
      ...(edge === undefined ? [] : [edgeRow(edge)]),
    ],
    [entry, edge],
  );
  const nullName = say(shuffled?.law ? 'statistics.lawNull' : 'statistics.null');
  const columns = useMemo(() => columnsOf(nullName), [nullName]);
  return (
    <SortableTable
      id="statistics"
      title={[
        say('statistics.title'),
        ...(hasSteps(report) ? [say('spectra.atStep', { step: entry.step })] : []),
      ].join(', ')}
      columns={columns}
      rows={rows}
      keyOf={({ key }) => key}
      isText
    >
      <Failure says={failure} />
      <p class="says">
        {say(entry.exact ? 'statistics.exact' : 'statistics.estimated', {
          bound: number(entry.errorBound, 2),
          method: entry.method,
        })}
      </p>
      <p class="says page">
        {shuffled
          ? say(shuffled.law ? 'statistics.lawSays' : 'statistics.nullSays', {
              draws: counted(shuffled.draws, 'draws'),
              shuffles: counted(shuffled.draws, 'shuffles'),
              band: bandName(shuffled.draws),
            })
          : `${say('statistics.null')}: ${shuffledAbsent(view, entry)}`}
      </p>
      {entry.exact && entry.spectralNorm > 0 && entry.farmsAlpha === undefined && host && (
        <Button secondary onClick={() => ask(host.analyse({ id: 'farms' }))}>
          {say('statistics.farms')}
        </Button>
      )}
      {!entry.exact && host && (
        <Button secondary onClick={() => ask(host.analyse(exactly(entry)))}>
          {say('statistics.refine')}
        </Button>
      )}
    </SortableTable>
  );
}
