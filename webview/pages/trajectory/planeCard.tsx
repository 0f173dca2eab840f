import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import { trajectoryAbsent } from '../../report/absence.js';
import { trajectorySays } from './sentences.js';
import { coordinatesTable, groupName, planeFigure } from './figure.js';
import type { Axis, LineFigure } from '../../charts/figure.js';
import type { RunsOverlay } from '../../parts/runsOverlay.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';

export interface PlaneCardProps {
  readonly id: string;
  readonly group: string;
  readonly centred: boolean;
  readonly pair: readonly [number, number];
  /** Other runs over it, each in its own components. */
  readonly runs?: RunsOverlay;
  readonly controls?: ComponentChildren;
}

/** The trajectory on a pair of its principal components. */
export function PlaneCard({ id, group, centred, pair, runs, controls }: PlaneCardProps) {
  const view = useInspection();
  const { report } = view;
  const entry = report.trajectories.find((one) => one.group === group && one.centred === centred);
  const { grokStep } = report.source;
  const [first, second] = pair;
  const isOverlaid = runs !== undefined && runs.others.length > 0;
  const figure = useMemo(() => {
    if (!isOverlaid) return entry && planeFigure(entry, [first, second], grokStep);
    return overPlanes(runs, [first, second], group, centred);
  }, [entry, first, second, grokStep, runs, isOverlaid, group, centred]);
  const table = useMemo(() => entry && coordinatesTable(entry), [entry]);
  const centring = say(centred ? 'trajectory.centred' : 'trajectory.uncentred');
  return (
    <ChartCard
      id={id}
      title={say('trajectory.title', { group: groupName(group, view.matrices), centring })}
      figure={figure}
      {...(table ? { table } : {})}
      says={
        entry ? trajectorySays(entry, pair) + (isOverlaid ? runs.says + say('trajectory.ownPlanes') : '') : ''
      }
      absent={trajectoryAbsent(view, group)}
      controls={controls}
    />
  );
}

/** Trajectories of several runs: one curve each; the axis titles leave out the first run's shares. */
function overPlanes(
  runs: RunsOverlay,
  pair: readonly [number, number],
  group: string,
  centred: boolean,
): LineFigure | undefined {
  const figure = runs.over((one) => {
    const found = one.trajectories.find((entry) => entry.group === group && entry.centred === centred);
    return found && planeFigure(found, pair, undefined);
  });
  if (figure === undefined) return undefined;
  // Each run has its own components: no run's shares name them, and no run's extent is that of all.
  const [x, y] = pair.map((component): Axis => ({
    title: `PC${component + 1}`,
    scale: 'linear',
    format: 'number',
  }));
  return { ...figure, x: x!, y: y! };
}
