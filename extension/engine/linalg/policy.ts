/** What a request wants to know of a matrix. */
export type Question = 'norms' | 'spectrum' | 'decomposition';

export type Effort = 'exact' | 'estimated';

/**
 * Cost of the exact answer in nanoseconds per (long side)·(short side)², on two cores with room to spare, from the
 * figures in README.md, and the largest work that starts exact where nobody names a time.
 */
const exactCosts: Readonly<Record<Question, { readonly nanoseconds: number; readonly freely: number }>> = {
  norms: { nanoseconds: 0.35, freely: 2048 ** 3 },
  spectrum: { nanoseconds: 0.35, freely: 2048 ** 3 },
  decomposition: { nanoseconds: 1.2, freely: 2048 ** 3 },
};

/** Values below which an estimate has too few of them to speak of, and the exact answer comes at once. */
const ALWAYS_EXACT = 512;

/** Numbers beyond which an exact answer would not fit beside its workspace in an engine's memory. */
const HELD_AT_MOST = 2 ** 28;

/**
 * Exact or estimated, for a matrix of these sizes. Small is exact; beyond, exact where it fits the time budget (ms, or
 * what runs in some seconds where none is named). Full decompositions have no estimate. Whoever asks for `exact` gets
 * it, as long as it fits the memory.
 */
export const effortFor = (
  rows: number,
  columns: number,
  question: Question,
  request: { readonly budgetMs?: number; readonly exact?: boolean } = {},
): Effort => {
  const short = Math.min(rows, columns);
  if (question === 'decomposition' || short <= ALWAYS_EXACT) return 'exact';
  if (rows * columns > HELD_AT_MOST) return 'estimated';
  if (request.exact === true) return 'exact';
  const { nanoseconds, freely } = exactCosts[question];
  const work = Math.max(rows, columns) * short * short;
  const fits =
    request.budgetMs === undefined ? work <= freely : (work * nanoseconds) / 1e6 <= request.budgetMs;
  return fits ? 'exact' : 'estimated';
};
