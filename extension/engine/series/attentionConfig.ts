import * as v from 'valibot';
import type { AttentionConfig } from '../geometry/fusedLayouts.js';
import { configsBeside } from './modelConfig.js';

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const schema = v.object({
  model_type: v.string(),
  num_attention_heads: v.optional(count),
  n_head: v.optional(count),
  num_key_value_heads: v.optional(count),
  head_dim: v.optional(count),
  hidden_size: v.optional(count),
});

/**
 * The number of heads in a Hugging Face `config.json` beside the weights; undefined if there is none or it is
 * of another kind. The file only refines how fused matrices are split.
 */
export const attentionConfigOf = async (places: readonly string[]): Promise<AttentionConfig | undefined> =>
  attentionConfigIn(await configsBeside(places));

/** The heads that the first of these configs with heads states. */
export const attentionConfigIn = (configs: readonly unknown[]): AttentionConfig | undefined => {
  for (const config of configs) {
    const parsed = v.safeParse(schema, config);
    if (!parsed.success) continue;
    const heads = parsed.output.num_attention_heads ?? parsed.output.n_head;
    const headSize =
      parsed.output.head_dim ??
      (heads === undefined || parsed.output.hidden_size === undefined
        ? undefined
        : parsed.output.hidden_size / heads);
    if (heads === undefined || headSize === undefined || !Number.isInteger(headSize)) continue;
    const keyValueHeads = parsed.output.num_key_value_heads ?? heads;
    return { modelType: parsed.output.model_type, heads, keyValueHeads, headSize };
  }
  return undefined;
};
