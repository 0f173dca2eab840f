import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commutatorSample } from '../../../extension/engine/evaluation/commutatorSample.js';
import { gradientGraph } from '../../../extension/engine/models/forwardGraph.js';
import { buildModel } from '../../../extension/engine/models/model.js';
import { createSession } from '../../../extension/engine/runtime/session.js';
import { expectClose } from '../geometry/oracle.js';
import { parityFile } from '../training/models/parityFile.js';

/** PyTorch's first weights, batches and defects; a part of the files that the trainer is held against. */
const folder = path.resolve(import.meta.dirname, '../../fixtures/commutator');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => path.basename(file, '.json'));

describe('the commutator defect', () => {
  it.each(names)('is that of PyTorch within 1e-6: %s', async (name) => {
    const file = parityFile(name, `${folder}/`);
    const { descriptor, facts } = file;
    const { batch, commutator } = facts;
    const model = buildModel(descriptor);
    const theta = new Float64Array(model.count);
    for (const { name: parameter, offset } of model.parameters)
      theta.set(file.tensor(`init.${parameter}`), offset);
    const pairs = file.tensor('pairs');
    const { tasks } = descriptor.data;
    const labels = tasks.map((task) => file.tensor(`labels.${task}`));
    const all = file.tensor('batches');
    const [a, b] = commutator.batches.map((k) => Array.from(all.slice(k * batch, (k + 1) * batch)));
    const graph = await createSession(
      gradientGraph({ descriptor, replicas: 1, batch, dtype: 'float64' }).bytes,
      { provider: 'cpu', threads: 1 },
    );
    try {
      const gradients = {
        gradient: async (row: Float32Array | Float64Array, places: ArrayLike<number>) => {
          const chosen = Array.from(places);
          const { gradient, losses } = await graph.run({
            parameters: { data: row, dims: [1, model.count] },
            tokens: {
              data: Int32Array.from([0, 1].flatMap((side) => chosen.map((i) => pairs[2 * i + side]!))),
              dims: [1, 2, batch],
            },
            labels: {
              data: Int32Array.from(labels.flatMap((task) => chosen.map((i) => task[i]!))),
              dims: [1, tasks.length, batch],
            },
          });
          return {
            gradient: Float64Array.from(gradient!.data as Float64Array),
            losses: Float64Array.from(losses!.data as Float64Array),
          };
        },
      };
      const found = await commutatorSample(gradients, theta, [a!, b!], commutator.eta);
      expectClose(found.defect, commutator.defect, 'D');
      expectClose(found.delta, commutator.delta_norm, '|δ|');
      expectClose(found.gradientA, commutator.grad_norm_a, '|g_A|');
      expectClose(found.gradientB, commutator.grad_norm_b, '|g_B|');
    } finally {
      await graph.dispose();
    }
  });

  it('is held against more than one kind of model', () => {
    const kinds = new Set(names.map((name) => parityFile(name, `${folder}/`).descriptor.model.kind));
    expect([...kinds].sort()).toEqual(['encoder', 'scale-invariant']);
  });
});
