import { jointGroups } from '../../../extension/contract/report/jointGroups.js';
import { useMemo } from 'preact/hooks';
import type { Report, TrajectoryEntry } from '../../../extension/contract/report.js';
import { PlaneCard } from './planeCard.js';
import { ChartCard } from '../../charts/chartCard.js';
import { distanceAbsent, thirdComponentAbsent, trajectoryAbsent } from '../../report/absence.js';
import { distanceSays, explainedSays, residualSays, trajectorySays } from './sentences.js';
import {
  coordinatesTable,
  distanceFigure,
  explainedFigure,
  groupName,
  residualFigure,
  shareOf,
  spaceFigure,
} from './figure.js';
import { Choice } from '../../elements/choice.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { useRunsOverlay } from '../../parts/runsOverlay.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isText, oneOf, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';

const pairs = ['1,2', '1,3', '2,3', '1,4', '3,4'] as const;
const residualSpan = 2;

const entryOf = (
  { trajectories }: Report,
  group: string,
  centred: 'yes' | 'no',
): TrajectoryEntry | undefined =>
  trajectories.find((one) => one.group === group && one.centred === (centred === 'yes'));

/** The trajectory of all parameters in its principal components. */
export function Trajectory() {
  const view = useInspection();
  const { report } = view;
  const { trajectories, checkpoints, source } = report;
  const groups = useMemo(() => {
    const found = new Set(trajectories.map(({ group }) => group));
    const first = ['all', ...jointGroups.filter((group) => found.has(group))];
    return [...new Set([...first, ...found])];
  }, [trajectories]);
  const [chosen, setGroup] = usePersistedState('trajectory.group', 'all', isText);
  const [centred, setCentred] = usePersistedState<'yes' | 'no'>(
    'trajectory.centred',
    'yes',
    oneOf(['yes', 'no']),
  );
  const [pair, setPair] = usePersistedState<(typeof pairs)[number]>('trajectory.pair', '1,2', oneOf(pairs));
  const [explainedScale, setExplainedScale] = useScale('trajectory.explained.scale', 'log');
  const [residualScale, setResidualScale] = useScale('trajectory.residual.scale', 'linear');
  const [distanceScale, setDistanceScale] = useScale('trajectory.distance.scale', 'linear');
  const group = groups.includes(chosen) ? chosen : 'all';
  const entry = entryOf(report, group, centred);
  const { grokStep } = source;
  const whole = entryOf(report, 'all', 'no');
  const space = useMemo(() => entry && spaceFigure(entry, grokStep), [entry, grokStep]);
  const table = useMemo(() => entry && coordinatesTable(entry), [entry]);
  const runs = useRunsOverlay();
  const explained = useMemo(
    () =>
      runs.over((one) => {
        const found = entryOf(one, group, centred);
        return found && explainedFigure(found, explainedScale);
      }),
    [runs, group, centred, explainedScale],
  );
  const residual = useMemo(
    () =>
      runs.over(
        (one) => {
          const found = entryOf(one, group, centred);
          return found && residualFigure(found, residualSpan, residualScale, one.source.grokStep);
        },
        // Only one span for several runs: five curves of each cannot be told apart.
        { keeps: ({ name }) => name === say('residual.curve', { k: residualSpan }) },
      ),
    [runs, group, centred, residualScale],
  );
  const distance = useMemo(
    () =>
      runs.over((one) =>
        distanceFigure(one.checkpoints, entryOf(one, 'all', 'no'), distanceScale, one.source.grokStep),
      ),
    [runs, distanceScale],
  );
  const absent = trajectoryAbsent(view, group);
  const centring = say(centred === 'yes' ? 'trajectory.centred' : 'trajectory.uncentred');
  const [first, second] = pair.split(',').map((component) => Number(component) - 1);
  const components = entry?.coordinates[0]?.length ?? 4;
  return (
    <>
      <div class="pickers">
        {runs.choice}
        <label>
          <span>{say('group')}</span>
          <Choice
            label={say('group')}
            value={group}
            options={groups.map((value) => ({
              value,
              text: groupName(value, view.matrices),
            }))}
            onChange={setGroup}
          />
        </label>
        <label>
          <span>{say('trajectory.centring')}</span>
          <Choice
            label={say('trajectory.centring')}
            value={centred}
            options={[
              { value: 'yes' as const, text: say('trajectory.centred') },
              { value: 'no' as const, text: say('trajectory.uncentred') },
            ]}
            onChange={setCentred}
          />
        </label>
      </div>
      <div class="cards">
        <PlaneCard
          id="trajectory.plane"
          group={group}
          centred={centred === 'yes'}
          pair={[first!, second!]}
          runs={runs}
          controls={
            <Choice
              label={say('trajectory.pair')}
              value={pair}
              options={pairs
                .filter((value) => Number(value.at(-1)) <= components)
                .map((value) => ({ value, text: `PC${value.replace(',', ' × PC')}` }))}
              onChange={setPair}
            />
          }
        />
        <ChartCard
          id="trajectory.space"
          title={say('trajectory.title3', { group: groupName(group, view.matrices), centring })}
          figure={space}
          {...(table ? { table } : {})}
          says={entry ? trajectorySays(entry) : ''}
          absent={entry ? thirdComponentAbsent() : absent}
        />
        <ChartCard
          id="trajectory.explained"
          title={say('explained.title', {
            what: entry ? shareOf(entry) : say('trajectory.variance'),
          })}
          figure={explained}
          says={entry ? explainedSays(entry) + runs.says : ''}
          absent={absent}
          controls={
            <ScaleChoice
              axis={say('explained.component')}
              value={explainedScale}
              onChange={setExplainedScale}
            />
          }
        />
        <ChartCard
          id="trajectory.residual"
          title={say('residual.title')}
          figure={residual}
          says={entry ? residualSays(entry, residualSpan) + runs.says : ''}
          absent={absent}
          controls={
            <ScaleChoice axis={say('residual.axis')} value={residualScale} onChange={setResidualScale} />
          }
        />
        <ChartCard
          id="trajectory.distance"
          title={say('distance.title')}
          figure={distance}
          says={distanceSays(checkpoints, whole) + runs.says}
          absent={distanceAbsent(view)}
          controls={
            <ScaleChoice axis={say('distance.axis')} value={distanceScale} onChange={setDistanceScale} />
          }
        />
      </div>
    </>
  );
}
