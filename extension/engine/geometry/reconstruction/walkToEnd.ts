import { GramAccumulator } from '../../linalg/gram.js';
import { pauseFor } from '../../ground/work/pause.js';
import { seededRandom } from '../../ground/seededRandom.js';
import { trajectoryPca } from '../trajectory.js';
import { trajectoryEnergy, trajectoryMixing } from './trajectoryPca.js';
import { dot } from './vectors.js';

/** What the leading components of a random walk rebuild of a given end point. */
export interface WalkToEnd {
  /** (v_i · E)² per component of the walk, E its end, as shares of the end's squared length. */
  readonly energy: Float64Array;
  /**
   * The change rebuilt from the first `rank` components, for each rank asked, in their order. Each is good until the next
   * is asked for: together they would be as large as the run.
   */
  readonly rebuilt: () => AsyncGenerator<Float64Array, void>;
}

export interface WalkOptions {
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Float64 numbers of rebuilt changes that are held at once; the walk is made again for those beyond. */
  readonly heldNumbers?: number;
}

/** Dimensions of the walk that are made at one time. */
const blockLength = 8192;
/** 256 MB: all thirty changes of a model of a million parameters are rebuilt in one go. */
const usuallyHeld = 2 ** 25;

/**
 * A control for trajectory PCA: a random walk with the run's step lengths, mirrored and scaled so that it ends at the run's
 * own final change. It knows nothing of the way there, so what its few components rebuild of the change is owed to the
 * construction (the end is one of the rows) and to what any walk is like (Antognini and Sohl-Dickstein 2018), not to the
 * run. Mirroring and scaling leave the walk's shares of variance as they are.
 *
 * @param change θ_T − θ_0, not zero; `lengths`: ‖θ_{t+1} − θ_t‖, T − 1 of them.
 * @throws GeometryError `cancelled` after the signal, here and from {@link WalkToEnd.rebuilt}.
 */
export const walkToEnd = async (
  change: Float64Array,
  lengths: readonly number[],
  ranks: readonly number[],
  { seed, signal, heldNumbers = usuallyHeld }: WalkOptions,
): Promise<WalkToEnd> => {
  const dimensions = change.length;
  const rows = lengths.length + 1;
  const pause = pauseFor(signal);
  // A step of independent Gaussians of this deviation has the wanted length but for 1/√(2·dimensions) of it.
  const deviations = lengths.map((length) => length / Math.sqrt(dimensions));
  const block = Array.from({ length: rows }, () => new Float64Array(Math.min(blockLength, dimensions)));
  /** The walk block by block, the same at every call. */
  const eachBlock = async (take: (start: number, length: number) => Promise<void> | void): Promise<void> => {
    const random = seededRandom(seed);
    for (let start = 0; start < dimensions; start += blockLength) {
      const length = Math.min(blockLength, dimensions - start);
      for (let t = 1; t < rows; t++) {
        const before = block[t - 1]!;
        const row = block[t]!;
        const deviation = deviations[t - 1]!;
        for (let i = 0; i < length; i++) row[i] = before[i]! + deviation * random.normal();
      }
      await take(start, length);
      await pause();
    }
  };

  const gram = new GramAccumulator(rows);
  const end = new Float64Array(dimensions);
  await eachBlock(async (start, length) => {
    await gram.add(block, length);
    end.set(block[rows - 1]!.subarray(0, length), start);
  });
  const pca = await trajectoryPca(gram.result(), false);
  const total = dot(end, end);
  const together = Math.max(1, Math.min(ranks.length, Math.floor(heldNumbers / dimensions)));

  async function* rebuilt(): AsyncGenerator<Float64Array, void> {
    const targets = Array.from({ length: together }, () => new Float64Array(dimensions));
    const toChange = mirror(end, change);
    for (let from = 0; from < ranks.length; from += together) {
      const mixings = ranks.slice(from, from + together).map((rank) => trajectoryMixing(pca, rank));
      for (const target of targets) target.fill(0);
      await eachBlock((start, length) => {
        mixings.forEach((weights, r) => {
          const target = targets[r]!;
          for (let t = 1; t < rows; t++) {
            const weight = weights[t]!;
            const row = block[t]!;
            for (let i = 0; i < length; i++) target[start + i]! += weight * row[i]!;
          }
        });
      });
      for (const target of targets.slice(0, mixings.length)) {
        toChange(target);
        yield target;
      }
    }
  }
  return { energy: trajectoryEnergy(pca).map((value) => value / total), rebuilt };
};

/** The reflection and scaling that takes `from` to `to`, in place. */
const mirror = (from: Float64Array, to: Float64Array): ((x: Float64Array) => void) => {
  const fromLength = Math.sqrt(dot(from, from));
  const toLength = Math.sqrt(dot(to, to));
  const scale = toLength / fromLength;
  const normal = from.map((value, i) => value / fromLength - to[i]! / toLength);
  const squared = dot(normal, normal);
  return (x) => {
    const factor = squared > 0 ? (2 * dot(x, normal)) / squared : 0;
    for (let i = 0; i < x.length; i++) x[i] = scale * (x[i]! - factor * normal[i]!);
  };
};
