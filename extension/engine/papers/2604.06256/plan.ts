import { cellsOf, type Cell } from '../../runs/grid.js';
import type { Plan, PlanRequest } from '../paper.js';
import { singleTaskCell, singleTaskGrid } from '../singleTasks.js';

export const multiTaskScale = 'three tasks';

const defaultSeeds: readonly number[] = [42, 137, 2024];
const quickSeeds: readonly number[] = [42];
const gridSteps = 6000;
/** Long enough to memorise and for ten windows of updates. */
const quickControlSteps = 3000;

/** Evaluations in a row at 95 %: as the functional modes of the paper are those of the last checkpoint above it. */
const multiTaskStop = { testAccuracy: 0.95, consecutive: 3 } as const;
const multiTaskSteps = 20_000;

/**
 * The three tasks on one trunk, over pairs without zero as the companion's code has them: what modes of x² + y² alone are
 * compared with.
 */
const multiTaskCell = (seed: number): Cell => {
  const single = singleTaskCell({ task: 'mul', decay: 1, seed, maxSteps: multiTaskSteps });
  const tasks = ['add', 'mul', 'x2_y2'] as const;
  const name = `${tasks.join('+')}-wd1-seed${seed}`;
  const data = { ...single.config.data, tasks: [...tasks] };
  return {
    ...{ ...single, name, scale: multiTaskScale, tasks: [...tasks] },
    config: { ...single.config, name, data, stop: multiTaskStop },
  };
};

/**
 * The four tasks with and without weight decay, and three of them on one trunk with the first seed; quick: one seed, and
 * addition alone without decay.
 */
export const planOf = ({ quick, seeds = quick ? quickSeeds : defaultSeeds }: PlanRequest): Plan => {
  const grid = singleTaskGrid('2604.06256', seeds, gridSteps);
  const cells = cellsOf(grid);
  const mul = (decay: number) =>
    seeds.map((seed) =>
      singleTaskCell({ task: 'mul', decay, seed, ...(decay === 0 ? { maxSteps: gridSteps } : {}) }),
    );
  const decayed = [...cells.filter(({ decay }) => decay === 1), ...mul(1)];
  const controls = quick
    ? seeds.map((seed) => shortControl(cells, seed))
    : [...cells.filter(({ decay }) => decay === 0), ...mul(0)];
  // What takes longest begins first.
  return { grid, runs: [...seeds.slice(0, 1).map(multiTaskCell), ...decayed, ...controls] };
};

/** Addition without decay, cut short: beside the grid, under a name of its own. */
const shortControl = (cells: ReturnType<typeof cellsOf>, seed: number) => {
  const cell = cells.find(
    ({ tasks, decay, seed: own }) => tasks[0] === 'add' && decay === 0 && own === seed,
  )!;
  const name = `short-${cell.name}`;
  return { ...cell, name, config: { ...cell.config, name, maxSteps: quickControlSteps } };
};
