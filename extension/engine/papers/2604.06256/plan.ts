import { cellsOf } from '../../runs/grid.js';
import type { Plan, PlanRequest } from '../paper.js';
import { singleTaskCell, singleTaskGrid } from '../singleTasks.js';

const defaultSeeds: readonly number[] = [42, 137, 2024];
const quickSeeds: readonly number[] = [42];
const gridSteps = 6000;
/** Long enough to memorise and for ten windows of updates. */
const quickControlSteps = 3000;

/** The four tasks with and without weight decay; quick: one seed, and addition alone without. */
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
  return { grid, runs: [...decayed, ...controls] };
};

/** Addition without decay, cut short: beside the grid, under a name of its own. */
const shortControl = (cells: ReturnType<typeof cellsOf>, seed: number) => {
  const cell = cells.find(
    ({ tasks, decay, seed: own }) => tasks[0] === 'add' && decay === 0 && own === seed,
  )!;
  const name = `short-${cell.name}`;
  return { ...cell, name, config: { ...cell.config, name, maxSteps: quickControlSteps } };
};
