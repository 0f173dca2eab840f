import type { TensorInfo } from '../tensors/checkpoint.js';
import type { Finding, NamedTensors, Packing, PackingConfig } from './namedTensors.js';

interface NamedPacking {
  /** Ending of the name of the codes; what stands before it names the module. */
  readonly codes: string;
  readonly types: RegExp;
  /** Endings beside the module's name of which one must be there. */
  readonly beside: readonly string[];
  /** Everything of the module that holds no weight by itself. */
  readonly parts: readonly string[];
  readonly method: (
    codes: TensorInfo,
    tensors: NamedTensors,
    module: string,
    config: PackingConfig,
  ) => string;
}

/** GPTQ packs along the rows of the codes, AWQ along their columns; scales are as wide as the weights. */
const gptqOrAwq: NamedPacking['method'] = (codes, tensors, module, { method }) => {
  if (method === 'gptq' || method === 'awq') return method.toUpperCase();
  const scales = tensors.get(`${module}.scales`);
  return scales?.shape.at(-1) === codes.shape.at(-1) ? 'GPTQ' : 'AWQ';
};

const fixed = (name: string) => (): string => name;

/** Weights whose codes are not decoded: named, and not measured. */
const packings: readonly NamedPacking[] = [
  {
    codes: '.qweight',
    types: /^u?int(?:8|16|32)$/,
    beside: ['.scales', '.qzeros'],
    parts: ['.scales', '.qzeros', '.g_idx', '.zeros', '.perm', '.bits'],
    method: gptqOrAwq,
  },
  {
    codes: '.weight',
    types: /^u?int8$/,
    beside: ['.weight.absmax', '.weight.quant_map', '.weight.nested_absmax'],
    parts: ['.weight.absmax', '.weight.quant_map', '.weight.nested_absmax', '.weight.nested_quant_map'],
    method: fixed('bitsandbytes (4 bits)'),
  },
  {
    codes: '.weight',
    types: /^u?int8$/,
    beside: ['.SCB', '.weight.SCB'],
    parts: ['.SCB', '.weight.SCB', '.weight_format'],
    method: fixed('bitsandbytes (8 bits)'),
  },
  {
    codes: '.weight_packed',
    types: /^u?int/,
    beside: ['.weight_scale', '.weight_shape'],
    parts: [
      '.weight_scale',
      '.weight_shape',
      '.weight_zero_point',
      '.weight_g_idx',
      '.weight_global_scale',
      '.input_global_scale',
    ],
    method: fixed('compressed-tensors'),
  },
  {
    codes: '.W_q',
    types: /./,
    beside: ['.scale', '.zero', '.meta'],
    parts: ['.scale', '.zero', '.meta', '.W_s', '.W_z'],
    method: fixed('HQQ'),
  },
  {
    codes: '.q_weight',
    types: /^int32$/,
    beside: ['.q_scale', '.q_groups'],
    parts: ['.q_scale', '.q_scale_max', '.q_groups', '.q_invperm', '.q_perm', '.q_group_map'],
    method: fixed('EXL2'),
  },
  {
    codes: '.trellis',
    types: /./,
    beside: ['.suh', '.svh'],
    parts: ['.suh', '.svh', '.mcg', '.mul1', '.su', '.sv'],
    method: fixed('EXL3'),
  },
  {
    codes: '.codes',
    types: /^u?int/,
    beside: ['.codebooks'],
    parts: ['.codebooks', '.scales'],
    method: fixed('AQLM'),
  },
  {
    codes: '.weight',
    types: /^uint32$/,
    beside: ['.scales'],
    parts: ['.scales', '.biases'],
    method: fixed('MLX'),
  },
  {
    codes: '.weight._data',
    types: /./,
    beside: ['.weight._scale'],
    parts: ['.weight._scale', '.weight._shift', '.input_scale', '.output_scale'],
    method: fixed('quanto'),
  },
];

const findPacked: Packing['find'] = (tensors, claimed, config) =>
  packings.flatMap(({ codes, types, beside, parts, method }) =>
    [...tensors.values()].flatMap((tensor): Finding[] => {
      const { name, dtype } = tensor;
      if (!name.endsWith(codes) || !types.test(dtype) || claimed.has(name)) return [];
      const module = name.slice(0, -codes.length);
      if (!beside.some((ending) => tensors.has(`${module}${ending}`))) return [];
      const reason = `packed by ${method(tensor, tensors, module, config)}, which is not decoded`;
      const states = [...parts.map((part) => `${module}${part}`), ...quantStates(tensors, name)];
      return [
        { tensor: name, unmeasured: { reason, isUsed: false } },
        ...states
          .filter((part) => tensors.has(part))
          .map((part) => ({
            tensor: part,
            unmeasured: { reason: `belongs to the codes of ${name}`, isUsed: true },
          })),
      ];
    }),
  );

/** `weight.quant_state.bitsandbytes__nf4` and its like. */
const quantStates = (tensors: NamedTensors, codes: string): string[] =>
  ['nf4', 'fp4']
    .map((kind) => `${codes}.quant_state.bitsandbytes__${kind}`)
    .filter((name) => tensors.has(name));

export const packedWeights: Packing = { name: 'packed', find: findPacked };
