import { useMemo } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import { panelsSay } from './sentences.js';
import { besideFigure, sweepFigure } from './figure.js';
import { Choice } from '../../elements/choice.js';
import { PhaseCards } from './phaseCards.js';
import { SweepBar } from './sweepBar.js';
import { SweepRuns } from './sweepRuns.js';
import { SweepTable } from './sweepTable.js';
import { SweepChoices, SweepTables } from './sweepWords.js';
import { WarningList } from '../../parts/warningList.js';
import { cellsOf, taskSet, type Slice } from '../../report/sweepCells.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isNumber, isText, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';

/**
 * Several runs at once: the state of each, accuracy after reconstruction for measured ones, the paper's tables.
 */
export function Sweep() {
  const { report } = useInspection();
  const { sweepCells } = report;
  const [axes] = report.sweep;
  const [chosenTasks, chooseTasks] = usePersistedState('sweep.tasks', '', isText);
  const [chosenSeed, chooseSeed] = usePersistedState('sweep.seed', NaN, isNumber);
  const [chosenTask, chooseTask] = usePersistedState('sweep.task', '', isText);
  const tasks = axes?.tasks.find((set) => taskSet(set) === chosenTasks) ?? axes?.tasks[0];
  const seed = axes?.seeds.find((one) => one === chosenSeed) ?? axes?.seeds[0];
  const slice = useMemo((): Slice => ({ seed: seed ?? 0, tasks: tasks ?? [] }), [seed, tasks]);
  const task = slice.tasks.find((one) => one === chosenTask);
  const figure = useMemo(
    () => axes && sweepFigure(axes, sweepCells, slice, task),
    [axes, sweepCells, slice, task],
  );
  const beside = useMemo(() => sweepCells.filter(({ inGrid }) => !inGrid), [sweepCells]);
  const besides = useMemo(
    () =>
      beside.some(({ measured }) => measured)
        ? besideFigure(
            beside.filter(({ measured }) => measured),
            undefined,
          )
        : undefined,
    [beside],
  );
  if (!axes) return null;
  const several = slice.tasks.length > 1;
  const cells = cellsOf(report, slice);
  return (
    <>
      <WarningList />
      <SweepBar />
      {(axes.tasks.length > 1 || axes.seeds.length > 1) && (
        <div class="pickers">
          {axes.tasks.length > 1 && (
            <Choice
              label={say('sweep.tasks')}
              value={taskSet(slice.tasks)}
              options={axes.tasks.map((set) => ({ value: taskSet(set), text: set.join(', ') }))}
              onChange={chooseTasks}
            />
          )}
          {axes.seeds.length > 1 && (
            <Choice
              label={say('sweep.seed')}
              value={slice.seed}
              options={axes.seeds.map((one) => ({ value: one, text: `${say('sweep.seed')} ${one}` }))}
              onChange={chooseSeed}
            />
          )}
        </div>
      )}
      <SweepChoices />
      <PhaseCards />
      <SweepRuns />
      <div class="stack" style={{ '--panel-rows': axes.scales.length }}>
        <ChartCard
          id="sweep.panels"
          title={say('sweep.panels')}
          figure={figure}
          says={panelsSay(cells)}
          absent={panelsSay(cells)}
          controls={
            several && (
              <Choice
                label={say('sweep.accuracyOf')}
                value={task ?? ''}
                options={[
                  { value: '', text: say('sweep.meanOfTasks') },
                  ...slice.tasks.map((one) => ({ value: one, text: one })),
                ]}
                onChange={chooseTask}
              />
            )
          }
        />
      </div>
      {besides && (
        <div class="stack" style={{ '--panel-rows': 1 }}>
          <ChartCard
            id="sweep.beside"
            title={say('sweep.panelsBeside')}
            figure={besides}
            says={panelsSay(beside)}
            absent={panelsSay(beside)}
          />
        </div>
      )}
      <div class="cards">
        <SweepTable slice={slice} />
        <SweepTables />
      </div>
    </>
  );
}
