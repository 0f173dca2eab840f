/** Tensors that are stacks of matrices of one kind, by their names: the last two axes are a matrix. */
const stacks: readonly { readonly pattern: RegExp; readonly axes: number; readonly of: string }[] = [
  {
    // An expert by its own number holds tensors of one expert.
    // transformers `mlp.experts.gate_up_proj`, MLX `switch_mlp.up_proj.weight`, Mixtral-like `moe.w1`.
    pattern:
      /(?:^|[._])(?:experts?|moe|switch_mlp|block_sparse_moe)[._](?!\d+[._]|.*conv).*(?:proj|w[123]|wi|wo|wi_[01]|weight|kernel|blocks|fc[12])$/i,
    axes: 3,
    of: 'experts',
  },
  // llama.cpp `blk.0.ffn_up_exps.weight`.
  { pattern: /(?:^|\.)ffn_(?:gate|up|down|gate_up)_exps\.weight$/, axes: 3, of: 'experts' },
  // TransformerLens `blocks.0.attn.W_Q`: [head, d_model, d_head].
  { pattern: /(?:^|\.)W_[QKVO]$/, axes: 3, of: 'heads' },
];

/** What a stack is of, and what says so. */
export interface Stack {
  readonly of: string;
  readonly by: 'name' | 'config';
}

/** Tensors of a layer's feed-forward part, which experts are; kernels of convolutions have three axes too. */
const feedForward = /^(?!.*conv).*(?:expert|moe|mlp|ffn|feed_?forward)/i;

/**
 * What a tensor is a stack of; undefined for other tensors, and where the matrices would have one row or column.
 * @param experts how many experts a layer has, where the model's config says so: as many matrices in the feed-forward
 * part are experts under whatever name.
 */
export const stackOf = (name: string, shape: readonly number[], experts?: number): Stack | undefined => {
  const [rows = 0, columns = 0] = shape.slice(-2);
  if (rows < 2 || columns < 2 || shape.includes(0)) return undefined;
  const named = stacks.find(({ pattern, axes }) => shape.length === axes && pattern.test(name));
  if (named !== undefined) return { of: named.of, by: 'name' };
  const isStated = shape.length === 3 && shape[0] === experts && feedForward.test(name);
  return isStated ? { of: 'experts', by: 'config' } : undefined;
};
