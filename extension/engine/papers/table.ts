import { transverseCurvature } from './2602.16746/paper.js';
import { holographicEncoding } from './2602.18649/paper.js';
import { functionalModes } from './2604.06256/paper.js';
import { lowRankDecayPaper } from './2606.04405/paper.js';
import type { Paper } from './paper.js';

/**
 * The papers that can be reproduced. To add one: a folder of its arXiv number beside this file, with
 *   plan.ts      its grid, and the runs beside the grid
 *   choices.ts   its flags, and sentences for what the paper leaves open
 *   measure.ts   what is measured of one run: a schema, and the function that measures
 *   published.ts its numbers, with the table or section that has them
 *   tables.ts    the measurements (one row each: value, nulls, published) and the tables they stand in
 *   paper.ts     the row, a `Paper`
 * and the row in this list. The command's help, `reproduce`, the kept measurements, `results.json`, `tables.md` and the
 * panel's Sweep page map over it. A sweep whose name is the paper's number has its published numbers beside it.
 */
export const papers: readonly Paper[] = [
  holographicEncoding,
  transverseCurvature,
  functionalModes,
  lowRankDecayPaper,
];

export const paperOf = (id: string): Paper | undefined => papers.find((paper) => paper.id === id);

/** Measurements of the runs of a sweep that belongs to no paper: accuracy at each rank, with its nulls. */
export const measuresOfAnyRun: Paper = holographicEncoding;
