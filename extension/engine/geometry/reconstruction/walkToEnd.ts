import { GramAccumulator } from '../../linalg/gram.js';
import { zeros, type Matrix } from '../../linalg/matrix.js';
import { productInto } from '../../linalg/product.js';
import { pauseFor } from '../../ground/work/pause.js';
import { seededRandom } from '../../ground/seededRandom.js';
import { trajectoryPca } from '../trajectory.js';
import { trajectoryEnergy, trajectoryMixing } from './trajectoryPca.js';
import type { DecayShares } from '../decayNull.js';
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
  /** Weights that decay beside the walk; without, they walk only. */
  readonly decay?: DecayOfStart;
  /**
   * Float64 numbers of rebuilt changes that are held at once; the walk is made again for those beyond, unless it fits into
   * half as many itself.
   */
  readonly heldNumbers?: number;
}

/** What decay does to the start θ_0. */
export interface DecayOfStart extends DecayShares {
  readonly start: ArrayLike<number>;
}

/** Dimensions of the walk that are made at one time. */
const blockLength = 8192;
/** 256 MB: all thirty changes of a model of a million parameters are rebuilt in one go. */
const usuallyHeld = 2 ** 25;

/**
 * A control for trajectory PCA: a random walk with the run's step lengths, mirrored and scaled so that it
 * ends at the run's own final change. It has no information about the run's path. Whatever its few
 * components rebuild of the change therefore comes from the construction (the end is one of the rows) and
 * from what every random walk has (Antognini and Sohl-Dickstein 2018), not from the run. Mirroring and
 * scaling leave the walk's shares of variance unchanged. With decay the rows are (d_t − 1)·θ_0 + y_t with
 * y_{t+1} = γ_t·y_t + ξ_t: what decay leaves of the path is a walk, mirrored and scaled onto θ_T − d_T·θ_0,
 * so it also ends where the run ends.
 * @param change θ_T − θ_0, not zero; `lengths`: ‖θ_{t+1} − θ_t‖, T − 1 of them; with decay, the lengths of
 * what it leaves of each step.
 * @throws GeometryError `cancelled` after the signal, here and from {@link WalkToEnd.rebuilt}.
 */
export const walkToEnd = async (
  change: Float64Array,
  lengths: readonly number[],
  ranks: readonly number[],
  { seed, signal, decay, heldNumbers = usuallyHeld }: WalkOptions,
): Promise<WalkToEnd> => {
  const dimensions = change.length;
  const rows = lengths.length + 1;
  const pause = pauseFor(signal);
  // A step of independent Gaussians of this deviation has the wanted length but for 1/√(2·dimensions) of it.
  const deviations = lengths.map((length) => length / Math.sqrt(dimensions));
  const width = Math.min(blockLength, dimensions);
  const isHeld = rows * dimensions <= heldNumbers / 2;
  const held: Block[] = [];
  const own = blockOf(rows, width);
  /** The walk block by block, the same at every call. */
  const eachBlock: EachBlock = async (take) => {
    const random = seededRandom(seed);
    for (let start = 0, place = 0; start < dimensions; start += blockLength, place++) {
      const length = Math.min(blockLength, dimensions - start);
      const block = held[place] ?? (isHeld ? blockOf(rows, width) : own);
      if (held[place] === undefined) {
        for (let t = 1; t < rows; t++) {
          const before = block.rows[t - 1]!;
          const row = block.rows[t]!;
          const deviation = deviations[t - 1]!;
          const gamma = decay === undefined ? 1 : decay.between[t - 1]!;
          for (let i = 0; i < length; i++) row[i] = gamma * before[i]! + deviation * random.normal();
        }
        if (isHeld) held.push(block);
      }
      await take(start, length, block);
      await pause();
    }
  };

  const gram = new GramAccumulator(rows);
  const end = new Float64Array(dimensions);
  await eachBlock(async (start, length, block) => {
    await gram.add(block.rows, length);
    end.set(block.rows[rows - 1]!.subarray(0, length), start);
  });
  const walked = gram.result();
  const goal = decay === undefined ? change : withoutDecay(change, decay);
  const toGoal = mirror(end, goal);
  const pca = await trajectoryPca(
    decay === undefined
      ? walked
      : await withDecay(walked, dot(goal, goal) / dot(end, end), decay, toGoal, eachBlock),
    false,
  );
  const total = decay === undefined ? dot(end, end) : dot(change, change);
  const together = Math.max(1, Math.min(ranks.length, Math.floor(heldNumbers / dimensions)));

  async function* rebuilt(): AsyncGenerator<Float64Array, void> {
    const targets = Array.from({ length: together }, () => new Float64Array(dimensions));
    const rebuiltBlock = new Float64Array(together * width);
    for (let from = 0; from < ranks.length; from += together) {
      const mixings = ranks.slice(from, from + together).map((rank) => trajectoryMixing(pca, rank));
      const weights = Float64Array.from(mixings.flat());
      await eachBlock(async (start, length, block) => {
        // Of the last block only the first numbers are the walk's.
        const mixed = rebuiltBlock.subarray(0, mixings.length * width);
        await productInto(mixed, weights, block.data, mixings.length, rows, width);
        mixings.forEach((_, r) => {
          targets[r]!.set(rebuiltBlock.subarray(r * width, r * width + length), start);
        });
      });
      for (const [r, weights] of mixings.entries()) {
        const target = targets[r]!;
        toGoal(target);
        if (decay !== undefined) addDecay(target, weights, decay);
        yield target;
      }
    }
  }
  return { energy: trajectoryEnergy(pca).map((value) => value / total), rebuilt };
};

/** Some dimensions of a walk: all numbers, and views of its rows. */
interface Block {
  readonly data: Float64Array;
  readonly rows: readonly Float64Array[];
}

const blockOf = (rows: number, width: number): Block => {
  const data = new Float64Array(rows * width);
  return {
    data,
    rows: Array.from({ length: rows }, (_, t) => data.subarray(t * width, (t + 1) * width)),
  };
};

/** Calls back with the walk's rows from one dimension on, block by block. */
type EachBlock = (
  take: (start: number, length: number, block: Block) => Promise<void> | void,
) => Promise<void>;

/** θ_T − d_T·θ_0. */
const withoutDecay = (change: Float64Array, { start, kept }: DecayOfStart): Float64Array => {
  const gone = 1 - kept.at(-1)!;
  return change.map((value, i) => value + gone * start[i]!);
};

/** Inner products of the rows (d_t − 1)·θ_0 + y_t, y the walk mirrored and scaled; `scale` is the square of its scale. */
const withDecay = async (
  walked: Matrix,
  scale: number,
  { start, kept }: DecayOfStart,
  toGoal: (x: Float64Array) => void,
  eachBlock: EachBlock,
): Promise<Matrix> => {
  // ⟨θ_0, M·y⟩ = ⟨M·θ_0, y⟩: the mirror is symmetric.
  const mirrored = Float64Array.from(start);
  const squared = dot(mirrored, mirrored);
  toGoal(mirrored);
  const products = new Float64Array(walked.rows);
  await eachBlock((from, length, block) => {
    block.rows.forEach((row, t) => {
      for (let i = 0; i < length; i++) products[t]! += mirrored[from + i]! * row[i]!;
    });
  });
  const n = walked.rows;
  const gram = zeros(n, n);
  for (let s = 0; s < n; s++) {
    for (let t = 0; t < n; t++) {
      const [a, b] = [kept[s]! - 1, kept[t]! - 1];
      gram.data[s * n + t] =
        scale * walked.data[s * n + t]! + a * products[t]! + b * products[s]! + a * b * squared;
    }
  }
  return gram;
};

/** Adds Σ_t weights[t]·(d_t − 1)·θ_0. */
const addDecay = (target: Float64Array, weights: readonly number[], { start, kept }: DecayOfStart): void => {
  const share = weights.reduce((sum, weight, t) => sum + weight * (kept[t]! - 1), 0);
  for (let i = 0; i < target.length; i++) target[i]! += share * start[i]!;
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
