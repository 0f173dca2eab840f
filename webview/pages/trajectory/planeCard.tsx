import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { ChartCard } from '../../charts/chartCard.js';
import { trajectoryAbsent } from '../../report/absence.js';
import { trajectorySays } from './sentences.js';
import { coordinatesTable, groupName, planeFigure } from './figure.js';
import { useInspection } from '../../state/inspectionContext.js';
import { say } from '../../words/say.js';

export interface PlaneCardProps {
  readonly id: string;
  readonly group: string;
  readonly centred: boolean;
  readonly pair: readonly [number, number];
  readonly controls?: ComponentChildren;
}

/** The trajectory on a pair of its principal components. */
export function PlaneCard({ id, group, centred, pair, controls }: PlaneCardProps) {
  const view = useInspection();
  const { report } = view;
  const entry = report.trajectories.find((one) => one.group === group && one.centred === centred);
  const { grokStep } = report.source;
  const [first, second] = pair;
  const figure = useMemo(
    () => entry && planeFigure(entry, [first, second], grokStep),
    [entry, first, second, grokStep],
  );
  const table = useMemo(() => entry && coordinatesTable(entry), [entry]);
  const centring = say(centred ? 'trajectory.centred' : 'trajectory.uncentred');
  return (
    <ChartCard
      id={id}
      title={say('trajectory.title', { group: groupName(group, view.matrices), centring })}
      figure={figure}
      {...(table ? { table } : {})}
      says={entry ? trajectorySays(entry, pair) : ''}
      absent={trajectoryAbsent(view, group)}
      controls={controls}
    />
  );
}
