import { cellsOf } from '../../runs/grid.js';
import type { Plan, PlanRequest } from '../paper.js';
import { singleTaskCell, singleTaskGrid } from '../singleTasks.js';

const defaultSeeds: readonly number[] = [42, 137];
const quickSeeds: readonly number[] = [42];
/** Longer than any of the tasks takes to grok at weight decay 1. */
const gridSteps = 6000;
/** Tasks that never grok: the authors' own file raises an onset for them at step 2000. */
const neverGrok = ['x2_xy_y2', 'x3_xy'] as const;
const neverGrokSteps = { quick: 3000, full: 10_000 };

/**
 * The four tasks that grok and the two that do not; with and without weight decay where not quick. Multiplication is beside
 * the grid, as it leaves out zero.
 */
export const planOf = ({ quick, seeds = quick ? quickSeeds : defaultSeeds }: PlanRequest): Plan => {
  const grid = singleTaskGrid('2602.16746', seeds, gridSteps);
  const decays = quick ? [1] : [1, 0];
  const inGrid = cellsOf(grid).filter(({ decay }) => decays.includes(decay));
  const beside = seeds.flatMap((seed) => [
    ...decays.map((decay) =>
      singleTaskCell({ task: 'mul', decay, seed, ...(decay === 0 ? { maxSteps: gridSteps } : {}) }),
    ),
    ...neverGrok.map((task) =>
      singleTaskCell({ task, decay: 1, seed, maxSteps: neverGrokSteps[quick ? 'quick' : 'full'] }),
    ),
  ]);
  return { grid, runs: [...inGrid, ...beside].sort((a, b) => b.decay - a.decay) };
};
