import { none } from '../../words/numbers.js';
import { useMemo } from 'preact/hooks';
import type { ComparisonEntry } from '../../../extension/contract/report.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { matrixKey } from '../../../extension/contract/matrixKey.js';
import { Name } from '../../elements/name.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';
import { pairMeasures } from './measures.js';

const keyOf = ({ tensor, part, state }: ComparisonEntry): string => `${matrixKey({ tensor, part })} ${state}`;

/** Every tensor of the two models: equal, changed, or only in one of them, and the size of the change. */
export function ComparedTensors({ onShow }: { readonly onShow: (key: string) => void }) {
  const { report } = useInspection();
  const columns = useMemo(() => columnsOf(onShow), [onShow]);
  return (
    <SortableTable
      id="compare.tensors"
      title={say('compare.tensors')}
      columns={columns}
      rows={report.comparisons}
      keyOf={keyOf}
      textOf={(entry) => `${keyOf(entry)} ${entry.baseTensor ?? ''}`}
      says={say('compare.nulls')}
    />
  );
}

const columnsOf = (onShow: (key: string) => void): TableColumn<ComparisonEntry>[] => [
  {
    id: 'name',
    title: say('tensors.name'),
    value: ({ tensor, part }) => matrixKey({ tensor, part }),
    cell: (entry) => {
      const key = matrixKey(entry);
      return (
        <>
          {entry.difference ? (
            <button type="button" class="link" onClick={() => onShow(key)}>
              <Name text={key} />
            </button>
          ) : (
            <Name text={key} />
          )}
          {entry.baseTensor !== undefined && <div class="muted">{entry.baseTensor}</div>}
        </>
      );
    },
  },
  {
    id: 'state',
    title: say('compare.state'),
    value: ({ state }) => say(`compare.state.${state}`),
    cell: ({ state, leftOut }) => (
      <span {...(leftOut === undefined ? {} : { title: leftOut })}>{say(`compare.state.${state}`)}</span>
    ),
  },
  {
    id: 'shape',
    title: say('matrices.shape'),
    isNumeric: true,
    value: ({ shape, baseShape, state }) =>
      [shape, state === 'shape' || state === 'missing' ? baseShape : undefined]
        .flatMap((one) => (one === undefined ? [] : [one.join(' × ')]))
        .join(' | '),
  },
  ...pairMeasures.map((measure): TableColumn<ComparisonEntry> => ({
    id: measure.id,
    title: say(measure.title),
    note: say(measure.note),
    isNumeric: true,
    value: measure.value,
    cell: (entry) => {
      const [value, byChance] = [measure.value(entry), measure.null(entry)];
      if (value === undefined) return none;
      return (
        <>
          {measure.text(value)}
          {byChance !== undefined && <span class="muted">{` (${measure.text(byChance)})`}</span>}
        </>
      );
    },
  })),
];
