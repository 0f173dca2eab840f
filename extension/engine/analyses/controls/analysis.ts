import * as v from 'valibot';
import { accuracySchema, reconstructionEntrySchema, testAccuraciesSchema } from '../../../contract/report.js';
import { siteSelectivitySchema } from './siteSelectivity.js';

/** The measurements of one run: its reconstructions and their nulls. */
const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Accuracy with the change replaced by its part in the span of `rank` directions. */
const point = v.object({ rank: count, energy: finite, ...testAccuraciesSchema });
const range = v.object({ mean: finite, q05: finite, q95: finite });

const walkEntry = v.object({
  seed: count,
  points: v.array(point),
  kStar95: v.optional(count),
  kStar99: v.optional(count),
});

const selectivityEntries = {
  tasks: v.array(
    v.object({
      task: v.string(),
      index: v.optional(finite),
      testAccuracy: accuracySchema,
      /** Random moves of the same length as the ablation; absent in measurements of earlier versions. */
      equalMoves: v.optional(
        v.object({
          /** Euclidean length of the removed part of the weights. */
          length: finite,
          draws: count,
          /** Means over the draws: along any direction, and with the length of every tensor's move matched. */
          testAccuracy: accuracySchema,
          tensorByTensor: accuracySchema,
        }),
      ),
    }),
  ),
  overlaps: v.array(v.object({ tasks: v.tuple([v.string(), v.string()]), overlap: finite })),
};

export const analysisSchema = v.object({
  run: v.object({
    name: v.string(),
    provider: v.string(),
    lastStep: count,
    grokStep: v.optional(count),
    status: v.string(),
    parameters: count,
    /** Checkpoints used for the trajectory, including the first and the last. */
    checkpoints: count,
    checkpointEvery: count,
  }),
  testAccuracy: accuracySchema,
  trainAccuracy: accuracySchema,
  reconstructions: v.array(reconstructionEntrySchema),
  /** Absent if no rank of the scan reaches it. `scanned`: the highest rank tried. */
  kStar: v.object({ share95: v.optional(count), share99: v.optional(count), scanned: count }),
  /** k*(95) for training accuracy. */
  kStarTrain95: v.optional(count),
  /**
   * Percent of the full rank for 90 % and 99 % of the energy: over all trunk matrices together, and the mean
   * over them.
   */
  energyRanks: v.object({
    together: v.object({ rank90: finite, rank99: finite }),
    meanOverMatrices: v.object({ rank90: finite, rank99: finite }),
    /** Entropy of σ²/Σσ² over ln(full rank), mean over the matrices. */
    entropy: finite,
    /** Mean over the matrices with their entries shuffled. */
    shuffled: v.object({ rank90: finite, rank99: finite, entropy: finite, seed: count }),
  }),
  /** Uncentred shares of squared length, and those of random walks with the same step lengths. */
  components: v.object({
    first: finite,
    firstThree: finite,
    walk: v.object({ draws: count, seed: count, first: range, firstThree: range }),
  }),
  /** Weights with one component removed; component 1 is the first. */
  ablations: v.array(v.object({ component: count, energy: finite, testAccuracy: accuracySchema })),
  controls: v.object({
    /** Components of the checkpoints up to a step. */
    early: v.array(v.object({ lastStep: count, checkpoints: count, points: v.array(point) })),
    /** A random walk of equal step lengths, reflected and scaled to the run's end. */
    walk: walkEntry,
    /** The run's decay plus a walk with the remaining steps; absent without decay. */
    decayWalk: v.optional(walkEntry),
    randomDirections: v.object({ seed: count, points: v.array(point) }),
  }),
  /** Only for runs of several tasks; in activations, by site. */
  sites: v.array(siteSelectivitySchema),
  /** Only for runs of several tasks. Eigenvectors of the gradients' second moment, and of their covariance. */
  selectivity: v.optional(
    v.object({
      directions: count,
      batches: count,
      batch: count,
      seed: count,
      ...selectivityEntries,
      /** With the mean gradient subtracted; absent in measurements of earlier versions. */
      aboutMean: v.optional(v.object(selectivityEntries)),
      /** The same number of random directions removed. */
      randomTestAccuracy: accuracySchema,
    }),
  ),
});
export type RunAnalysis = v.InferOutput<typeof analysisSchema>;
export type ControlPoint = v.InferOutput<typeof point>;
