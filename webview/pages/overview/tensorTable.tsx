import { useMemo } from 'preact/hooks';
import type { DistributionEntry, SpectrumEntry, TensorEntry } from '../../../extension/contract/report.js';
import type { StackSummary } from '../../../extension/contract/stackSummaries.js';
import { statisticsIn } from '../../../extension/contract/statistics/table.js';
import { HistogramLine } from '../../parts/histogramLine.js';
import { beyond } from '../../report/histograms.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { matrixKey } from '../../../extension/contract/matrixKey.js';
import { indexStacks } from '../../report/stacks.js';
import { Name } from '../../elements/name.js';
import { useInspection } from '../../state/inspectionContext.js';
import { bytes, integer, none, number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import { statisticName, statisticNote } from '../../words/statistics.js';
import { medianSays } from './stackSentence.js';

interface TensorRow {
  readonly key: string;
  readonly tensor: TensorEntry;
  readonly distribution: DistributionEntry | undefined;
  readonly spectrum: SpectrumEntry | StackSummary | undefined;
  /** The tensor is a stack of matrices, and its spectrum the medians over them. */
  readonly stack: StackSummary | undefined;
}

/** Every tensor of the last checkpoint: the distribution of its entries, and its spectrum. */
export function TensorTable() {
  const { report, spectra, matrices, open, running } = useInspection();
  const rows = useMemo((): TensorRow[] => {
    const distributions = new Map(report.distributions.map((entry) => [entry.tensor, entry]));
    const infos = new Map(matrices.map((matrix) => [matrix.key, matrix]));
    const stacks = indexStacks(report, 'weights');
    const last = report.checkpoints.at(-1)?.step;
    return report.tensors.map((tensor) => {
      const key = matrixKey({ tensor: tensor.name, part: tensor.part });
      const matrix = infos.get(key);
      const medians = tensor.part === undefined ? stacks.get(tensor.name) : undefined;
      const stack = medians?.findLast(({ step }) => step === last);
      return {
        key,
        tensor,
        // A part's entries are included in its tensor's.
        distribution: tensor.part === undefined ? distributions.get(tensor.name) : undefined,
        spectrum: matrix ? spectra.of(matrix, 'weights').findLast(({ step }) => step === last) : stack,
        stack,
      };
    });
  }, [report, spectra, matrices]);
  const columns = useMemo(
    () => columnsOf((key) => open('spectra', { 'spectra.matrix': key }), running),
    [open, running],
  );
  return (
    <SortableTable
      id="tensors"
      title={say('tensors.title')}
      columns={columns}
      rows={rows}
      keyOf={({ key }) => key}
      textOf={({ key, tensor }) => `${key} ${tensor.group ?? ''} ${tensor.dtype}`}
      says={say('tensors.says')}
    />
  );
}

const moment = (id: 'mean' | 'sd' | 'min' | 'max', running: boolean): TableColumn<TensorRow> => ({
  id,
  title: say(`tensors.${id}`),
  isNumeric: true,
  value: ({ distribution }) => distribution?.[id],
  cell: ({ tensor, distribution }) =>
    distribution?.[id] === undefined ? (
      id === 'mean' ? (
        <span class="muted">{missing(tensor, distribution, running)}</span>
      ) : (
        ''
      )
    ) : (
      number(distribution[id], 3, 2)
    ),
});

/** Why a tensor has no moments. */
const missing = (
  { part, unmeasured }: TensorEntry,
  distribution: DistributionEntry | undefined,
  running: boolean,
): string => {
  if (part !== undefined) return none;
  if (distribution !== undefined)
    return say(distribution.elements === 0 ? 'tensors.empty' : 'tensors.noFinite');
  return unmeasured ?? (running ? say('computing') : say('tensors.notRead'));
};

const share = (count: number, { elements }: DistributionEntry): number =>
  elements > 0 ? count / elements : 0;

const columnsOf = (show: (key: string) => void, running: boolean): TableColumn<TensorRow>[] => [
  {
    id: 'name',
    title: say('tensors.name'),
    value: ({ key }) => key,
    cell: ({ key, tensor, distribution, stack }) => (
      <>
        {tensor.matrix ? (
          <button
            type="button"
            class="link"
            title={say('matrices.show', { matrix: tensor.group ?? key })}
            onClick={() => show(key)}
          >
            <Name text={key} />
          </button>
        ) : (
          <Name text={key} />
        )}
        {tensor.computed !== undefined && <div class="muted">{tensor.computed}</div>}
        {stack && <div class="muted">{medianSays(stack)}</div>}
        {/* Where there are no moments either, the reason stands in their place. */}
        {distribution !== undefined && tensor.unmeasured !== undefined && (
          <div class="muted">{say('tensors.unmeasured', { reason: tensor.unmeasured })}</div>
        )}
      </>
    ),
  },
  {
    id: 'shape',
    title: say('matrices.shape'),
    isNumeric: true,
    value: ({ tensor }) => (tensor.shape.length === 0 ? say('tensors.scalar') : tensor.shape.join(' × ')),
  },
  { id: 'dtype', title: say('tensors.dtype'), value: ({ tensor }) => tensor.dtype },
  {
    id: 'bytes',
    title: say('tensors.bytes'),
    isNumeric: true,
    value: ({ distribution }) => distribution?.bytes,
    cell: ({ distribution }) => (distribution?.bytes === undefined ? none : bytes(distribution.bytes)),
  },
  moment('mean', running),
  moment('sd', running),
  moment('min', running),
  moment('max', running),
  {
    id: 'zeros',
    title: say('tensors.zeros'),
    isNumeric: true,
    value: ({ distribution }) => distribution && share(distribution.zeros, distribution),
    cell: ({ distribution }) =>
      distribution && distribution.elements > 0 ? percent(share(distribution.zeros, distribution)) : none,
  },
  {
    id: 'notFinite',
    title: say('tensors.notFinite'),
    isNumeric: true,
    value: ({ distribution }) => distribution && distribution.notANumber + distribution.infinite,
    cell: ({ distribution }) => {
      if (distribution === undefined) return none;
      const { notANumber, infinite } = distribution;
      if (notANumber + infinite === 0) return '0';
      return say('tensors.notFiniteCount', { nan: notANumber, infinite });
    },
  },
  {
    id: 'histogram',
    title: say('tensors.histogram'),
    note: say('tensors.histogramNote'),
    isPicture: true,
    value: () => undefined,
    cell: ({ key, distribution }) =>
      distribution && (
        <HistogramLine
          distribution={distribution}
          label={
            say('tensors.histogramOf', {
              name: key,
              min: number(distribution.min ?? 0),
              max: number(distribution.max ?? 0),
            }) +
            (distribution.histogram && beyond(distribution.histogram) > 0
              ? say('tensors.histogramBeyond', { count: integer(beyond(distribution.histogram)) })
              : '')
          }
        />
      ),
  },
  ...statisticsIn('overview').map(({ key }): TableColumn<TensorRow> => ({
    id: key,
    title: statisticName(key),
    note: statisticNote(key),
    isNumeric: true,
    value: ({ spectrum }) => spectrum?.[key],
    cell: ({ spectrum }) => {
      const value = spectrum?.[key];
      if (value === undefined) return none;
      const shuffled = spectrum?.nulls[key]?.mean;
      return (
        <>
          {(spectrum?.exact === false ? '≈ ' : '') + number(value, 3, 3)}
          {shuffled !== undefined && <span class="muted">{` (${number(shuffled, 3, 3)})`}</span>}
        </>
      );
    },
  })),
];
