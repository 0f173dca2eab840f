import type { TensorInfo } from '../tensors/checkpoint.js';
import { applyScales, scaleGrid, type ScaleGrid, type Scales } from '../tensors/scaledValues.js';
import { isUsedIn, type Finding, type NamedTensors, type Packing, type ReadTensor } from './namedTensors.js';

const codeTypes = /^(?:float8_(?!e8m0)|float4_|u?int8$)/;

/** Endings of the names of scales and zero points, by the name of the codes or by what stands before `.weight`. */
const scaleEndings = ['_scale_inv', '_scale', '_scales', '.scale'] as const;
const zeroEndings = ['_zero_point', '_zero_points'] as const;
/** Scales of activations: they change no weight. */
const activationEndings = [
  'input_scale',
  'output_scale',
  'k_scale',
  'v_scale',
  'q_scale',
  'scale_input',
] as const;

const scaleOf = (tensors: NamedTensors, { name, dtype }: TensorInfo): string | undefined => {
  const beside = scaleEndings.map((ending) => `${name}${ending}`);
  const module = /^(.*?)\.?weight$/.exec(name)?.[1];
  // ComfyUI and DeepSeek's own files put the scale beside `weight`; only a float8 cannot be anything but its code.
  const ofModule =
    module !== undefined && dtype.startsWith('float8')
      ? ['scale_weight', 'scale', 'weight_scale_inv', 'weight_scale'].map((last) =>
          module === '' ? last : `${module}.${last}`,
        )
      : [];
  return [...beside, ...ofModule].find((candidate) => tensors.has(candidate));
};

/** Scales and zero points, read whole at their first use: they are few beside the codes. */
const scalesReader = (
  read: ReadTensor,
  scale: TensorInfo,
  zero: TensorInfo | undefined,
): (() => Promise<Scales>) => {
  let loaded: Promise<Scales> | undefined;
  const load = async (): Promise<Scales> => {
    const scales = await read(scale.name, 0, scale.elements);
    // A byte is a shared power of two, stored as its exponent (OCP Microscaling Formats 1.0).
    const values =
      scale.dtype === 'uint8'
        ? scales.map((exponent) => (exponent === 255 ? NaN : 2 ** (exponent - 127)))
        : scales;
    return { scales: values, zeros: zero && (await read(zero.name, 0, zero.elements)) };
  };
  return () => (loaded ??= load());
};

const describeScales = ({ shape, counts, blocks }: ScaleGrid): string => {
  if (counts.every((count) => count === 1)) return 'one scale';
  const isRows = counts.every((count, axis) => count === (axis === 0 ? shape[0] : 1));
  return isRows ? 'a scale for each row' : `a scale for each block of ${blocks.join(' × ')}`;
};

/** Codes times scales: FP8 (DeepSeek, vLLM, ModelOpt, ComfyUI) and int8 (compressed-tensors) with their scales. */
const findScaled: Packing['find'] = (tensors, claimed, { blockSize }) => {
  const findings: Finding[] = [];
  for (const codes of tensors.values()) {
    if (!codeTypes.test(codes.dtype) || claimed.has(codes.name) || codes.shape.length === 0) continue;
    const name = scaleOf(tensors, codes);
    const scale = name === undefined ? undefined : tensors.get(name);
    if (scale === undefined || scale.name === codes.name) continue;
    findings.push({ tensor: scale.name, unmeasured: isUsedIn(codes.name) });
    const zeroName = zeroEndings.map((ending) => `${codes.name}${ending}`).find((each) => tensors.has(each));
    const zero = zeroName === undefined ? undefined : tensors.get(zeroName);
    if (zero !== undefined) findings.push({ tensor: zero.name, unmeasured: isUsedIn(codes.name) });
    const grid = scaleGrid(codes.shape, scale.shape, blockSize);
    const zeroFits = zero === undefined || zero.elements === scale.elements;
    if (grid === undefined || !zeroFits || !codes.readable || !scale.readable || zero?.readable === false) {
      const reason = `codes whose scales (${scale.name}, [${scale.shape.join(', ')}]) are not understood`;
      findings.push({ tensor: codes.name, unmeasured: { reason, isUsed: false } });
      continue;
    }
    findings.push({
      tensor: codes.name,
      computed: (read) => {
        const load = scalesReader(read, scale, zero);
        const computed = `dequantised from ${codes.dtype} with ${describeScales(grid)}`;
        return {
          info: { ...codes, computed },
          async readElements(start, length, into) {
            await read(codes.name, start, length, into);
            applyScales(grid, await load(), into, start, length);
          },
        };
      },
    });
  }
  return [...findings, ...activationScales(tensors)];
};

const activationScales = (tensors: NamedTensors): Finding[] =>
  [...tensors.keys()]
    .filter((name) => activationEndings.some((ending) => name === ending || name.endsWith(`.${ending}`)))
    .map((tensor) => ({ tensor, unmeasured: { reason: 'a scale of activations', isUsed: true } }));

export const scaledWeights: Packing = { name: 'scaled', find: findScaled };
