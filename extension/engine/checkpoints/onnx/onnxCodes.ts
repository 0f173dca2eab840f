import { applyScales, axisGrid, scaleGrid, type ScaleGrid } from '../tensors/scaledValues.js';
import { opaqueTensor, type StoredTensor } from '../tensors/storedTensors.js';
import type { CodeNode } from './onnxGraph.js';

type ScaleAxis = (node: CodeNode, rank: number) => number;

interface CodeInputs {
  /** Positions of the codes, their scales and zero points among the node's inputs. */
  readonly codes: number;
  readonly scale?: number;
  readonly zero?: number;
  /** The axis of codes along which scales differ, where there are several. */
  readonly axis: ScaleAxis;
}

const lastAxis: ScaleAxis = (_, rank) => rank - 1;
const firstAxis: ScaleAxis = () => 0;
const ownAxis: ScaleAxis = ({ integers }, rank) => {
  const axis = integers.get('axis') ?? 1;
  return axis < 0 ? axis + rank : axis;
};

/**
 * Where each operator has its codes (onnx Operators.md; onnxruntime ContribOperators.md). Operators on integers alone
 * are multiplied by the scale further on: it bears the codes' name.
 */
const operators: Readonly<Record<string, CodeInputs | readonly CodeInputs[]>> = {
  DequantizeLinear: { codes: 0, scale: 1, zero: 2, axis: ownAxis },
  QLinearMatMul: { codes: 3, scale: 4, zero: 5, axis: lastAxis },
  QLinearConv: { codes: 3, scale: 4, zero: 5, axis: firstAxis },
  DynamicQuantizeMatMul: { codes: 1, scale: 2, zero: 3, axis: lastAxis },
  MatMulIntegerToFloat: { codes: 1, scale: 3, zero: 5, axis: lastAxis },
  QGemm: { codes: 3, scale: 4, zero: 5, axis: ({ integers }) => (integers.get('transB') === 1 ? 0 : 1) },
  MatMulInteger: { codes: 1, zero: 3, axis: lastAxis },
  ConvInteger: { codes: 1, zero: 3, axis: firstAxis },
  // Weights and recurrent weights, a scale for each direction.
  DynamicQuantizeLSTM: [
    { codes: 1, scale: 8, zero: 9, axis: firstAxis },
    { codes: 2, scale: 10, zero: 11, axis: firstAxis },
  ],
};

const packedOperators: Readonly<
  Record<string, { readonly codes: number; readonly parts: readonly number[] }>
> = {
  MatMulNBits: { codes: 1, parts: [2, 3, 4] },
  GatherBlockQuantized: { codes: 0, parts: [2, 3] },
};

type Tensors = Map<string, StoredTensor>;

const scaleOf = (
  tensors: Tensors,
  node: CodeNode,
  { codes, scale }: CodeInputs,
): StoredTensor | undefined => {
  if (scale !== undefined) return tensors.get(node.inputs[scale] ?? '');
  return tensors.get((node.inputs[codes] ?? '').replace(/_quantized$/, '_scale'));
};

const gridOf = (
  { shape }: StoredTensor,
  scale: StoredTensor,
  axis: number,
  block: number,
): ScaleGrid | undefined => {
  if (scale.elements === 1) return scaleGrid(shape, []);
  if (block > 0) {
    const usual = shape.map((_, each) => (each === axis ? block : 1));
    return scale.shape.length === shape.length ? scaleGrid(shape, scale.shape, usual) : undefined;
  }
  return shape[axis] === scale.elements ? axisGrid(shape, axis) : undefined;
};

const used = (tensor: StoredTensor, by: string): StoredTensor => ({
  ...tensor,
  unmeasured: { reason: `used in the values of ${by}`, isUsed: true },
});

const describe = (codes: StoredTensor, scale: StoredTensor, axis: number, block: number): string => {
  if (scale.elements === 1) return `dequantised from ${codes.dtype} with one scale`;
  const each = block > 0 ? `for each block of ${block} along axis ${axis}` : `for each index of axis ${axis}`;
  return `dequantised from ${codes.dtype} with a scale ${each}`;
};

/** (codes − zero)·scale, in float32. Codes whose scale is computed elsewhere in the model are left as they are. */
const dequantise = (tensors: Tensors, node: CodeNode, inputs: CodeInputs): void => {
  const codes = tensors.get(node.inputs[inputs.codes] ?? '');
  const scale = scaleOf(tensors, node, inputs);
  if (codes?.computed !== undefined || codes === undefined || !codes.readable || scale?.readable !== true)
    return;
  const zeroName = inputs.zero === undefined ? '' : (node.inputs[inputs.zero] ?? '');
  const zero = tensors.get(zeroName);
  if (zeroName !== '' && zero?.readable !== true) return;
  const block = node.integers.get('block_size') ?? 0;
  const axis = inputs.axis(node, codes.shape.length);
  const grid = gridOf(codes, scale, axis, block);
  if (grid === undefined || (zero !== undefined && zero.elements !== scale.elements)) return;
  const all = async (tensor: StoredTensor): Promise<Float64Array> => {
    const values = new Float64Array(tensor.elements);
    await tensor.readElements(0, tensor.elements, values);
    return values;
  };
  let loaded: Promise<{ scales: Float64Array; zeros: Float64Array | undefined }> | undefined;
  const load = async () => ({ scales: await all(scale), zeros: zero && (await all(zero)) });
  tensors.set(codes.name, {
    ...codes,
    computed: describe(codes, scale, axis, block),
    async readElements(start, length, into) {
      await codes.readElements(start, length, into);
      applyScales(grid, await (loaded ??= load()), into, start, length);
    },
  });
  tensors.set(scale.name, used(scale, codes.name));
  if (zero !== undefined) tensors.set(zero.name, used(zero, codes.name));
};

const namePacked = (
  tensors: Tensors,
  node: CodeNode,
  { codes: at, parts }: { readonly codes: number; readonly parts: readonly number[] },
): void => {
  const codes = tensors.get(node.inputs[at] ?? '');
  if (codes === undefined) return;
  const bits = node.integers.get('bits') ?? 4;
  const unmeasured = { reason: `codes of ${bits} bits, packed for ${node.operator}`, isUsed: false };
  tensors.set(codes.name, opaqueTensor({ ...codes, readable: false, unmeasured }));
  for (const part of parts) {
    const tensor = tensors.get(node.inputs[part] ?? '');
    if (tensor !== undefined) tensors.set(tensor.name, used(tensor, codes.name));
  }
};

/** Puts weights in the place of the codes that nodes multiply by scales. */
export const dequantiseNodes = (tensors: Tensors, nodes: readonly CodeNode[]): void => {
  for (const node of nodes) {
    const inputs = operators[node.operator];
    const packed = packedOperators[node.operator];
    if (inputs !== undefined) for (const each of [inputs].flat()) dequantise(tensors, node, each);
    else if (packed !== undefined) namePacked(tensors, node, packed);
  }
};
