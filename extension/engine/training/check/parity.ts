import path from 'node:path';
import * as v from 'valibot';
import { descriptorSchema } from '../../../contract/descriptor.js';
import { GeometryError } from '../../../contract/errors.js';
import type { ParityOfProvider } from '../../../contract/gpuCheck.js';
import { limits, readText } from '../../../disk/regularFile.js';
import { forwardGraph, gradientGraph } from '../../models/forwardGraph.js';
import { buildModel } from '../../models/model.js';
import { createSession, type Provider } from '../../runtime/session.js';
import { fillFromCheckpoint } from '../trainer/initialWeights.js';
import { openStepGraph } from '../trainer/stepGraph.js';

const numbers = v.array(v.number());
const factsSchema = v.object({
  descriptor: descriptorSchema,
  learningRate: v.number(),
  weightDecay: v.number(),
  betas: v.tuple([v.number(), v.number()]),
  eps: v.number(),
  clipNorm: v.number(),
  /** Parameters whose gradient is zero up to rounding: AdamW amplifies the rounding into steps. */
  unidentified: v.array(v.string()),
  pairs: v.array(v.tuple([v.number(), v.number()])),
  labels: numbers,
  /** Indices into `pairs`, one row per step. */
  batches: v.array(numbers),
  /** Before each step. */
  losses: numbers,
});

/** PyTorch's results are in the package, beside the bundles. */
const parityFolder = (): string => path.join(__dirname, '..', 'media', 'parity');
const NAME = 'encoder-single';

const factsOf = async (folder: string): Promise<v.InferOutput<typeof factsSchema>> => {
  const file = path.join(folder, `${NAME}.json`);
  try {
    return v.parse(factsSchema, JSON.parse(await readText(file, limits.settings)));
  } catch (cause) {
    throw new GeometryError('unreadable', `${file} does not hold what PyTorch computed.`, { cause });
  }
};

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let largest = 0;
  for (let i = 0; i < b.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

/**
 * Compares a tiny encoder on a provider with PyTorch's float32 results on a CPU: logits of every pair and the
 * gradient at the initial weights, the losses of 20 steps of AdamW, and the weights after them. Each number is
 * the largest absolute difference. Float32 on two machines differs by rounding (1e-6 to 1e-5 here), a wrong
 * kernel by far more.
 * @throws GeometryError `no-provider`, `unreadable`.
 */
export const parityOf = async (provider: Provider, folder = parityFolder()): Promise<ParityOfProvider> => {
  const facts = await factsOf(folder);
  const { descriptor, pairs, labels, batches } = facts;
  const model = buildModel(descriptor);
  const row = async (prefix: string): Promise<Float32Array> => {
    const values = new Float32Array(model.count);
    const tensors = model.parameters.map(({ name, shape, offset, elements }) => ({
      ...{ name: `${prefix}.${name}`, shape },
      data: values.subarray(offset, offset + elements),
    }));
    await fillFromCheckpoint(path.join(folder, `${NAME}.safetensors`), tensors);
    return values;
  };
  const initial = await row('init');
  const parameters = { data: initial, dims: [1, model.count] };
  const columns = (places: readonly number[]): Int32Array =>
    Int32Array.from([0, 1].flatMap((side) => places.map((place) => pairs[place]![side]!)));

  const all = pairs.map((_, place) => place);
  const [task] = descriptor.data.tasks;
  const logits = new Float32Array(pairs.length * descriptor.model.prime);
  await fillFromCheckpoint(path.join(folder, `${NAME}.safetensors`), [
    { name: `logits0.${task!}`, shape: [pairs.length, descriptor.model.prime], data: logits },
  ]);
  const run = async (
    bytes: Uint8Array,
    feeds: Parameters<Awaited<ReturnType<typeof createSession>>['run']>[0],
  ) => {
    const session = await createSession(bytes, { provider });
    try {
      return await session.run(feeds);
    } finally {
      await session.dispose();
    }
  };
  const shape = { descriptor, replicas: 1, dtype: 'float32' } as const;
  const forward = await run(forwardGraph({ ...shape, batch: pairs.length }).bytes, {
    parameters,
    tokens: { data: columns(all), dims: [2, pairs.length] },
  });
  const first = batches[0] ?? [];
  const backward = await run(gradientGraph({ ...shape, batch: first.length }).bytes, {
    parameters,
    tokens: { data: columns(first), dims: [1, 2, first.length] },
    labels: { data: Int32Array.from(first.map((place) => labels[place]!)), dims: [1, 1, first.length] },
  });

  const [beta1, beta2] = facts.betas;
  const steps = await openStepGraph(
    {
      ...{ descriptor, batch: first.length, dtype: 'float32', decayedParameters: 'all', gradientBases: [] },
      optimiser: { beta1, beta2, eps: facts.eps, clipNorm: facts.clipNorm },
    },
    1,
    { provider },
  );
  try {
    const [trained] = await steps.run(
      [
        {
          lowRank: {},
          fromStep: 0,
          state: {
            weights: initial,
            firstMoment: new Float32Array(model.count),
            secondMoment: new Float32Array(model.count),
          },
          plan: {
            batches: { size: first.length, fill: (step, into, at) => into.set(batches[step]!, at) },
            pairs: Int32Array.from(pairs.flat()),
            labels: [Int32Array.from(labels)],
            learningRate: () => facts.learningRate,
            weightDecay: facts.weightDecay,
            lowRankStrength: () => 0,
            muonRate: () => 0,
            gradientChanges: [],
          },
        },
      ],
      batches.length,
    );
    const expected = await row('step20');
    const weights = Float32Array.from(trained!.state.weights);
    for (const { name, offset, elements } of model.parameters)
      if (facts.unidentified.includes(name))
        weights.set(expected.subarray(offset, offset + elements), offset);
    return {
      logits: largestDifference(forward[`logits.${task!}`]!.data as Float32Array, logits),
      gradient: largestDifference(backward.gradient!.data as Float32Array, await row('grad0')),
      losses: largestDifference(trained!.losses, facts.losses),
      weights: largestDifference(weights, expected),
    };
  } finally {
    await steps.dispose();
  }
};
