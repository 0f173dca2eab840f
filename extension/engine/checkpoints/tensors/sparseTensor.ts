import { malformed, quote } from '../bytes/fileErrors.js';
import { unread, type TensorInfo } from './checkpoint.js';
import { opaqueTensor, type StoredTensor } from './storedTensors.js';

/** PyTorch's layouts of sparse tensors by the names that it stores. */
export const sparseLayouts = ['sparse_coo', 'sparse_csr', 'sparse_csc', 'sparse_bsr', 'sparse_bsc'] as const;
export type SparseLayout = (typeof sparseLayouts)[number];

/** The parts of a sparse tensor: COO has one list of indices [axes, entries], the others two. */
export interface SparseParts {
  readonly layout: SparseLayout;
  readonly indices: readonly StoredTensor[];
  readonly values: StoredTensor;
}

/** Filled up, the matrix is read as any other; beyond this its zeros would be most of the work. */
const MOST_ELEMENTS = 1 << 26;
/** Stored numbers and indices are held while the file is open. */
const MOST_STORED = 1 << 24;

/** Runs of `width` neighbouring numbers: run i goes to `positions[i]`, in ascending order. */
interface Runs {
  readonly width: number;
  readonly positions: Float64Array;
  readonly values: Float64Array;
}

const shortName = (layout: SparseLayout): string => layout.slice('sparse_'.length).toUpperCase();

const isByColumn = (layout: SparseLayout): boolean => layout === 'sparse_csc' || layout === 'sparse_bsc';

const isWhole = ({ readable, dtype }: StoredTensor): boolean => readable && /^u?int/.test(dtype);

/** Whether sizes fit together: `undefined`, or why the tensor cannot be read. */
const misfit = (shape: readonly number[], { layout, indices, values }: SparseParts): string | undefined => {
  const wanted = layout === 'sparse_coo' ? 1 : 2;
  if (indices.length !== wanted || !indices.every(isWhole) || !values.readable)
    return 'its indices are not understood';
  const stored = indices.reduce((sum, { elements }) => sum + elements, values.elements);
  if (stored > MOST_STORED) return `a sparse tensor of more than ${MOST_STORED} stored numbers`;
  if (shape.reduce((product, size) => product * size, 1) > MOST_ELEMENTS)
    return `a sparse tensor of more than ${MOST_ELEMENTS} numbers when filled up`;
  const [first, second] = indices as [StoredTensor, StoredTensor | undefined];
  const entries = values.shape[0] ?? 0;
  if (layout === 'sparse_coo') {
    const [axes = 0, count] = first.shape;
    const dense = shape.slice(axes);
    const fits =
      first.shape.length === 2 &&
      axes >= 1 &&
      axes <= shape.length &&
      count === entries &&
      values.shape.length === 1 + dense.length &&
      dense.every((size, i) => size === values.shape[i + 1]);
    return fits ? undefined : 'its indices do not fit its size';
  }
  const isBlocked = layout === 'sparse_bsr' || layout === 'sparse_bsc';
  if (shape.length !== 2 || values.shape.length !== (isBlocked ? 3 : 1))
    return 'a batch of sparse matrices, which is not read';
  const [rows, columns] = blockOf(values);
  const along = isByColumn(layout) ? shape[1]! / columns : shape[0]! / rows;
  const fits =
    first.elements === along + 1 &&
    second?.elements === entries &&
    Number.isInteger(shape[0]! / rows) &&
    Number.isInteger(shape[1]! / columns);
  return fits ? undefined : 'its indices do not fit its size';
};

/** Rows and columns of a block; 1 × 1 where single entries are stored. */
const blockOf = ({ shape }: StoredTensor): readonly [number, number] => [shape[1] ?? 1, shape[2] ?? 1];

const allOf = async (tensor: StoredTensor): Promise<Float64Array> => {
  const values = new Float64Array(tensor.elements);
  if (tensor.elements > 0) await tensor.readElements(0, tensor.elements, values);
  return values;
};

type Fail = () => never;

/** Positions of COO entries, in numbers of the filled-up tensor. */
const coordinates = (
  shape: readonly number[],
  axes: number,
  indices: Float64Array,
  fail: Fail,
): Float64Array => {
  const entries = indices.length / axes;
  const dense = shape.slice(axes).reduce((product, size) => product * size, 1);
  return Float64Array.from({ length: entries }, (_, i) => {
    let at = 0;
    for (let axis = 0; axis < axes; axis++) {
      const index = indices[axis * entries + i]!;
      if (!(index >= 0 && index < shape[axis]!)) fail();
      at = at * shape[axis]! + index;
    }
    return at * dense;
  });
};

/** Positions of the rows of blocks in a compressed layout (CSR, CSC, BSR, BSC). */
const compressed = (
  shape: readonly number[],
  block: readonly [number, number],
  byColumn: boolean,
  [starts, others]: readonly [Float64Array, Float64Array],
  fail: Fail,
): Float64Array => {
  const [rows, columns] = block;
  const limit = byColumn ? shape[0]! / rows : shape[1]! / columns;
  const positions = new Float64Array(others.length * rows);
  if (starts[0] !== 0 || starts.at(-1) !== others.length) fail();
  for (let line = 0; line + 1 < starts.length; line++) {
    if (!(starts[line + 1]! >= starts[line]!)) fail();
    for (let entry = starts[line]!; entry < starts[line + 1]!; entry++) {
      const other = others[entry]!;
      if (!(other >= 0 && other < limit)) fail();
      const [row, column] = byColumn ? [other, line] : [line, other];
      for (let i = 0; i < rows; i++)
        positions[entry * rows + i] = (row * rows + i) * shape[1]! + column * columns;
    }
  }
  return positions;
};

const runsOf = async (info: TensorInfo, parts: SparseParts, fail: Fail): Promise<Runs> => {
  const { layout, indices, values } = parts;
  const [numbers, ...lists] = await Promise.all([values, ...indices].map(allOf));
  const unsorted =
    layout === 'sparse_coo'
      ? coordinates(info.shape, indices[0]!.shape[0]!, lists[0]!, fail)
      : compressed(
          info.shape,
          blockOf(values),
          isByColumn(layout),
          lists as [Float64Array, Float64Array],
          fail,
        );
  // Complex numbers are two each.
  const parity = info.complex === true ? 2 : 1;
  const width = unsorted.length === 0 ? 1 : numbers!.length / unsorted.length;
  const order = Uint32Array.from(unsorted.keys()).sort((a, b) => unsorted[a]! - unsorted[b]!);
  const sorted = new Float64Array(numbers!.length);
  order.forEach((from, to) => sorted.set(numbers!.subarray(from * width, (from + 1) * width), to * width));
  return { width, positions: Float64Array.from(order, (from) => unsorted[from]! * parity), values: sorted };
};

/** The first run that ends behind `start`. */
const firstBehind = ({ positions, width }: Runs, start: number): number => {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positions[middle]! + width > start) high = middle;
    else low = middle + 1;
  }
  return low;
};

/**
 * A sparse tensor as the one it stands for: zeros where nothing is stored, sums where COO stores an entry twice
 * (torch.sparse, "Sparse hybrid COO tensors", "Sparse BSR Tensor"). Listed only where it is too large to be filled up.
 * Reading throws GeometryError `malformed-file` for an index outside the tensor.
 * @param info of the filled-up tensor; `elements` counts two for each complex number.
 */
export const sparseTensor = (file: string, info: TensorInfo, parts: SparseParts): StoredTensor => {
  const reason = misfit(info.shape, parts);
  const stored = parts.values;
  if (reason !== undefined) return opaqueTensor({ ...info, readable: false, unmeasured: unread(reason) });
  const fail: Fail = () => {
    throw malformed(file, `sparse tensor ${quote(info.name)} has an index outside its size`);
  };
  let loaded: Promise<Runs> | undefined;
  const isInteger = /^u?int|^bool/.test(info.dtype);
  const counts = `${shortName(parts.layout)}, ${stored.elements} of ${info.elements} stored`;
  const unmeasured = {
    ...unread(`sparse (${counts}), measured when it is chosen by its name`),
    onRequest: true as const,
  };
  return {
    ...info,
    readable: true,
    ...(isInteger ? {} : { unmeasured }),
    ...(isInteger || info.complex === true ? {} : { computed: `filled up from ${counts}` }),
    async readElements(start, length, into) {
      const runs = await (loaded ??= runsOf(info, parts, fail));
      const { width, positions, values } = runs;
      into.fill(0, 0, length);
      for (let run = firstBehind(runs, start); run < positions.length; run++) {
        const at = positions[run]! - start;
        if (at >= length) return;
        const [from, to] = [Math.max(0, -at), Math.min(width, length - at)];
        for (let i = from; i < to; i++) into[at + i]! += values[run * width + i]!;
      }
    },
  };
};
