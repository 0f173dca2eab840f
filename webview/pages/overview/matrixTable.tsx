import { useMemo } from 'preact/hooks';
import type { SpectrumEntry } from '../../../extension/contract/report.js';
import type { Statistic } from '../../../extension/contract/statistics/statistic.js';
import { statisticsIn, type StatisticKey } from '../../../extension/contract/statistics/table.js';
import { CsvButton } from '../../charts/csvButton.js';
import { PinButton } from '../../parts/pinButton.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { Sparkline } from '../../parts/sparkline.js';
import { spectrumAbsent } from '../../report/absence.js';
import { fullLabel, type MatrixInfo } from '../../report/matrices.js';
import { Name } from '../../elements/name.js';
import { useInspection, type InspectionView } from '../../state/inspectionContext.js';
import { decimals, none, number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { shareOfRank, statisticName, statisticNote } from '../../words/statistics.js';
import { statisticsTable } from './statisticsTable.js';

const shownStatistics = statisticsIn('overview');

interface MatrixRow {
  readonly matrix: MatrixInfo;
  /** Its spectra in the order of their steps. */
  readonly entries: readonly SpectrumEntry[];
  /** That of the step the table is of. */
  readonly entry: SpectrumEntry | undefined;
}

/** Every matrix at the last step: its spectrum beside the shuffled null, its ranks and their way over the steps. */
export function MatrixTable() {
  const view = useInspection();
  const { report, matrixChoice, spectra, running } = view;
  const last = report.checkpoints.at(-1)?.step;
  const rows = useMemo(
    () =>
      matrixChoice.shown.map((matrix): MatrixRow => {
        const entries = spectra.of(matrix, 'weights');
        return { matrix, entries, entry: entries.findLast(({ step }) => step === last) };
      }),
    [matrixChoice, spectra, last],
  );
  const columns = useMemo(() => columnsOf(view), [report, spectra, running]);
  if (rows.length === 0) return null;
  return (
    <SortableTable
      id="matrices"
      title={say('matrices.title', { step: last ?? 0 })}
      columns={columns}
      rows={rows}
      keyOf={({ matrix }) => matrix.key}
      controls={
        report.spectra.length > 0 && (
          <CsvButton
            title={say('statistics.all')}
            text={say('matrices.all')}
            table={() => statisticsTable(report.spectra)}
          />
        )
      }
      says={say('matrices.nulls')}
    />
  );
}

function columnsOf(view: InspectionView): TableColumn<MatrixRow>[] {
  const isSeries = view.report.checkpoints.length > 1;
  return [
    {
      id: 'matrix',
      title: say('matrix'),
      value: ({ matrix }) => fullLabel(matrix),
      cell: ({ matrix }) => <MatrixName matrix={matrix} />,
    },
    {
      id: 'shape',
      title: say('matrices.shape'),
      isNumeric: true,
      value: ({ matrix }) => matrix.rows * matrix.columns,
      cell: ({ matrix: { tensor, rows, columns } }) => (
        <>
          {tensor.shape.join(' × ')}
          {tensor.matrix?.folded && <abbr title={say('matrices.folded')}>{` → ${rows} × ${columns}`}</abbr>}
        </>
      ),
    },
    {
      id: 'spectrum',
      title: say('matrices.spectrum'),
      isPicture: true,
      value: () => undefined,
      cell: ({ matrix, entry }) =>
        entry ? (
          <Sparkline
            values={entry.singularValues}
            reference={entry.nulls.shuffled?.mean}
            label={say('spectra.title', { matrix: matrix.label, of: say('weights') })}
          />
        ) : (
          <span class="muted">{spectrumAbsent(view, matrix, 'weights')}</span>
        ),
    },
    ...shownStatistics.flatMap((statistic) => [
      statisticColumn(statistic),
      ...(isSeries ? [overSteps(statistic)] : []),
    ]),
    ...(isSeries ? [alongStart(view)] : []),
  ];
}

/** The share of a matrix's change that lies along its start, beside that of decay and a walk. */
const alongStart = ({ report }: InspectionView): TableColumn<MatrixRow> => {
  const byGroup = new Map(
    report.trajectories.flatMap(({ group, alongStart: found }) => (found ? [[group, found] as const] : [])),
  );
  const of = ({ matrix: { tensor } }: MatrixRow) => byGroup.get(tensor.group ?? tensor.name);
  return {
    id: 'alongStart',
    title: say('matrices.alongStart'),
    note: say('matrices.alongStartSays'),
    isNumeric: true,
    value: (row) => of(row)?.share,
    cell: (row) => {
      const found = of(row);
      if (found === undefined) return none;
      return (
        <>
          {percent(found.share)}
          <span class="muted">{` (${percent(found.nulls.decay ?? found.nulls.random)})`}</span>
        </>
      );
    },
  };
};

const statisticColumn = ({ key, formula, format }: Statistic<StatisticKey>): TableColumn<MatrixRow> => {
  const shown = (value: number): string => (format === 'rank' ? decimals(value, 1) : number(value, 3, 3));
  return {
    id: key,
    title: `${statisticName(key)} ${formula}`,
    note: statisticNote(key),
    isNumeric: true,
    value: ({ entry }) => entry?.[key],
    cell: ({ entry }) => {
      if (!entry) return none;
      const [value, shuffled] = [entry[key], entry.nulls[key]];
      if (value === undefined) return <span class="muted">{say('absent.zeroMatrix')}</span>;
      const share = shareOfRank(key, value, entry);
      return (
        <>
          {(entry.exact ? '' : '≈ ') + shown(value)}
          {share !== undefined && (
            <span class="muted" title={say('matrices.share')}>
              {` · ${share}`}
            </span>
          )}
          {shuffled && <span class="muted">{` (${shown(shuffled.mean)})`}</span>}
        </>
      );
    },
  };
};

const overSteps = ({ key }: Statistic<StatisticKey>): TableColumn<MatrixRow> => ({
  id: `${key}.steps`,
  title: say('matrices.overSteps'),
  isPicture: true,
  value: () => undefined,
  cell: ({ entries, entry }) =>
    entry && (
      <Sparkline
        values={entries.map((one) => one[key]).filter((value) => value !== undefined)}
        label={`${statisticName(key)}, ${say('matrices.overSteps')}`}
      />
    ),
});

function MatrixName({ matrix }: { readonly matrix: MatrixInfo }) {
  const { open } = useInspection();
  const { label, role, key, tensor } = matrix;
  return (
    <span class="matrix-name">
      <PinButton matrix={matrix} />
      <span>
        <button
          type="button"
          class="link"
          title={`${key}\n${say('matrices.show', { matrix: label })}`}
          onClick={() => open('spectra', { 'spectra.matrix': key })}
        >
          <Name text={label} />
        </button>
        {role !== undefined && <span class="muted">{` ${role}`}</span>}
        {tensor.computed !== undefined && <div class="muted">{tensor.computed}</div>}
      </span>
    </span>
  );
}
