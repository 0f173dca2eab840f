import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Intervention } from '../../../../extension/contract/interventions.js';
import type { RunConfig, RunFile } from '../../../../extension/contract/run.js';
import { dot } from '../../../../extension/engine/geometry/reconstruction/vectors.js';
import { lengthOf } from '../../../../extension/engine/geometry/curvature/commutatorDefect.js';
import { buildModel } from '../../../../extension/engine/models/model.js';
import {
  openBasis,
  partInside,
  partOutside,
} from '../../../../extension/engine/training/interventions/basis.js';
import { parseRunConfig } from '../../../../extension/engine/training/runConfig.js';
import { checkpointPath } from '../../../../extension/engine/training/run/runDirectory.js';
import { fillFromCheckpoint } from '../../../../extension/engine/training/trainer/initialWeights.js';
import { createTrainingEngine } from '../../../../extension/engine/training/trainer/onnxEngine.js';
import { RunControl } from '../../../../extension/engine/training/trainer/runControl.js';
import { train } from '../../../../extension/engine/training/trainer/train.js';

/** The probe of providers starts the bundle; here the processor is taken as it is. */
const choose = () => Promise.resolve({ name: 'cpu' as const, tf32: false as const, passedOver: [] });

const configWith = (interventions?: readonly object[], more: object = {}): RunConfig =>
  parseRunConfig(
    {
      name: 'small',
      model: {
        kind: 'encoder',
        ...{ prime: 11, d: 16, layers: 1, heads: 2, dFf: 32, readout: 'first' },
        ...{ norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' },
      },
      data: {
        tasks: ['add'],
        split: { method: 'python-random-shuffle', seed: 1, trainFraction: 0.5, firstToken: 0 },
      },
      ...{ batch: 24, maxSteps: 40, evaluateEvery: 20, checkpointEvery: 10, clipNorm: 0.5, dtype: 'float64' },
      ...(interventions === undefined ? {} : { interventions }),
      ...more,
    },
    'small',
  );

let folder: string;
const at = (name: string): string => path.join(folder, name);
const run = (name: string, config: RunConfig, control = new RunControl(), resume = false): Promise<RunFile> =>
  train({ config, out: at(name), provider: 'cpu', threads: 1, resume }, control, {}, { choose });
const { parameters, count } = buildModel(configWith());
const readRow = async (checkpoint: string): Promise<Float64Array> => {
  const row = new Float64Array(count);
  const tensors = parameters.map(({ name, shape, offset, elements }) => ({
    name,
    shape,
    data: row.subarray(offset, offset + elements),
  }));
  await fillFromCheckpoint(checkpoint, tensors);
  return row;
};
const basisOf = (choice: NonNullable<Intervention['basis']>) =>
  openBasis(choice, { parameters, folder: at('any'), readRow });

/** AdamW's first moment after one step: 0.1 G, G as the optimiser sees it. */
const firstGradient = async (interventions?: readonly object[]): Promise<Float64Array> => {
  const engine = await createTrainingEngine(configWith(interventions), 'cpu', {
    threads: 1,
    folder: at('any'),
  });
  try {
    const weights = engine.initialWeights(3);
    const zeros = new Float64Array(weights.length);
    const { state } = await engine.run({ weights, firstMoment: zeros, secondMoment: zeros }, 0, 1);
    return Float64Array.from(state.firstMoment, (value) => value / (1 - 0.9));
  } finally {
    await engine.dispose();
  }
};
const apart = (x: Float64Array, y: Float64Array): number =>
  lengthOf(x.map((value, i) => value - y[i]!)) / lengthOf(y);

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'interventions-'));
  await run('base', configWith());
});
afterAll(() => rm(folder, { recursive: true }));

describe('a basis', () => {
  it.each([
    ['random directions', { kind: 'random', dimension: 5, seed: 2 } as const, 5],
    ['the path of a run', { kind: 'execution', run: '../base', components: 2 } as const, 8],
  ])('of %s is orthonormal', async (_, choice, dimension) => {
    const basis = await basisOf(choice);
    expect(basis.directions).toHaveLength(dimension);
    for (const [i, { vector, offset }] of basis.directions.entries()) {
      const row = new Float64Array(count);
      row.set(vector, offset);
      expect(dot(row, row)).toBeCloseTo(1, 10);
      const inside = partInside(basis, row);
      expect(apart(inside, row), `direction ${i}`).toBeLessThan(1e-9);
    }
  });

  it('of the path of a run holds most of what its attention matrices did', async () => {
    const basis = await basisOf({ kind: 'execution', run: '../base', components: 2 });
    const random = await basisOf({ kind: 'random', dimension: 8, seed: 1 });
    const [first, last] = [
      await readRow(checkpointPath(at('base'), 0)),
      await readRow(checkpointPath(at('base'), 40)),
    ];
    const moved = last.map((value, i) => value - first[i]!);
    expect(lengthOf(partInside(basis, moved))).toBeGreaterThan(3 * lengthOf(partInside(random, moved)));
  });

  it('is refused of a folder without a run and of a run that has not finished', async () => {
    await expect(basisOf({ kind: 'execution', run: '../none', components: 2 })).rejects.toMatchObject({
      code: 'not-found',
    });
    const control = new RunControl();
    control.stop();
    await run('stopped', configWith(), control);
    await expect(basisOf({ kind: 'execution', run: '../stopped', components: 2 })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});

describe('suppression', () => {
  const random = { kind: 'random', dimension: 5, seed: 2 } as const;

  it.each([
    ['transverse', 1],
    ['transverse', 0.25],
    ['parallel', 1],
    ['parallel', 0.5],
  ] as const)('takes its share of the %s gradient, strength %d', async (part, strength) => {
    const basis = await basisOf(random);
    const plain = await firstGradient();
    const found = await firstGradient([{ kind: 'suppress', part, strength, basis: random, from: 0 }]);
    const [inside, outside] = [partInside(basis, plain), partOutside(basis, plain)];
    const kept = 1 - strength;
    const expected =
      part === 'transverse'
        ? inside.map((value, i) => value + kept * outside[i]!)
        : outside.map((value, i) => value + kept * inside[i]!);
    expect(apart(found, expected)).toBeLessThan(1e-9);
  });

  it('composes: two halves are one of three quarters', async () => {
    const half = { kind: 'suppress', strength: 0.5, basis: random, from: 0 };
    const both = await firstGradient([half, half]);
    const one = await firstGradient([{ ...half, strength: 0.75 }]);
    expect(apart(both, one)).toBeLessThan(1e-9);
  });

  it('leaves the steps up to its beginning as they are', async () => {
    const later = await firstGradient([{ kind: 'suppress', strength: 1, basis: random, from: 1 }]);
    expect(apart(later, await firstGradient())).toBeLessThan(1e-12);
  });
});

describe('changes of the weights', () => {
  const list = [
    {
      kind: 'kick',
      along: 'transverse-defect',
      every: 10,
      from: 5,
      batch: 16,
      pairs: 3,
      basis: { kind: 'random', dimension: 4 },
    },
    { kind: 'noise', every: 15, from: 0, length: 0.3 },
    { kind: 'penalty', every: 7, from: 3, until: 30, basis: { kind: 'execution', run: '../base' } },
  ];

  it('are in a run that is stopped and resumed as in an unbroken one', async () => {
    const config = configWith(list);
    const whole = await run('whole', config);
    const control = new RunControl();
    const stopped = train(
      { config, out: at('broken'), provider: 'cpu', threads: 1 },
      control,
      { advanced: (step) => step >= 18 && control.stop() },
      { choose },
    );
    expect((await stopped).status).toBe('stopped');
    await run('broken', config, new RunControl(), true);
    expect(await readRow(checkpointPath(at('broken'), 40))).toEqual(
      await readRow(checkpointPath(at('whole'), 40)),
    );
    expect(whole.bases?.map(({ intervention, dimension }) => [intervention, dimension])).toEqual([
      [0, 4],
      [2, 8],
    ]);
    expect(whole.formulas?.join('\n')).toMatch(/δ − B Bᵀ δ[^\n]*\n[^\n]*ε Gaussian[^\n]*\n[^\n]*θ_0/);
  });

  it('have the length that they ask for', async () => {
    const kicked = async (more: object): Promise<number> => {
      const config = configWith([{ kind: 'kick', along: 'random', every: 10, from: 5, ...more }]);
      const engine = await createTrainingEngine(config, 'cpu', { threads: 1, folder: at('any') });
      try {
        const weights = engine.initialWeights(3);
        expect(await engine.intervene(weights, 5)).toBe(weights);
        expect(engine.nextIntervention(10)).toBe(20);
        const after = await engine.intervene(weights, 10);
        return lengthOf(Float64Array.from(after, (value, i) => value - weights[i]!));
      } finally {
        await engine.dispose();
      }
    };
    expect(await kicked({ length: 0.25 })).toBeCloseTo(0.25, 9);
    const gradient = await kicked({ alpha: 1, eta: 1 });
    expect(await kicked({ alpha: 30, eta: 0.01, batch: 512 })).toBeCloseTo(0.3 * gradient, 1);
  });

  it('are not gone on with when the run that spans their basis has changed', async () => {
    await run('span', configWith(undefined, { initSeed: 9 }));
    const config = configWith([{ kind: 'penalty', basis: { kind: 'execution', run: '../span' } }]);
    await run('changed', config);
    await copyFile(checkpointPath(at('span'), 10), checkpointPath(at('span'), 20));
    await expect(run('changed', { ...config, maxSteps: 50 }, new RunControl(), true)).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  it('are refused where a setting is missing or is none', async () => {
    expect(() => configWith([{ kind: 'suppress', strength: 2, basis: { kind: 'random' } }])).toThrow(
      /strength/,
    );
    expect(() => configWith([{ kind: 'push' }])).toThrow(/interventions/);
    await expect(firstGradient([{ kind: 'kick', along: 'transverse-defect' }])).rejects.toMatchObject({
      code: 'invalid-config',
    });
  });
});
