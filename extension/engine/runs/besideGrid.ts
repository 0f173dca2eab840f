import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readRunFile } from '../training/run/runDirectory.js';
import type { Cell } from './grid.js';
import { runFolder } from './sweepFile.js';

/** The runs in a sweep's folder that are not in its grid: controls, single tasks. By name. */
export const besideGrid = async (sweep: string, cells: readonly Cell[]): Promise<Cell[]> => {
  const ofGrid = new Set(cells.map(({ name }) => name));
  const names = await readdir(path.dirname(runFolder(sweep, { name: 'any' }))).catch((): string[] => []);
  const others = names.filter((name) => !ofGrid.has(name)).sort();
  const found = await Promise.all(others.map((name) => asCell(sweep, name)));
  return found.flat();
};

const asCell = async (sweep: string, name: string): Promise<Cell[]> => {
  const run = await readRunFile(runFolder(sweep, { name })).catch(() => undefined);
  if (run === undefined) return [];
  const { config } = run;
  const { d, layers } = config.model;
  return [
    {
      name,
      scale: `d ${d}, ${layers} layers`,
      decay: config.weightDecay,
      seed: config.initSeed,
      tasks: config.data.tasks,
      config,
    },
  ];
};
