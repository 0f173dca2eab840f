import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { limits, readText } from '../../disk/regularFile.js';

/**
 * The contents of the Hugging Face `config.json` files beside the weights, those that are JSON, nearest first.
 */
export const configsBeside = async (places: readonly string[]): Promise<unknown[]> => {
  const folders = new Set(places.flatMap((place) => [place, dirname(place)]));
  const configs: unknown[] = [];
  for (const folder of folders) {
    const text = await readSmall(join(folder, 'config.json'));
    const config = text === undefined ? undefined : parseJson(text);
    if (config !== undefined) configs.push(config);
  }
  return configs;
};

const readSmall = async (path: string): Promise<string | undefined> => {
  try {
    return await readText(path, limits.settings);
  } catch {
    return undefined;
  }
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const experts = v.optional(v.pipe(v.number(), v.integer(), v.minValue(2)));
/** Keys for the number of experts of a layer in Mixtral, Qwen and OLMoE, DeepSeek, DBRX and others. */
const expertsSchema = v.object({
  num_local_experts: experts,
  num_experts: experts,
  n_routed_experts: experts,
  moe_num_experts: experts,
});

/** Number of experts per layer by the model's config; undefined if it gives none. */
export const expertCountOf = (configs: readonly unknown[]): number | undefined => {
  for (const config of configs) {
    const parsed = v.safeParse(expertsSchema, config);
    const count = parsed.success
      ? Object.values(parsed.output).find((each) => each !== undefined)
      : undefined;
    if (count !== undefined) return count;
  }
  return undefined;
};
