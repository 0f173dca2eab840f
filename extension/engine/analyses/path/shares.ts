import type { PathShareEntry } from '../../../contract/report.js';
import { pathShares, windowEnds } from '../../geometry/curvature/pathShares.js';
import { bandOf } from '../../geometry/quantiles.js';
import { decayAndWalk } from '../../geometry/decayNull.js';
import { gramOfRows, randomWalkGram, stepLengths } from '../../geometry/randomWalkNull.js';
import { seedFromText } from '../../ground/seededRandom.js';
import type { Matrix } from '../../linalg/matrix.js';
import type { TrainingRecord } from '../../series/trainingRecord.js';
import type { KeptGram } from '../trajectory/groupGrams.js';
import { decayOf } from '../trajectory/decayOf.js';

/** Window ends whose null is drawn and whose share is told at most: the paper has 15; here as many as it takes to see. */
const mostEnds = 60;

export interface PathSharesRequest {
  readonly steps: readonly number[];
  readonly draws: number;
  readonly seed: number;
  /** Rate and decay as recorded; decay is fitted without. */
  readonly training?: TrainingRecord;
}

type DrawnShares = PathShareEntry['nulls']['randomWalk'];

/**
 * PC1 of one matrix over expanding windows beside that of random walks and of decay with a walk; none over a checkpoint that
 * is not finite.
 */
export const pathSharesOf = async (
  kept: KeptGram,
  { steps, draws, seed, training }: PathSharesRequest,
): Promise<PathShareEntry[]> => {
  const { group, parameters, gram, start } = kept;
  if (!gram.data.every(Number.isFinite)) return [];
  const ends = thinned(windowEnds(gram.rows));
  const measured = await pathShares(gram, ends);
  const lengths = stepLengths(gram);
  const ofGroup = seedFromText(group);
  const sharesOf = async (draw: (index: number) => Matrix): Promise<Map<number, number[]>> => {
    const drawn = new Map<number, number[]>(ends.map((end) => [end, []]));
    for (let index = 0; index < draws; index++) {
      for (const { end, share } of await pathShares(draw(index), ends)) drawn.get(end)!.push(share);
    }
    return drawn;
  };
  const walks = await sharesOf((index) => randomWalkGram(lengths, parameters, seed, ofGroup, index));
  const decay = decayOf({ steps, start, ...(training ? { training } : {}) });
  const decayed =
    decay &&
    (await sharesOf((index) =>
      gramOfRows(decayAndWalk(gram, start, decay, parameters, seed, ofGroup, index)),
    ));
  return measured.map(({ end, share }) => ({
    ...{ matrix: group, lastStep: steps[end]!, share },
    nulls: {
      randomWalk: drawnShares(walks.get(end)!, share, seed),
      ...(decay && decayed
        ? { decay: { ...drawnShares(decayed.get(end)!, share, seed), origin: decay.origin } }
        : {}),
    },
  }));
};

const drawnShares = (values: readonly number[], share: number, seed: number): DrawnShares => {
  const { mean, sd, q05, q95 } = summary(values);
  return {
    ...{ draws: values.length, seed, mean, sd, q05, q95 },
    ...(sd > 0 ? { z: (share - mean) / sd } : {}),
  };
};

const summary = (values: readonly number[]) => {
  const ascending = Float64Array.from(values).sort();
  const mean = ascending.reduce((sum, value) => sum + value, 0) / ascending.length;
  const squares = ascending.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    sd: Math.sqrt(squares / Math.max(1, ascending.length - 1)),
    ...bandOf(ascending),
  };
};

/** Evenly chosen, the first and the last among them. */
const thinned = (ends: readonly number[]): number[] => {
  if (ends.length <= mostEnds) return [...ends];
  return Array.from(
    { length: mostEnds },
    (_, i) => ends[Math.round((i * (ends.length - 1)) / (mostEnds - 1))]!,
  );
};
