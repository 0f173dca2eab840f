import type { AttentionConfig, PartRange } from './fusedLayouts.js';
import { fusedParts } from './fusedLayouts.js';
import { namedMatrix } from './matrixRoles.js';
import { stackOf, type Stack } from './stacks.js';

/** One matrix to analyse: a whole tensor, or a part (`Q`, `K`, `V`) of a fused one. */
export interface MatrixSpec {
  readonly tensor: string;
  readonly part?: string;
  /** `layer0.Q`, or the tensor's name (with the part) where it has no place in a layer. */
  readonly group: string;
  readonly rows: number;
  readonly columns: number;
  /** The tensor has more than two dimensions: first axis × rest. */
  readonly folded: boolean;
  /** Rows and columns of the folded tensor; absent for the whole. */
  readonly range?: PartRange;
  /** One of a stack (experts, heads): the tensor is folded as every axis but the last × the last. */
  readonly stacked?: StackedMatrix;
  /** The tensor is a product of factors with this many columns and rows between them, which its checkpoint gives. */
  readonly rank?: number;
  /** A fused tensor that also appears as its parts. */
  readonly fused: boolean;
  /** Inside a layer (for models without layers: every 2-D tensor but the first and the last). */
  readonly trunk: boolean;
}

/** One matrix of a stack. */
export interface StackedMatrix {
  /** What the stack is of: "experts", "heads". */
  readonly of: string;
  readonly count: number;
  /** What says that it is one. */
  readonly by: Stack['by'];
}

export interface MatrixPlan {
  readonly matrices: readonly MatrixSpec[];
  /** Tensors whose names say that they are fused, though not how: analysed whole. */
  readonly unknownFused: readonly string[];
}

interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rank?: number;
}

/**
 * The matrices that tensors hold, in the tensors' order, parts after their whole. Vectors, scalars and tensors with one
 * row or column when folded hold none.
 * @param experts how many experts a layer has, where the model's config says so.
 */
export const matricesOf = (
  tensors: readonly NamedShape[],
  config?: AttentionConfig,
  experts?: number,
): MatrixPlan => {
  const unknownFused: string[] = [];
  const found = tensors.flatMap((tensor) => {
    const stack = stackOf(tensor.name, tensor.shape, experts);
    if (stack !== undefined) return stackedSpecs(tensor, stack);
    const size = foldedSize(tensor.shape);
    if (size === undefined) return [];
    const fused =
      tensor.shape.length === 2 ? fusedParts(tensor.name, size.rows, size.columns, config) : undefined;
    if (fused !== undefined && 'unknown' in fused) unknownFused.push(tensor.name);
    const parts = fused !== undefined && 'parts' in fused ? fused.parts : [];
    return specsOf(tensor, size, parts);
  });
  return { matrices: withTrunk(withUniqueGroups(found), tensors), unknownFused };
};

/** Columns of the matrix that a tensor is read as, of which a part has rows and columns. */
export const tensorColumns = (spec: MatrixSpec, shape: readonly number[]): number =>
  spec.stacked === undefined ? foldedSize(shape)!.columns : spec.columns;

/** First axis × rest; undefined for what is no matrix. A stack is read otherwise: see {@link tensorColumns}. */
const foldedSize = (
  shape: readonly number[],
): { readonly rows: number; readonly columns: number } | undefined => {
  if (shape.length < 2) return undefined;
  const rows = shape[0]!;
  const columns = shape.slice(1).reduce((product, size) => product * size, 1);
  return rows > 1 && columns > 1 ? { rows, columns } : undefined;
};

/** Matrices [0] … of a stack; the stack itself is none. */
const stackedSpecs = ({ name, shape }: NamedShape, { of, by }: Stack): MatrixSpec[] => {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const count = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  const place = namedMatrix(name);
  return Array.from({ length: count }, (_, i) => {
    const part = `[${i}]`;
    const range = { part, rows: [[i * rows, (i + 1) * rows]] as const, columns: [0, columns] as const };
    return {
      tensor: name,
      part,
      group: `${place?.role === undefined ? name : `layer${place.layer}.${place.role}`}${part}`,
      rows,
      columns,
      folded: false,
      range,
      stacked: { of, count, by },
      fused: false,
      trunk: place !== undefined,
    };
  });
};

const specsOf = (
  tensor: NamedShape,
  size: { readonly rows: number; readonly columns: number },
  parts: readonly PartRange[],
): MatrixSpec[] => {
  const place = namedMatrix(tensor.name);
  const groupOf = (role: string | undefined): string =>
    place === undefined || role === undefined ? tensor.name : `layer${place.layer}.${role}`;
  const factored = tensor.rank === undefined ? {} : { rank: tensor.rank };
  const whole: MatrixSpec = {
    tensor: tensor.name,
    group: parts.length > 0 ? tensor.name : groupOf(place?.role),
    ...size,
    folded: tensor.shape.length > 2,
    ...factored,
    fused: parts.length > 0,
    trunk: place !== undefined && parts.length === 0,
  };
  return [
    whole,
    ...parts.map((range) => ({
      tensor: tensor.name,
      part: range.part,
      group: place === undefined ? `${tensor.name}.${range.part}` : groupOf(range.part),
      rows: range.rows.reduce((sum, [start, end]) => sum + end - start, 0),
      columns: range.columns[1] - range.columns[0],
      folded: false,
      ...factored,
      range,
      fused: false,
      trunk: place !== undefined,
    })),
  ];
};

/** Two stacks of layers (an encoder and a decoder) would share `layer0.Q`: such matrices go by their tensors' names. */
const withUniqueGroups = (matrices: readonly MatrixSpec[]): MatrixSpec[] => {
  const counts = new Map<string, number>();
  for (const { group } of matrices) counts.set(group, (counts.get(group) ?? 0) + 1);
  return matrices.map((matrix) =>
    counts.get(matrix.group) === 1
      ? matrix
      : { ...matrix, group: matrix.part === undefined ? matrix.tensor : `${matrix.tensor}.${matrix.part}` },
  );
};

/** Models without layers: every 2-D tensor but the first embedding and the last projection. */
const withTrunk = (matrices: readonly MatrixSpec[], tensors: readonly NamedShape[]): MatrixSpec[] => {
  if (matrices.some(({ trunk }) => trunk)) return [...matrices];
  const flat = new Set(tensors.filter(({ shape }) => shape.length === 2).map(({ name }) => name));
  const candidates = matrices.filter(({ tensor, fused }) => flat.has(tensor) && !fused);
  const inner = new Set(candidates.slice(1, -1));
  return matrices.map((matrix) => (inner.has(matrix) ? { ...matrix, trunk: true } : matrix));
};
