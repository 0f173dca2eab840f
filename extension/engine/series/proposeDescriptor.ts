import type { Model, TaskName } from '../../contract/descriptor.js';
import { taskNames } from '../../contract/descriptor.js';
import type { TensorInfo } from '../checkpoints/tensors/checkpoint.js';

/** What the weights show of their model; the user confirms the rest. */
export interface DescriptorProposal {
  readonly kind: Model['kind'];
  readonly prime: number;
  readonly d: number;
  readonly layers: number;
  readonly dFf: number;
  /** Tasks, if each has a head under its own name. */
  readonly tasks: readonly TaskName[];
  /** Fields of the model that weights do not show. */
  readonly unknown: readonly string[];
  /** One sentence for the user. */
  readonly sentence: string;
}

type Shapes = ReadonlyMap<string, readonly number[]>;

interface Recognised {
  readonly prime: number;
  readonly d: number;
  readonly layers: number;
  readonly dFf: number;
}

/** A matrix's sizes, or NaN if there is none: every comparison is then false. */
const sizes = (shapes: Shapes, name: string): readonly [number, number] => {
  const shape = shapes.get(name);
  return shape?.length === 2 ? [shape[0]!, shape[1]!] : [NaN, NaN];
};

const countLayers = (shapes: Shapes, pattern: RegExp): number => {
  const indices = new Set(
    [...shapes.keys()].map((name) => pattern.exec(name)?.[1]).filter((index) => index !== undefined),
  );
  return indices.size;
};

const headName = /^(?:head|heads\.(\w+))\.weight$/;

const hasHeads = (shapes: Shapes, prime: number, d: number): boolean => {
  const heads = [...shapes].filter(([name]) => headName.test(name));
  return heads.length > 0 && heads.every(([, shape]) => shape[0] === prime && shape[1] === d);
};

const recogniseEncoder = (shapes: Shapes): Recognised | undefined => {
  const [prime, d] = sizes(shapes, 'tok.weight');
  const [positions, width] = sizes(shapes, 'pos');
  const layers = countLayers(shapes, /^enc\.layers\.(\d+)\./);
  const [dFf, input] = sizes(shapes, 'enc.layers.0.linear1.weight');
  const [fused] = sizes(shapes, 'enc.layers.0.self_attn.in_proj_weight');
  const fits = positions === 2 && width === d && input === d && fused === 3 * d && hasHeads(shapes, prime, d);
  return fits && layers > 0 ? { prime, d, layers, dFf } : undefined;
};

const recogniseScaleInvariant = (shapes: Shapes): Recognised | undefined => {
  // One token besides the numbers: "=".
  const [tokens, d] = sizes(shapes, 'tok.weight');
  const [positions, width] = sizes(shapes, 'pos');
  const layers = countLayers(shapes, /^blocks\.(\d+)\./);
  const [dFf, input] = sizes(shapes, 'blocks.0.w1.weight');
  const [queries] = sizes(shapes, 'blocks.0.wq.weight');
  const [gate] = sizes(shapes, 'blocks.0.w3.weight');
  const fits =
    positions === 3 &&
    width === d &&
    input === d &&
    queries === d &&
    gate === dFf &&
    hasHeads(shapes, tokens - 1, d);
  return fits && layers > 0 ? { prime: tokens - 1, d, layers, dFf } : undefined;
};

const kinds = [
  { kind: 'encoder', recognise: recogniseEncoder, unknown: ['heads', 'readout', 'normEps'] },
  { kind: 'scale-invariant', recognise: recogniseScaleInvariant, unknown: ['heads', 'normEps', 'qkNormEps'] },
] as const;

/**
 * A model known to the trainer, recognised by parameter names and shapes (prefixes such as `module.` are
 * already stripped). The weights do not show the number of heads and the read-out: they are listed as missing,
 * never guessed. Undefined for any other model.
 */
export const proposeDescriptor = (tensors: readonly TensorInfo[]): DescriptorProposal | undefined => {
  const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]));
  for (const { kind, recognise, unknown } of kinds) {
    const found = recognise(shapes);
    if (found === undefined) continue;
    const { prime, d, layers, dFf } = found;
    const tasks = taskNames.filter((task) => shapes.has(`heads.${task}.weight`));
    const sentence =
      `By its parameters this is the ${kind} model with p = ${prime}, d = ${d}, ${layers} ` +
      `${layers === 1 ? 'layer' : 'layers'} and d_ff = ${dFf}; the number of attention heads` +
      `${kind === 'encoder' ? ' and the read-out position' : ''} cannot be read off weights: please confirm them.`;
    return { kind, ...found, tasks, unknown, sentence };
  }
  return undefined;
};
