import { useCallback, useMemo } from 'preact/hooks';
import type { Report } from '../../../extension/contract/report.js';
import { ChartCard } from '../../charts/chartCard.js';
import { notComputed, reconstructionAbsent } from '../../report/absence.js';
import { groupLabel, type MatrixInfo } from '../../report/matrices.js';
import { chanceOf } from '../../report/chance.js';
import { percent } from '../../words/numbers.js';
import { accuracySays, energySays, errorSays, subjectsSay } from './sentences.js';
import { accuracyFigure, baselineOf, energyFigure, errorFigure, rankUnits, tasksOf } from './figure.js';
import { Controls } from './controls.js';
import { hasUnmirrored, ofPairs, pairSets } from './pairs.js';
import { RanksNeeded } from './ranksNeeded.js';
import { Choice } from '../../elements/choice.js';
import { ScaleChoice, useScale } from '../../parts/scaleChoice.js';
import { useRunsOverlay } from '../../parts/runsOverlay.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isNumber, oneOf, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/**
 * How much of the change must be kept: three methods on one axis, and a threshold that gives each one's rank.
 */
export function Reconstruction() {
  const view = useInspection();
  const { running } = view;
  const [wanted, setPairs] = usePersistedState('rank.pairs', 'test', oneOf(pairSets));
  const hasSides = hasUnmirrored(view.report);
  const pairs = hasSides ? wanted : 'test';
  const report = useMemo(() => ofPairs(view.report, pairs), [view.report, pairs]);
  const { reconstructions: entries } = report;
  const chance = chanceOf(report);
  const tasks = useMemo(() => tasksOf(entries), [entries]);
  const [threshold, setThreshold] = usePersistedState('rank.threshold', 0.95, isNumber);
  const [scale, setScale] = useScale('rank.scale', 'log');
  const [unit, setUnit] = usePersistedState('rank.unit', 'components', oneOf(rankUnits));
  const [errorScale, setErrorScale] = useScale('rank.error.scale', 'linear');
  const share = clamp(threshold);
  const runs = useRunsOverlay();
  const isOverlaid = runs.others.length > 0;
  // For several runs only the changes: three methods of three subjects each cannot be told apart.
  const shown = useCallback(
    (one: Report): Report => {
      const all = ofPairs(one, pairs);
      return isOverlaid
        ? { ...all, reconstructions: all.reconstructions.filter(({ of }) => of === 'change') }
        : all;
    },
    [isOverlaid, pairs],
  );
  const accuracies = useMemo(
    () =>
      tasks.map((task) =>
        runs.over((one) => {
          const { reconstructions, controls } = shown(one);
          return accuracyFigure({
            ...{ entries: reconstructions, controls, task, scale, unit, chance, threshold: share },
          });
        }),
      ),
    [runs, shown, tasks, scale, unit, chance, share],
  );
  const energy = useMemo(
    () =>
      runs.over((one) => {
        const { reconstructions, controls } = shown(one);
        return energyFigure(reconstructions, scale, share, unit, controls);
      }),
    [runs, shown, scale, share, unit],
  );
  const error = useMemo(
    () =>
      runs.over((one) => {
        const { reconstructions, controls } = shown(one);
        return errorFigure(reconstructions, scale, errorScale, unit, controls);
      }),
    [runs, shown, scale, errorScale, unit],
  );
  const absent = reconstructionAbsent(view);
  const rankScale = <ScaleChoice axis={say('rank.axis')} value={scale} onChange={setScale} />;
  const rebuilt = entries.find(({ scope }) => scope === 'trunk')?.matrices;
  return (
    <>
      <div class="pickers">
        {runs.choice}
        <label class="slider">
          <span>{say('rank.thresholdOf')}</span>
          <input
            type="range"
            min="0.01"
            max="1"
            step="0.005"
            value={share}
            aria-valuetext={percent(share)}
            onInput={({ currentTarget }) => setThreshold(clamp(currentTarget.valueAsNumber))}
          />
          <output>
            {say(tasks.length > 0 ? 'rank.thresholdAccuracy' : 'rank.thresholdEnergy', {
              share: percent(share),
            })}
          </output>
        </label>
        {hasSides && (
          <label>
            <span>{say('rank.pairs')}</span>
            <Choice
              label={say('rank.pairs')}
              value={pairs}
              options={pairSets.map((value) => ({ value, text: say(`rank.pairs.${value}`) }))}
              onChange={setPairs}
            />
          </label>
        )}
        <Choice
          label={say('rank.unit')}
          value={unit}
          options={rankUnits.map((value) => ({ value, text: say(`rank.unit.${value}`) }))}
          onChange={setUnit}
        />
      </div>
      <RanksNeeded threshold={share} report={report} />
      <div class="cards">
        {tasks.map((task, index) => (
          <ChartCard
            key={task}
            id={`rank.accuracy.${task}`}
            title={say('rank.title', { task })}
            figure={accuracies[index]}
            says={
              (hasSides ? `${say(`rank.pairsSay.${pairs}`)} ` : '') +
              accuracySays(entries, task, share, chance, report.controls) +
              runs.says
            }
            absent={absent}
            controls={rankScale}
            onDrag={(value) => setThreshold(clamp(value / (baselineOf(entries, task) ?? 1)))}
          />
        ))}
        <ChartCard
          id="rank.energy"
          title={say('rank.energyTitle')}
          figure={energy}
          says={energySays(entries, share, report.controls) + runs.says}
          absent={absent}
          controls={rankScale}
          onDrag={(value) => setThreshold(clamp(value))}
        />
        <ChartCard
          id="rank.error"
          title={say('rank.errorTitle')}
          figure={error}
          says={errorSays(entries, report.controls) + runs.says}
          absent={entries.length > 0 ? notComputed(say('absent.positive')) : absent}
          controls={<ScaleChoice axis={say('rank.error')} value={errorScale} onChange={setErrorScale} />}
        />
      </div>
      {tasks.length > 0 && <Controls />}
      {entries.length > 0 && (
        <p class="says page">
          {rebuilt && say('rank.scope', { matrices: namesOf(rebuilt, view.matrices) })}{' '}
          {entries.some(({ scope }) => scope === 'all') && say('rank.scopeAll')} {subjectsSay(entries)}{' '}
          {tasks.length === 0 && !running && say('rank.noAccuracy')}
        </p>
      )}
    </>
  );
}

/** Names that a sentence can hold. */
const mostNamed = 16;

/** The rebuilt matrices by the file's names; a large model has hundreds. */
const namesOf = (groups: readonly string[], matrices: readonly MatrixInfo[]): string => {
  const names = groups.slice(0, mostNamed).map((group) => groupLabel(group, matrices));
  const more = groups.length - names.length;
  return [...names, ...(more > 0 ? [say('header.moreSeries', { count: more })] : [])].join(', ');
};
