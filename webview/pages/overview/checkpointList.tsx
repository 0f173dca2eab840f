import { useMemo } from 'preact/hooks';
import type { CheckpointEntry } from '../../../extension/contract/report.js';
import { Failure } from '../../elements/failure.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { distanceOfAbsent } from '../../report/absence.js';
import { useInspection, type InspectionView } from '../../state/inspectionContext.js';
import { notOpened, useRequests, type Requests } from '../../state/requests.js';
import { counted } from '../../words/counts.js';
import { bytes, integer, number } from '../../words/numbers.js';
import { say } from '../../words/say.js';

const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;
const sizeOf = ({ files }: CheckpointEntry): number => files.reduce((sum, file) => sum + file.bytes, 0);

/** The files that were read, by step. */
export function CheckpointList() {
  const view = useInspection();
  const { checkpoints } = view.report;
  const { failure, ask } = useRequests();
  const columns = useMemo(() => columnsOf(view, ask), [view, ask]);
  return (
    <details class="files">
      <summary>{counted(checkpoints.length, 'checkpoints')}</summary>
      <Failure says={failure} />
      <SortableTable
        id="files"
        title={say('files.title')}
        columns={columns}
        rows={checkpoints}
        keyOf={({ label }) => label}
        textOf={({ label, files }) => `${label} ${files.map(({ path }) => fileName(path)).join(' ')}`}
      />
    </details>
  );
}

const columnsOf = (view: InspectionView, ask: Requests['ask']): TableColumn<CheckpointEntry>[] => [
  {
    id: 'step',
    title: say('files.step'),
    isNumeric: true,
    value: ({ step }) => step,
    cell: ({ step }) => integer(step),
  },
  {
    id: 'file',
    title: say('files.file'),
    value: ({ files }) => files.map(({ path }) => fileName(path)).join(' '),
    cell: ({ files }) => files.map(({ path }) => <FileName path={path} ask={ask} />),
  },
  {
    id: 'size',
    title: say('files.size'),
    isNumeric: true,
    value: sizeOf,
    cell: (checkpoint) => bytes(sizeOf(checkpoint)),
  },
  { id: 'format', title: say('files.format'), value: ({ format }) => format },
  {
    id: 'distance',
    title: say('files.distance'),
    isNumeric: true,
    value: ({ distanceFromFirst }) => distanceFromFirst,
    cell: ({ distanceFromFirst, step }) =>
      distanceFromFirst === undefined ? (
        <span class="muted">{distanceOfAbsent(view, step)}</span>
      ) : (
        number(distanceFromFirst, 3, 3)
      ),
  },
  {
    id: 'note',
    title: say('files.note'),
    value: ({ duplicateOf, stepIsPosition }) =>
      [
        duplicateOf === undefined ? '' : say('files.duplicate', { label: duplicateOf }),
        stepIsPosition ? say('files.position') : '',
      ]
        .filter(Boolean)
        .join(' '),
  },
];

function FileName({ path, ask }: { readonly path: string; readonly ask: Requests['ask'] }) {
  const { host } = useInspection();
  const name = fileName(path);
  if (!host) return <span title={path}>{name}</span>;
  return (
    <button
      type="button"
      class="link"
      aria-label={say('files.open', { name })}
      title={path}
      onClick={() => ask(host.openFile(path), notOpened(name))}
    >
      {name}
    </button>
  );
}
