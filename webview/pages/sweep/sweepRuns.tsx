import { useMemo } from 'preact/hooks';
import type { SweepCell } from '../../../extension/contract/report.js';
import { integer, none, percent } from '../../words/numbers.js';
import { isChance } from '../../report/chance.js';
import { amountSays, runsSay } from './sentences.js';
import { SweepPlace, SweepPlaceTools } from './sweepPlace.js';
import { accuracyOf, measurementOf, measurementsOf } from '../../report/sweepCells.js';
import { SortableTable, type TableColumn } from '../../parts/sortableTable.js';
import { useInspection, type InspectionView } from '../../state/inspectionContext.js';
import { notOpened, useRequests, type Requests } from '../../state/requests.js';
import { say } from '../../words/say.js';
import { Failure } from '../../elements/failure.js';

/** Number of measurements that fit in the table of runs. */
const shown = 2;

const leadingSays = (cell: SweepCell, name: string): string => {
  const measurement = measurementOf(cell, name);
  return measurement?.value === undefined ? none : amountSays(measurement.value, measurement.format);
};

/** A measurement with its nulls; muted in a run that only guesses. */
function Leading({ cell, name }: { readonly cell: SweepCell; readonly name: string }) {
  const { nulls = [], format = 'number' } = measurementOf(cell, name) ?? {};
  const accuracy = cell.measured && accuracyOf(cell.measured.testAccuracy, undefined);
  return (
    <>
      <span class={isChance(accuracy, cell.chance) ? 'muted' : ''}>{leadingSays(cell, name)}</span>
      {nulls.length > 0 && (
        <span class="muted" title={nulls.map((each) => each.name).join('; ')}>
          {` (${nulls.map(({ value }) => amountSays(value, format)).join('; ')})`}
        </span>
      )}
    </>
  );
}

/** The state of each run of a sweep. A run that has begun can be opened in its own inspector. */
export function SweepRuns() {
  const { report, host } = useInspection();
  const { sweepCells } = report;
  const { failure, ask } = useRequests();
  const columns = useMemo((): TableColumn<SweepCell>[] => {
    const measurements = measurementsOf(sweepCells).slice(0, shown);
    return [
      {
        id: 'run',
        title: say('sweep.run'),
        value: ({ name }) => name,
        cell: ({ name, path }) => <RunName name={name} path={path} host={host} ask={ask} />,
      },
      { id: 'scale', title: say('sweep.scale'), value: ({ scale }) => scale },
      { id: 'decay', title: say('sweep.decay'), isNumeric: true, value: ({ decay }) => decay },
      { id: 'tasks', title: say('sweep.tasks'), value: ({ tasks }) => tasks.join(', ') },
      {
        id: 'seed',
        title: say('sweep.seed'),
        isNumeric: true,
        value: ({ seed }) => seed,
        cell: ({ seed }) => String(seed),
      },
      {
        id: 'status',
        title: say('sweep.status'),
        value: ({ status }) => say(`sweep.is.${status}`),
        cell: (cell) => (
          <>
            <span class={cell.status === 'queued' ? 'muted' : ''} data-status={cell.status}>
              {say(`sweep.is.${cell.status}`)}
            </span>{' '}
            <SweepPlace cell={cell} host={host} ask={ask} />
          </>
        ),
      },
      {
        id: 'step',
        title: say('sweep.step'),
        isNumeric: true,
        value: ({ step }) => step,
        cell: ({ step, of }) => (
          <>
            {integer(step)} <span class="muted">{`/ ${integer(of)}`}</span>
          </>
        ),
      },
      {
        id: 'grokStep',
        title: say('sweep.grokStep'),
        isNumeric: true,
        value: ({ grokStep }) => grokStep,
        cell: ({ grokStep, status }) =>
          grokStep === undefined ? (
            <span class="muted">{say(status === 'finished' ? 'sweep.noGrok' : 'sweep.noGrokYet')}</span>
          ) : (
            integer(grokStep)
          ),
      },
      {
        id: 'testAccuracy',
        title: say('sweep.testAccuracy'),
        isNumeric: true,
        value: ({ measured }) => measured && accuracyOf(measured.testAccuracy, undefined),
        cell: ({ measured }) =>
          measured ? (
            percent(accuracyOf(measured.testAccuracy, undefined) ?? 0)
          ) : (
            <span class="muted">{say('sweep.notMeasured')}</span>
          ),
      },
      {
        id: 'chance',
        title: say('sweep.chance'),
        isNumeric: true,
        value: ({ chance }) => chance,
        cell: ({ chance }) => <span class="muted">{percent(chance)}</span>,
      },
      ...measurements.map(({ name }): TableColumn<SweepCell> => ({
        id: name,
        title: name,
        isNumeric: true,
        value: (cell) => {
          const value = measurementOf(cell, name)?.value;
          // A bound or an interval is copied in words.
          return typeof value === 'object' ? leadingSays(cell, name) : value;
        },
        cell: (cell) => <Leading cell={cell} name={name} />,
      })),
    ];
  }, [sweepCells, host, ask]);
  return (
    <SortableTable
      id="sweep-runs"
      title={say('sweep.runs')}
      columns={columns}
      rows={sweepCells}
      keyOf={({ name }) => name}
      textOf={({ name, scale, tasks, status }) => [name, scale, ...tasks, status].join(' ')}
    >
      <Failure says={failure} />
      <p class="says">{runsSay(sweepCells)}</p>
      <SweepPlaceTools cells={sweepCells} host={host} ask={ask} />
    </SortableTable>
  );
}

interface RunNameProps {
  readonly name: string;
  readonly path: string | undefined;
  readonly host: InspectionView['host'];
  readonly ask: Requests['ask'];
}

function RunName({ name, path, host, ask }: RunNameProps) {
  if (!host || path === undefined) return <span title={path}>{name}</span>;
  return (
    <button
      type="button"
      class="link"
      aria-label={say('sweep.open', { run: name })}
      title={path}
      onClick={() => ask(host.openFile(path), notOpened(name))}
    >
      {name}
    </button>
  );
}
