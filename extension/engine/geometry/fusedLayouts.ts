/** Rows and columns of a fused tensor that make up one part. */
export interface PartRange {
  readonly part: string;
  /** Half-open row ranges in order: interleaved heads have one for each head. */
  readonly rows: readonly (readonly [start: number, end: number])[];
  readonly columns: readonly [start: number, end: number];
}

/** What a model's `config.json` says about its attention heads (Hugging Face's names). */
export interface AttentionConfig {
  readonly modelType: string;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

type Layout = (rows: number, columns: number, config?: AttentionConfig) => readonly PartRange[] | undefined;

const thirds = (length: number): [number, number][] =>
  [0, 1, 2].map((i) => [(i * length) / 3, ((i + 1) * length) / 3]);
const names = ['Q', 'K', 'V'] as const;

const rowThirds: Layout = (rows, columns) =>
  rows % 3 === 0
    ? thirds(rows).map((range, i) => ({ part: names[i]!, rows: [range], columns: [0, columns] }))
    : undefined;
const columnThirds: Layout = (rows, columns) =>
  columns % 3 === 0
    ? thirds(columns).map((range, i) => ({ part: names[i]!, rows: [[0, rows]], columns: range }))
    : undefined;

/** Every head's Q, K and V rows together (GPT-NeoX, BLOOM). */
const interleavedHeads: Layout = (rows, columns, config) => {
  if (config === undefined || rows !== 3 * config.heads * config.headSize) return undefined;
  const { heads, headSize } = config;
  return names.map((part, i) => ({
    part,
    rows: Array.from({ length: heads }, (_, head) => {
      const start = (3 * head + i) * headSize;
      return [start, start + headSize] as const;
    }),
    columns: [0, columns],
  }));
};

/** All queries, then the fewer keys and values of grouped-query attention (Phi-3). */
const groupedQuery: Layout = (rows, columns, config) => {
  if (config === undefined) return undefined;
  const queries = config.heads * config.headSize;
  const keys = config.keyValueHeads * config.headSize;
  if (rows !== queries + 2 * keys) return undefined;
  const bounds = [0, queries, queries + keys, rows];
  return names.map((part, i) => ({ part, rows: [[bounds[i]!, bounds[i + 1]!]], columns: [0, columns] }));
};

/**
 * Fused attention matrices by name, and how each is cut; the update of an adapter has the name of its module. Undefined where the shape or the
 * configuration does not tell.
 */
const layouts: readonly {
  readonly pattern: RegExp;
  readonly cut: Layout;
}[] = [
  { pattern: /(^|\.)in_proj_weight$/, cut: rowThirds },
  {
    // GPT-2 stores input × output, nanoGPT's linear layer output × input.
    pattern: /(^|\.)c_attn(?:\.weight)?$/,
    cut: (rows, columns) => (rows > columns ? rowThirds : columnThirds)(rows, columns),
  },
  {
    pattern: /(^|\.)query_key_value(?:\.weight)?$/,
    cut: (rows, columns, config) =>
      config !== undefined && ['gpt_neox', 'bloom'].includes(config.modelType)
        ? interleavedHeads(rows, columns, config)
        : undefined,
  },
  { pattern: /(^|\.)qkv_proj(?:\.weight)?$/, cut: groupedQuery },
  // Written by several libraries in different orders: never cut.
  { pattern: /(^|\.)(qkv|Wqkv|attn_qkv)(?:\.weight)?$/, cut: () => undefined },
];

/** How a tensor is cut into Q, K and V; `unknown` where its name says it is fused but not how. */
export const fusedParts = (
  tensor: string,
  rows: number,
  columns: number,
  config?: AttentionConfig,
): { readonly parts: readonly PartRange[] } | { readonly unknown: true } | undefined => {
  const layout = layouts.find(({ pattern }) => pattern.test(tensor));
  if (layout === undefined) return undefined;
  const parts = layout.cut(rows, columns, config);
  return parts === undefined ? { unknown: true } : { parts };
};
