import { useMemo } from 'preact/hooks';
import type { RegulariserName, SweepCell } from '../../../extension/contract/report.js';
import { ChartCard } from '../../charts/chartCard.js';
import { Choice } from '../../elements/choice.js';
import { useInspection } from '../../state/inspectionContext.js';
import { isText, oneOf, usePersistedState } from '../../state/persistedState.js';
import { say } from '../../words/say.js';
import {
  hasPhases,
  phaseAbsent,
  phaseAxes,
  phaseFigure,
  phaseSays,
  phaseScales,
  phaseSplits,
  phaseTable,
  phaseValues,
  type PhaseAxis,
  type PhaseChoice,
  type PhaseValue,
} from './phaseDiagram.js';

const drawn = ['l2', 'low-rank', 'both'] as const satisfies readonly RegulariserName[];

/** Phase diagrams of a sweep over train fractions, one per regulariser, filled in as runs end. */
export function PhaseCards() {
  const { report } = useInspection();
  const { sweepCells } = report;
  const [chosenScale, chooseScale] = usePersistedState('sweep.phase.scale', '', isText);
  const [chosenSplit, chooseSplit] = usePersistedState('sweep.phase.split', '', isText);
  const [axis, setAxis] = usePersistedState<PhaseAxis>('sweep.phase.axis', 'perStep', oneOf(phaseAxes));
  const [shows, setShows] = usePersistedState<PhaseValue>('sweep.phase.shows', 'success', oneOf(phaseValues));
  const scales = useMemo(() => phaseScales(sweepCells), [sweepCells]);
  const splits = useMemo(() => phaseSplits(sweepCells), [sweepCells]);
  const scale = scales.find((one) => one === chosenScale) ?? scales[0];
  const split = splits.find((one) => one === chosenSplit) ?? splits[0];
  const choice = useMemo(
    (): PhaseChoice => ({ scale: scale ?? '', split, axis, shows }),
    [scale, split, axis, shows],
  );
  if (scale === undefined || !hasPhases(sweepCells)) return null;
  const present = drawn.filter((name) =>
    sweepCells.some((cell) => cell.scale === scale && cell.regulariser === name),
  );
  return (
    <>
      <div class="pickers">
        {scales.length > 1 && (
          <Choice
            label={say('sweep.scale')}
            value={scale}
            options={scales.map((value) => ({ value, text: value }))}
            onChange={chooseScale}
          />
        )}
        {splits.length > 1 && (
          <Choice
            label={say('sweep.phase.split')}
            value={split ?? ''}
            options={splits.map((value) => ({ value, text: say(`sweep.phase.split.${value}`) }))}
            onChange={chooseSplit}
          />
        )}
        <Choice
          label={say('sweep.phase.axis')}
          value={axis}
          options={phaseAxes.map((value) => ({ value, text: say(`sweep.phase.axis.${value}`) }))}
          onChange={setAxis}
        />
        <Choice
          label={say('sweep.phase.shows')}
          value={shows}
          options={phaseValues.map((value) => ({ value, text: say(`sweep.phase.shows.${value}`) }))}
          onChange={setShows}
        />
      </div>
      <div class="cards">
        {present.map((name) => (
          <PhaseCard key={name} name={name} cells={sweepCells} choice={choice} />
        ))}
      </div>
    </>
  );
}

interface PhaseCardProps {
  readonly name: (typeof drawn)[number];
  readonly cells: readonly SweepCell[];
  readonly choice: PhaseChoice;
}

function PhaseCard({ name, cells, choice }: PhaseCardProps) {
  const figure = useMemo(() => phaseFigure(cells, name, choice), [cells, name, choice]);
  const table = useMemo(() => phaseTable(cells, name, choice), [cells, name, choice]);
  return (
    <ChartCard
      id={`sweep.phase.${name}`}
      title={say('sweep.phase.title', { name: say(`sweep.phase.${name}`) })}
      figure={figure}
      table={table}
      says={figure ? phaseSays(cells, name, choice) : ''}
      absent={phaseAbsent(cells, name, choice)}
    />
  );
}
