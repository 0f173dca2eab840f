import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { limits, readText } from '../../../disk/regularFile.js';
import type { PackingConfig } from './namedTensors.js';

const schema = v.object({
  quantization_config: v.object({
    quant_method: v.optional(v.string()),
    weight_block_size: v.optional(
      v.nullable(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.maxLength(8))),
    ),
  }),
});

/**
 * How the weights of a folder are packed, from its `config.json`; {} where there is none or it does not
 * say.
 */
export const packingConfigOf = async (folder: string): Promise<PackingConfig> => {
  const path = join(folder, 'config.json');
  try {
    const { output, success } = v.safeParse(schema, JSON.parse(await readText(path, limits.settings)));
    if (!success) return {};
    const { quant_method: method, weight_block_size: blockSize } = output.quantization_config;
    return {
      ...(method === undefined ? {} : { method }),
      ...(blockSize === undefined || blockSize === null ? {} : { blockSize }),
    };
  } catch {
    // A configuration that is not there or not valid says nothing; the weights are read without it.
    return {};
  }
};

/** The folder in which a checkpoint's configuration lies. */
export const folderOf = (path: string, isFolder: boolean): string => (isFolder ? path : dirname(path));
