import type { ByteSource } from '../bytes/byteSource.js';
import type { NumericDtype, TensorInfo } from './checkpoint.js';
import { bytesPerElement } from './dtypes.js';
import { denseTensor, readDense, type StoredTensor } from './storedTensors.js';

interface Axis {
  readonly size: number;
  /** Elements between neighbours in the storage. */
  readonly stride: number;
  /** Elements between neighbours in row-major order. */
  readonly step: number;
}

export interface StridedLayout {
  readonly shape: readonly number[];
  /** In elements, never negative. */
  readonly strides: readonly number[];
}

/** Elements of storage that are read at once. */
const WINDOW = 1 << 19;
/** Where less than one element in so many is wanted, windows are not worth their bytes… */
const SPARSE = 16;
/** …unless the next element is closer than this, in elements. */
const NEAR = 1 << 12;

/** Axes with more than one element, neighbours merged where together they are one. */
const axesOf = ({ shape, strides }: StridedLayout): Axis[] => {
  const axes: Axis[] = [];
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i]!;
    const stride = strides[i]!;
    const inner = axes[0];
    if (size === 1) continue;
    if (inner !== undefined && stride === inner.stride * inner.size) {
      axes[0] = { ...inner, size: inner.size * size };
    } else axes.unshift({ size, stride, step });
    step *= size;
  }
  return axes;
};

/** Elements from the first to the last one, both included. */
const spanOf = (axes: readonly Axis[]): number =>
  axes.reduce((span, { size, stride }) => span + (size - 1) * stride, 1);

/** The number of elements of storage that a layout reaches over; 0 for an empty tensor. */
export const reachOf = ({ shape, strides }: StridedLayout): number =>
  shape.includes(0) ? 0 : shape.reduce((reach, size, i) => reach + (size - 1) * strides[i]!, 1);

const gather = (
  axes: readonly Axis[],
  values: Float64Array,
  from: number,
  into: Float64Array,
  at: number,
): void => {
  const [axis, ...inner] = axes;
  if (axis === undefined) into[at] = values[from]!;
  else if (inner.length > 0) {
    for (let i = 0; i < axis.size; i++)
      gather(inner, values, from + i * axis.stride, into, at + i * axis.step);
  } else for (let i = 0; i < axis.size; i++) into[at + i * axis.step] = values[from + i * axis.stride]!;
};

/** A view of a storage: `offset` is the byte where its first element lies. */
export const stridedTensor = (
  info: TensorInfo,
  source: ByteSource,
  offset: number,
  layout: StridedLayout,
  dtype: NumericDtype,
  bigEndian: boolean,
): StoredTensor => {
  const axes = axesOf(layout);
  const isDense = axes.length === 0 || (axes.length === 1 && axes[0]!.stride === 1);
  if (isDense) return denseTensor(info, source, offset, dtype, bigEndian);
  const width = bytesPerElement(dtype);

  /** A box of elements whose first lies at `from` of the view and goes to `into[at]`. */
  const readBox = async (
    box: readonly Axis[],
    from: number,
    into: Float64Array,
    at: number,
  ): Promise<void> => {
    const span = spanOf(box);
    const widest = box.reduce<Axis | undefined>(
      (a, b) => (a === undefined || b.stride > a.stride ? b : a),
      undefined,
    );
    const elements = box.reduce((product, { size }) => product * size, 1);
    const isSparse = widest !== undefined && elements * SPARSE < span && widest.stride >= NEAR;
    if (widest === undefined || (span <= WINDOW && !isSparse)) {
      const values = new Float64Array(span);
      await readDense(source, offset + from * width, dtype, span, values, bigEndian);
      gather(box, values, 0, into, at);
      return;
    }
    const rest = span - (widest.size - 1) * widest.stride;
    const fitting = isSparse || rest > WINDOW ? 1 : Math.floor((WINDOW - rest) / widest.stride) + 1;
    for (let i = 0; i < widest.size; i += fitting) {
      const size = Math.min(fitting, widest.size - i);
      const part = box.flatMap((axis) => (axis !== widest ? [axis] : size === 1 ? [] : [{ ...axis, size }]));
      await readBox(part, from + i * widest.stride, into, at + i * widest.step);
    }
  };

  return {
    ...info,
    async readElements(start, length, into) {
      for (let done = 0; done < length;) {
        // The outermost axis along which whole slices begin here and fit into what is wanted.
        const position = start + done;
        const outer = axes.findIndex(({ step }) => position % step === 0 && step <= length - done);
        const axis = axes[outer]!;
        const index = Math.floor(position / axis.step) % axis.size;
        const size = Math.min(axis.size - index, Math.floor((length - done) / axis.step));
        const from = axes.reduce(
          (sum, { size, stride, step }) => sum + (Math.floor(position / step) % size) * stride,
          0,
        );
        await readBox([{ ...axis, size }, ...axes.slice(outer + 1)], from, into, done);
        done += size * axis.step;
      }
    },
  };
};
