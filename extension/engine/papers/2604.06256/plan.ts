import { cellsOf, type Cell } from '../../runs/grid.js';
import type { PaperFlag, Plan, PlanRequest } from '../paper.js';
import { singleTaskCell, singleTaskGrid } from '../singleTasks.js';

export const multiTaskScale = 'three tasks';

const defaultSeeds: readonly number[] = [42, 137, 2024];
const quickSeeds: readonly number[] = [42];
const gridSteps = 6000;
/** Long enough to memorise and for ten windows of updates. */
const quickControlSteps = 3000;

/** Consecutive evaluations at 95 %: the paper's functional modes are those of the last checkpoint above it. */
const multiTaskStop = { testAccuracy: 0.95, consecutive: 3 } as const;
const multiTaskSteps = 20_000;

const all = /^all$/;
/** Left out by a quick plan for its cost, and by the whole plan for the same reason. */
export const planFlags: readonly PaperFlag[] = [
  {
    name: 'controls',
    value: 'all',
    help: 'with --quick: all four tasks without weight decay, 3,000 steps each (default: addition alone)',
    accepts: all,
  },
  {
    name: 'trunks',
    value: 'all',
    help: 'three tasks on one trunk for every seed (default: for the first)',
    accepts: all,
  },
];

/**
 * The three tasks on one trunk, over pairs without zero as in the companion code: the comparison for modes of
 * x² + y² alone.
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
 * The four tasks with and without weight decay, and three of them on one trunk; quick: one seed, and shorter runs without
 * decay.
 */
export const planOf = ({ quick, seeds = quick ? quickSeeds : defaultSeeds, options }: PlanRequest): Plan => {
  const grid = singleTaskGrid('2604.06256', seeds, gridSteps);
  const cells = cellsOf(grid);
  const mul = (decay: number) =>
    seeds.map((seed) =>
      singleTaskCell({ task: 'mul', decay, seed, ...(decay === 0 ? { maxSteps: gridSteps } : {}) }),
    );
  const decayed = [...cells.filter(({ decay }) => decay === 1), ...mul(1)];
  const undecayed = [...cells.filter(({ decay }) => decay === 0), ...mul(0)];
  const controls = quick
    ? undecayed.filter(({ tasks }) => options.controls === 'all' || tasks[0] === 'add').map(shortened)
    : undecayed;
  const trunks = options.trunks === 'all' ? seeds : seeds.slice(0, 1);
  // The longest run begins first.
  return { grid, runs: [...trunks.map(multiTaskCell), ...decayed, ...controls] };
};

/** Whether a run is one of the grid cut short. */
export const isShortened = ({ name }: Cell): boolean => name.startsWith('short-');

/** The same run with fewer steps: beside the grid, under its own name. */
const shortened = (cell: Cell): Cell => {
  const name = `short-${cell.name}`;
  return { ...cell, name, config: { ...cell.config, name, maxSteps: quickControlSteps } };
};
