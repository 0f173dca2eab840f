import { useMemo } from 'preact/hooks';
import type { SpectrumEntry } from '../../../extension/contract/report.js';
import { stackPart, type StackSummary } from '../../../extension/contract/stackSummaries.js';
import type { Statistic } from '../../../extension/contract/statistics/statistic.js';
import { statisticsIn, type StatisticKey } from '../../../extension/contract/statistics/table.js';
import { CsvButton } from '../../charts/csvButton.js';
import { PinButton } from '../../parts/pinButton.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { Sparkline } from '../../parts/sparkline.js';
import { spectrumAbsent } from '../../report/absence.js';
import { matrixKey } from '../../../extension/contract/matrixKey.js';
import { fullLabel, type MatrixInfo } from '../../report/matrices.js';
import { indexStacks } from '../../report/stacks.js';
import { Name } from '../../elements/name.js';
import { useInspection, type InspectionView } from '../../state/inspectionContext.js';
import { none, number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { shareOfRank, statisticName, statisticNote } from '../../words/statistics.js';
import { medianSays } from './stackSentence.js';
import { statisticsTable } from './statisticsTable.js';

const shownStatistics = statisticsIn('overview');

type MatrixRow = {
  readonly key: string;
  /** That of the step the table is of. */
  readonly entry: SpectrumEntry | StackSummary | undefined;
  /** Those of all steps, in their order. */
  readonly entries: readonly (SpectrumEntry | StackSummary)[];
} & (
  | { readonly matrix: MatrixInfo; readonly spectrum: SpectrumEntry | undefined; readonly stack?: never }
  /** The medians over the matrices of a stack. */
  | { readonly stack: StackSummary; readonly matrix?: never }
);

/**
 * Every matrix at the last step: its spectrum with the shuffled null, its ranks and their curves over the
 * steps.
 */
export function MatrixTable() {
  const view = useInspection();
  const { report, matrixChoice, spectra, running } = view;
  const last = report.checkpoints.at(-1)?.step;
  const rows = useMemo(() => {
    const stacks = indexStacks(report, 'weights');
    return matrixChoice.shown.flatMap((matrix): MatrixRow[] => {
      const { name } = matrix.tensor;
      const entries = spectra.of(matrix, 'weights');
      const spectrum = entries.findLast(({ step }) => step === last);
      const own: MatrixRow = { key: matrix.key, matrix, entries, entry: spectrum, spectrum };
      // A stack stands before the first of its matrices.
      const medians = stacks.get(name) ?? [];
      stacks.delete(name);
      const stack = medians.findLast(({ step }) => step === last);
      return stack === undefined
        ? [own]
        : [
            {
              key: matrixKey({ tensor: name, part: stackPart(stack) }),
              stack,
              entries: medians,
              entry: stack,
            },
            own,
          ];
    });
  }, [report, matrixChoice, spectra, last]);
  const columns = useMemo(() => columnsOf(view), [report, spectra, running]);
  if (rows.length === 0) return null;
  return (
    <SortableTable
      id="matrices"
      title={say('matrices.title', { step: last ?? 0 })}
      columns={columns}
      rows={rows}
      keyOf={({ key }) => key}
      controls={
        report.spectra.length > 0 && (
          <CsvButton
            title={say('statistics.all')}
            text={say('matrices.all')}
            table={() => statisticsTable(report)}
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
      value: ({ key, matrix }) => (matrix ? fullLabel(matrix) : `${key}, ${say('matrices.median')}`),
      cell: ({ key, matrix, stack }) =>
        matrix ? <MatrixName matrix={matrix} /> : <StackName name={key} stack={stack} />,
    },
    {
      id: 'shape',
      title: say('matrices.shape'),
      isNumeric: true,
      value: ({ matrix, stack }) => {
        const { rows, columns } = matrix ?? stack;
        return rows * columns;
      },
      cell: ({ matrix, stack }) => {
        if (matrix === undefined) return `${stack.rows} × ${stack.columns}`;
        const { tensor, rows, columns } = matrix;
        return (
          <>
            {tensor.shape.join(' × ')}
            {tensor.matrix?.folded && <abbr title={say('matrices.folded')}>{` → ${rows} × ${columns}`}</abbr>}
          </>
        );
      },
    },
    {
      id: 'spectrum',
      title: say('matrices.spectrum'),
      isPicture: true,
      value: () => undefined,
      cell: (row) => {
        if (row.matrix === undefined) return none;
        const { matrix, spectrum } = row;
        return spectrum ? (
          <Sparkline
            values={spectrum.singularValues}
            reference={spectrum.nulls.shuffled?.mean}
            label={say('spectra.title', { matrix: matrix.label, of: say('weights') })}
          />
        ) : (
          <span class="muted">{spectrumAbsent(view, matrix, 'weights')}</span>
        );
      },
    },
    ...shownStatistics.flatMap((statistic) => [
      statisticColumn(statistic),
      ...(isSeries ? [overSteps(statistic)] : []),
    ]),
    ...(isSeries ? [alongStart(view)] : []),
  ];
}

/** The share of a matrix's change along its start, with the null of decay and a walk. */
const alongStart = ({ report }: InspectionView): TableColumn<MatrixRow> => {
  const byGroup = new Map(
    report.trajectories.flatMap(({ group, alongStart: found }) => (found ? [[group, found] as const] : [])),
  );
  const of = ({ matrix }: MatrixRow) => matrix && byGroup.get(matrix.tensor.group ?? matrix.tensor.name);
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

const statisticColumn = ({ key, formula }: Statistic<StatisticKey>): TableColumn<MatrixRow> => {
  const shown = (value: number): string => number(value, 3, 3);
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

function StackName({ name, stack }: { readonly name: string; readonly stack: StackSummary }) {
  return (
    <>
      <Name text={name} />
      <div class="muted">{medianSays(stack)}</div>
    </>
  );
}
