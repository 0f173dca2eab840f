import type { RunFile } from '../../../contract/run.js';
import type { Cell } from '../../runs/grid.js';
import type { RunAnalysis } from '../../analyses/controls/analysis.js';
import type { Choices } from './plan.js';
import { publishedCell, type PublishedCell } from './published.js';

/** One run of a reproduction: what was measured, where it was; what the paper has, where it does. */
export interface CellResult {
  readonly name: string;
  readonly scale: string;
  readonly decay: number;
  readonly tasks: readonly string[];
  readonly status: 'not run' | RunFile['status'];
  readonly step: number;
  /** Why its folder could not be read. */
  readonly unreadable?: string;
  readonly analysis?: RunAnalysis;
  readonly published?: PublishedCell;
}

/** `results.json`: everything that the tables and the page are made of. */
export interface Results {
  readonly schema: 'weight-geometry/reproduction@1';
  readonly paper: '2602.18649';
  readonly choices: Choices;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: string;
  readonly created: string;
  /** The command that goes on with what was not measured. */
  readonly command: string;
  readonly grid: readonly CellResult[];
  readonly singles: readonly CellResult[];
  readonly control: CellResult;
}

export const cellResult = (
  { name, scale, decay, tasks }: Cell,
  run: RunFile | undefined,
  analysis: RunAnalysis | undefined,
  unreadable?: string,
): CellResult => {
  const published = publishedCell(scale, decay);
  return {
    ...{ name, scale, decay, tasks },
    status: unreadable === undefined ? (run?.status ?? 'not run') : 'failed',
    step: run?.lastStep ?? 0,
    ...(unreadable === undefined ? {} : { unreadable }),
    ...(analysis === undefined ? {} : { analysis }),
    ...(published === undefined ? {} : { published }),
  };
};
