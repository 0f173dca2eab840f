import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { descriptorSchema, type ModelDescriptor } from '../../../extension/contract/descriptor.js';
import { buildModel } from '../../../extension/engine/models/model.js';
import type { Parameter } from '../../../extension/engine/models/parameters.js';
import { findSeries } from '../../../extension/engine/series/source.js';
import { survey } from '../../../extension/engine/series/survey.js';

export interface SeriesRows {
  readonly descriptor: ModelDescriptor;
  readonly parameters: readonly Parameter[];
  readonly steps: readonly number[];
  /** One row of all parameters per checkpoint, in the model's order. */
  readonly rows: readonly Float64Array[];
}

/** Every checkpoint of a described series as a row of weights. */
export const checkpointRowsOf = async (folder: string): Promise<SeriesRows> => {
  const file: unknown = JSON.parse(readFileSync(join(folder, 'weight-geometry.json'), 'utf8'));
  const descriptor = v.parse(descriptorSchema, file);
  const { parameters, count } = buildModel(descriptor);
  const signal = new AbortController().signal;
  const found = await survey(await findSeries(folder, signal), signal);
  try {
    const rows: Float64Array[] = [];
    for (let t = 0; t < found.checkpoints.length; t++) {
      const checkpoint = await found.pool.get(t);
      const row = new Float64Array(count);
      for (const { name, offset, elements } of parameters) {
        row.set(await checkpoint.read(name, 0, elements), offset);
      }
      rows.push(row);
    }
    return { descriptor, parameters, steps: found.checkpoints.map(({ step }) => step), rows };
  } finally {
    await found.pool.close();
  }
};
