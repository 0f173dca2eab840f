/** What the name of a tensor inside a layer says about its part in it. */
export interface NamedMatrix {
  /** Index of the layer. */
  readonly layer: number;
  /** The path before the layer's index: models with an encoder and a decoder have two. */
  readonly stack: string;
  /** `Q`, `K`, `V`, `O`, `FF1`, `FF2`, `gate`; absent for a matrix without a usual name. */
  readonly role?: string;
  /** The words of the name that say the role: `up_proj` of FF1. */
  readonly own?: string;
  /** The name after the layer's index: `self_attn.q_proj.weight`. */
  readonly rest: string;
}

/** Where the common libraries put the index of a layer. */
const layerPath =
  /^(?<stack>(?:.*\.)?(?:layers|layer|h|block|blocks|resblocks|transformer_blocks))\.(?<layer>\d+)\.(?<rest>.+)$/;

/** Names inside a layer, as PyTorch, Hugging Face, nanoGPT, GGUF, TransformerLens and this product write them. */
const roles: readonly { readonly role: string; readonly pattern: RegExp }[] = [
  { role: 'Q', pattern: /(^|\.)(q_proj|query|q_lin|wq|to_q|q|attn_q)\.weight$|(^|\.)W_Q$/ },
  { role: 'K', pattern: /(^|\.)(k_proj|key|k_lin|wk|to_k|k|attn_k)\.weight$|(^|\.)W_K$/ },
  { role: 'V', pattern: /(^|\.)(v_proj|value|v_lin|wv|to_v|v|attn_v)\.weight$|(^|\.)W_V$/ },
  {
    role: 'O',
    pattern:
      /(^|\.)(out_proj|o_proj|out_lin|wo|to_out\.0|o|attn_output|(attn|attention)\.(c_proj|proj|dense|output\.dense)|self_attention\.dense)\.weight$|(^|\.)W_O$/,
  },
  { role: 'gate', pattern: /(^|\.)(gate_proj|gate|ffn_gate|w_gate)\.weight$/ },
  {
    role: 'FF1',
    pattern:
      /(^|\.)(linear1|lin1|fc1|c_fc|up_proj|up|fc_in|dense_h_to_4h|ffn_up|w_up|intermediate\.dense)\.weight$/,
  },
  {
    role: 'FF2',
    pattern:
      /(^|\.)(linear2|lin2|fc2|mlp\.c_proj|down_proj|down|fc_out|dense_4h_to_h|ffn_down|w_down|output\.dense)\.weight$/,
  },
];

/** The layer and role that a name tells, or undefined for a tensor outside of layers. */
export const namedMatrix = (tensor: string): NamedMatrix | undefined => {
  const found = layerPath.exec(tensor.replace(/^blk\./, 'blocks.'))?.groups;
  if (found === undefined) return undefined;
  const match = roles.flatMap(({ role, pattern }) => {
    const words = pattern.exec(found.rest!)?.[0];
    return words === undefined ? [] : [{ role, own: words.replace(/^\.|\.weight$/g, '') }];
  })[0];
  return {
    layer: Number(found.layer),
    stack: found.stack!,
    rest: found.rest!,
    ...match,
  };
};

const expert = /(?:^|\.)(?:experts|local_experts)\.(?<index>\d+)\./;

/** What a matrix inside a layer is, among those of its layer: `Q`, `gate, expert 3`, or the name after the layer. */
export const kindOf = ({ role, rest }: NamedMatrix, part?: string): string => {
  const index = expert.exec(rest)?.groups?.index;
  const name = role ?? rest.replace(expert, '.').replace(/^\.|[._]?weight$/g, '');
  // A part of a stack is one of several; a part of a fused matrix is what it is called.
  const own = part === undefined ? name : part.startsWith('[') ? `${name}${part}` : part;
  return index === undefined ? own : `${own}, expert ${index}`;
};
