import { cellsOf } from '../../runs/grid.js';
import type { PaperFlag, Plan, PlanRequest } from '../paper.js';
import { singleTaskCell, singleTaskGrid } from '../singleTasks.js';
import { publishedStrengths, strengthsOf, suppressedCells, suppressionFlag } from './interventions.js';
import { ratedCells, ratesFlag } from './rates.js';

const defaultSeeds: readonly number[] = [42, 137];
const quickSeeds: readonly number[] = [42];
/** Longer than any of the tasks needs to grok at weight decay 1. */
const gridSteps = 6000;
/** Tasks that never grok. The authors' own file puts their onset at step 2000. */
const neverGrok = ['x2_xy_y2', 'x3_xy'] as const;
/** Longer than the paper's delay of addition at suppression .75; at full strength it never groks. */
const suppressedSteps = 6000;
/** Learning rates besides the paper's 1e-3 that take minutes; slower ones only by name. */
const rates: readonly number[] = [3e-4, 3e-3];
const neverGrokSteps = { quick: 3000, full: 10_000 };

export const decaysFlag: PaperFlag = {
  name: 'decays',
  value: 'LIST',
  help: 'weight decays of the tasks that grok: 1,0 (default; with --quick 1)',
  accepts: /^[01]$/,
  list: true,
};

/**
 * The four tasks that grok and the two that do not, with and (unless quick) without weight decay.
 * Multiplication is beside the grid, because it leaves out zero. Learning rates and suppression use addition,
 * and quick plans include them only on request.
 */
export const planOf = ({ quick, seeds = quick ? quickSeeds : defaultSeeds, options }: PlanRequest): Plan => {
  const grid = singleTaskGrid('2602.16746', seeds, gridSteps);
  const decays = options[decaysFlag.name]?.split(',').map(Number) ?? (quick ? [1] : [1, 0]);
  const inGrid = cellsOf(grid).filter(({ decay }) => decays.includes(decay));
  const beside = seeds.flatMap((seed) => [
    ...decays.map((decay) =>
      singleTaskCell({ task: 'mul', decay, seed, ...(decay === 0 ? { maxSteps: gridSteps } : {}) }),
    ),
    ...neverGrok.map((task) =>
      singleTaskCell({ task, decay: 1, seed, maxSteps: neverGrokSteps[quick ? 'quick' : 'full'] }),
    ),
  ]);
  const asked = options[ratesFlag.name]?.split(',').map(Number) ?? (quick ? [] : rates);
  const strengths = strengthsOf(options[suppressionFlag.name], quick ? [] : publishedStrengths);
  const additions = inGrid.filter(({ tasks, decay }) => tasks.join() === 'add' && decay === 1);
  return {
    grid,
    runs: [
      ...[...inGrid, ...beside].sort((a, b) => b.decay - a.decay),
      ...additions.flatMap((cell) => ratedCells(cell, asked)),
    ],
    then: additions.flatMap((cell) => suppressedCells(cell, strengths, suppressedSteps)),
  };
};
