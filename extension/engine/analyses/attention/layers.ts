import type { AttentionConfig } from '../../geometry/fusedLayouts.js';
import { matrixKey } from '../../../contract/matrixKey.js';
import type { MatrixSpec } from '../../geometry/matrices.js';
import { namedMatrix } from '../../geometry/matrixRoles.js';

const roles = ['Q', 'K', 'V', 'O'] as const;
export type AttentionRole = (typeof roles)[number];

/** The matrices of the attention of one layer. */
export interface AttentionLayer {
  readonly stack: string;
  readonly layer: number;
  readonly matrices: { readonly [R in AttentionRole]?: MatrixSpec };
  /** The matrices of single heads, where a tensor is a stack of them: TransformerLens `attn.W_Q`, [head, …, …]. */
  readonly stacks: { readonly [R in AttentionRole]?: readonly MatrixSpec[] };
  /** GPT-2's matrices are inputs × outputs, others outputs × inputs. */
  readonly isInputFirst: boolean;
}

/** Layers whose names tell queries, keys, values or outputs: those of one self-attention each. */
export const attentionLayers = (matrices: readonly MatrixSpec[]): AttentionLayer[] => {
  const layers = new Map<string, AttentionLayer>();
  for (const spec of matrices) {
    const place = namedMatrix(spec.tensor);
    const isHead = spec.stacked?.of === 'heads';
    const role = roles.find((one) => one === (isHead ? place?.role : (spec.part ?? place?.role)));
    if (place === undefined || role === undefined || spec.fused) continue;
    const key = `${place.stack} ${place.layer}`;
    const known = layers.get(key) ?? {
      ...{ stack: place.stack, layer: place.layer },
      matrices: {},
      stacks: {},
      isInputFirst: false,
    };
    if (isHead) {
      const stack = [...(known.stacks[role] ?? []), spec];
      const matrices = { ...known.matrices, [role]: known.matrices[role] ?? spec };
      layers.set(key, { ...known, matrices, stacks: { ...known.stacks, [role]: stack } });
      continue;
    }
    // The self-attention of a decoder comes before what it looks at the encoder with.
    if (known.matrices[role] !== undefined) continue;
    const isColumns = spec.range !== undefined && spec.range.rows.length === 1 && spec.range.columns[0] > 0;
    layers.set(key, {
      ...known,
      matrices: { ...known.matrices, [role]: spec },
      isInputFirst: known.isInputFirst || isColumns,
    });
  }
  return [...layers.values()].sort((a, b) => a.layer - b.layer);
};

/** The heads of a layer whose tensors are stacks of them: what is stated elsewhere is not asked. */
export const stackedConfig = ({ stacks }: AttentionLayer): AttentionConfig | undefined => {
  const queries = stacks.Q;
  const [first] = queries ?? [];
  if (queries === undefined || first === undefined) return undefined;
  return {
    modelType: 'stacked',
    heads: queries.length,
    keyValueHeads: stacks.K?.length ?? queries.length,
    headSize: Math.min(first.rows, first.columns),
  };
};

/** Why the heads that are stated do not fit the matrices of a layer; undefined where they do. */
export const misfit = (
  { matrices, stacks, isInputFirst }: AttentionLayer,
  { heads, keyValueHeads, headSize }: AttentionConfig,
): string | undefined => {
  const wanted: { readonly [R in AttentionRole]: number } = {
    Q: heads * headSize,
    K: keyValueHeads * headSize,
    V: keyValueHeads * headSize,
    O: heads * headSize,
  };
  for (const role of roles) {
    const spec = matrices[role];
    if (spec === undefined || stacks[role] !== undefined) continue;
    const isByRows = (role === 'O') === isInputFirst;
    const size = isByRows ? spec.rows : spec.columns;
    if (size !== wanted[role])
      return `${matrixKey(spec)} has ${size} ${isByRows ? 'rows' : 'columns'}, and ${role === 'Q' || role === 'O' ? heads : keyValueHeads} heads of ${headSize} have ${wanted[role]}`;
  }
  return undefined;
};
