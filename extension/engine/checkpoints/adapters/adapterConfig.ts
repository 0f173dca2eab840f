import { join } from 'node:path';
import * as v from 'valibot';
import { limits, readText } from '../../../disk/regularFile.js';

const positive = v.pipe(v.number(), v.finite(), v.minValue(0));
const patterns = v.optional(v.nullable(v.record(v.string(), positive)));

/** PEFT's `adapter_config.json`; MLX writes one of the same name with its parameters inside. */
const schema = v.object({
  r: v.optional(positive),
  lora_alpha: v.optional(positive),
  rank_pattern: patterns,
  alpha_pattern: patterns,
  use_rslora: v.optional(v.nullable(v.boolean())),
  use_dora: v.optional(v.nullable(v.boolean())),
  fan_in_fan_out: v.optional(v.nullable(v.boolean())),
  lora_parameters: v.optional(v.object({ rank: v.optional(positive), scale: v.optional(positive) })),
});
export type AdapterConfig = v.InferOutput<typeof schema>;

/** What the configuration of an adapter in a folder says; undefined where there is none or it is of another kind. */
export const adapterConfigOf = async (folder: string): Promise<AdapterConfig | undefined> => {
  const path = join(folder, 'adapter_config.json');
  try {
    const { output, success } = v.safeParse(schema, JSON.parse(await readText(path, limits.settings)));
    return success ? output : undefined;
  } catch {
    // Without a configuration the factors still make up the update, but for its scale.
    return undefined;
  }
};

/** The value of the first pattern that matches a module's name, as PEFT matches: `(.*\.)?(pattern)$`. */
const byPattern = (module: string, table: Record<string, number> | null | undefined): number | undefined => {
  for (const [pattern, value] of Object.entries(table ?? {})) {
    // A pattern may be a regular expression; names are matched as they are, so that no file brings a slow one.
    const plain = pattern.replace(/^\^|\$$|\(\?:\^\|\.\*\\\.\)|\\/g, '');
    if (module === plain || module.endsWith(`.${plain}`)) return value;
  }
  return undefined;
};

export interface AdapterScale {
  readonly factor: number;
  /** How it was computed, in words: "8/4". */
  readonly formula: string;
}

/**
 * What B·A is multiplied by: α/r (Hu et al. 2021), α/√r with rsLoRA (Kalajdzievski 2023), MLX's own `scale`.
 * @param rank of the factors; patterns may give a module its own.
 * @param alpha stored beside the factors (diffusers, kohya), which goes before the configuration.
 */
export const adapterScale = (
  config: AdapterConfig | undefined,
  module: string,
  rank: number,
  alpha: number | undefined,
): AdapterScale => {
  const mlx = config?.lora_parameters?.scale;
  if (mlx !== undefined && alpha === undefined) return { factor: mlx, formula: `${mlx}` };
  const own = alpha ?? byPattern(module, config?.alpha_pattern) ?? config?.lora_alpha;
  if (own === undefined) return { factor: 1, formula: '1' };
  const r = byPattern(module, config?.rank_pattern) ?? rank;
  return config?.use_rslora === true
    ? { factor: own / Math.sqrt(r), formula: `${own}/√${r}` }
    : { factor: own / r, formula: `${own}/${r}` };
};
