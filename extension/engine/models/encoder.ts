import type { Model } from '../../contract/descriptor.js';
import type { Tensor } from '../graph/tensor.js';
import { add, mul, sub } from '../graph/operators/arithmetic.js';
import { erfGate } from '../graph/operators/erf.js';
import { concat, split } from '../graph/operators/layout.js';
import { takeRows } from '../graph/operators/lookup.js';
import { matMul } from '../graph/operators/matmul.js';
import { layerNorm } from '../graph/operators/normalisation.js';
import { attendTwo } from './attention.js';
import type { ModelKind, Site, Tap, Tokens } from './model.js';
import { constantVector, linear, normalTable, type DeclaredParameter, type Views } from './parameters.js';
import { asRow, foldNorm, project } from './products.js';
import { positionTables } from './tokenTable.js';

type Encoder = Extract<Model, { kind: 'encoder' }>;

const POSITIONS = 2;

const layerParameters = (layer: string, { d, dFf }: Encoder): readonly DeclaredParameter[] => [
  // nn.MultiheadAttention: Xavier's uniform law over the fused matrix [3d, d], zero biases.
  {
    name: `${layer}.self_attn.in_proj_weight`,
    shape: [3 * d, d],
    initial: { law: 'uniform', bound: Math.sqrt(6 / (4 * d)) },
  },
  constantVector(`${layer}.self_attn.in_proj_bias`, 3 * d, 0),
  ...linear(`${layer}.self_attn.out_proj`, d, d, { bias: false }),
  constantVector(`${layer}.self_attn.out_proj.bias`, d, 0),
  ...linear(`${layer}.linear1`, d, dFf, { bias: true }),
  ...linear(`${layer}.linear2`, dFf, d, { bias: true }),
  ...['norm1', 'norm2'].flatMap((norm) => normParameters(`${layer}.${norm}`, d)),
];

const normParameters = (name: string, d: number): readonly DeclaredParameter[] => [
  constantVector(`${name}.weight`, d, 1),
  constantVector(`${name}.bias`, d, 0),
];

interface Projection {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/** Rows of both positions, or of the first alone. They stay separate: nothing is split or joined on the way. */
type Positions = readonly [Tensor] | readonly [Tensor, Tensor];

/** The fused projection of a layer with the norm's gain and shift folded in. */
const fusedProjection = (views: Views, layer: string): Projection =>
  foldNorm(
    views(`${layer}.self_attn.in_proj_weight`),
    views(`${layer}.self_attn.in_proj_bias`),
    views(`${layer}.norm1.weight`),
    views(`${layer}.norm1.bias`),
  );

/** Three equal parts along an axis counted from the last. */
const thirds = (tensor: Tensor, axis: -1 | -2): readonly [Tensor, Tensor, Tensor] => {
  const third = tensor.shape.at(axis)! / 3;
  return split(tensor, axis, [third, third, third]) as readonly [Tensor, Tensor, Tensor];
};

/** Queries, keys and values of a layer, each with the norm's gain and shift folded in. */
const attentionProjections = (views: Views, layer: string): readonly [Projection, Projection, Projection] => {
  const { weight, bias } = fusedProjection(views, layer);
  const weights = thirds(weight, -2);
  const biases = thirds(bias!, -1);
  return weights.map((third, i) => ({ weight: third, bias: biases[i] })) as unknown as readonly [
    Projection,
    Projection,
    Projection,
  ];
};

/** Rows of the two positions, position by position, as two tensors. */
const halves = (rows: Tensor): readonly [Tensor, Tensor] => {
  const half = rows.shape.at(-2)! / 2;
  return split(rows, -2, [half, half]) as readonly [Tensor, Tensor];
};

/** The input of attention, for each position that is read later; the layer's result is added to `residual`. */
interface Attended {
  readonly residual: Positions;
  readonly queries: Positions;
  readonly keyDifference: Tensor;
  readonly valueDifference: Tensor;
  readonly lastValue: Tensor;
}

/** The position that is read, or both. */
const chosen = (positions: readonly [Tensor, Tensor], firstOnly: boolean): Positions =>
  firstOnly ? [positions[0]] : positions;

/**
 * In the first layer everything before attention depends only on token and position: computed per table row,
 * then looked up.
 */
const lookUp = (
  model: Encoder,
  views: Views,
  layer: string,
  { a, b }: Tokens,
  firstOnly: boolean,
): Attended => {
  const tables = positionTables(views('tok.weight'), views('pos'));
  const normals = tables.map((table) => layerNorm(table, model.normEps)) as [Tensor, Tensor];
  const [q, k, v] = attentionProjections(views, layer);
  const scale = 1 / Math.sqrt(model.d / model.heads);
  const at = (position: 0 | 1, { weight, bias }: Projection, alpha = 1): Tensor =>
    takeRows(project(normals[position], weight, bias, alpha), position === 0 ? a : b);
  const keys = { weight: k.weight, bias: undefined };
  const lastValue = at(1, v);
  return {
    residual: firstOnly ? [takeRows(tables[0], a)] : [takeRows(tables[0], a), takeRows(tables[1], b)],
    queries: firstOnly ? [at(0, q)] : [at(0, q), at(1, q)],
    keyDifference: sub(at(0, keys, scale), at(1, keys, scale)),
    valueDifference: sub(at(0, v), lastValue),
    lastValue,
  };
};

/** Later layers need only differences of keys, so half as many rows are projected. */
const computeAttended = (
  model: Encoder,
  views: Views,
  layer: string,
  x: readonly [Tensor, Tensor],
  firstOnly: boolean,
): Attended => {
  const normals = x.map((rows) => layerNorm(rows, model.normEps)) as [Tensor, Tensor];
  const [q, k, v] = attentionProjections(views, layer);
  const difference = sub(...normals);
  return {
    residual: chosen(x, firstOnly),
    queries: chosen(normals, firstOnly).map((rows) =>
      project(rows, q.weight, q.bias),
    ) as unknown as Positions,
    keyDifference: project(difference, k.weight, undefined, 1 / Math.sqrt(model.d / model.heads)),
    valueDifference: project(difference, v.weight),
    lastValue: project(normals[1], v.weight, v.bias),
  };
};

/** √½: GELU(x) = √½ · gate(√½ · x). */
const ROOT_HALF = Math.SQRT1_2;

const feedForward = (model: Encoder, views: Views, layer: string, positions: Positions): Positions => {
  const { weight, bias } = foldNorm(
    views(`${layer}.linear1.weight`),
    views(`${layer}.linear1.bias`),
    views(`${layer}.norm2.weight`),
    views(`${layer}.norm2.bias`),
  );
  return positions.map((x) => {
    const gated = erfGate(project(layerNorm(x, model.normEps), weight, bias, ROOT_HALF));
    const out = matMul(gated, views(`${layer}.linear2.weight`), {
      transposeB: true,
      alpha: ROOT_HALF,
      plus: asRow(views(`${layer}.linear2.bias`)),
    });
    return add(x, out);
  }) as unknown as Positions;
};

/** Passes a tap the rows of all positions, position by position, and continues with its result. */
const tapped = (tap: Tap | undefined, site: Site, positions: Positions): Positions => {
  if (tap === undefined) return positions;
  const rows = tap(site, concat(positions, -2));
  return positions.length === 1 ? [rows] : halves(rows);
};

/** `nn.TransformerEncoder` with `norm_first`, GELU and no mask over the tokens a, b; LayerNorm and linear heads on the read-out. */
export const encoder: ModelKind<Encoder> = {
  parameters: (model, headNames) => [
    normalTable('pos', POSITIONS, model.d, 1 / Math.sqrt(model.d)),
    normalTable('tok.weight', model.prime, model.d),
    ...Array.from({ length: model.layers }, (_, layer) =>
      layerParameters(`enc.layers.${layer}`, model),
    ).flat(),
    ...normParameters('ln', model.d),
    ...headNames.flatMap((name) => linear(name, model.d, model.prime, { bias: true })),
  ],

  hidden: (model, views, tokens, tap) => {
    const { graph } = tokens.a;
    // A tap needs every input's own rows; otherwise the first layer's work is done once per table row.
    let x: Positions | undefined;
    if (tap !== undefined) {
      const tables = positionTables(views('tok.weight'), views('pos'));
      x = tapped(tap, 'embedding', [takeRows(tables[0], tokens.a), takeRows(tables[1], tokens.b)]);
    }
    for (let index = 0; index < model.layers; index++) {
      const layer = `enc.layers.${index}`;
      // The last layer runs only at the position that is read: the first.
      const firstOnly = index === model.layers - 1 && model.readout === 'first';
      const before = x as readonly [Tensor, Tensor] | undefined;
      const attended = graph.labelled(`layer${index}.attention`, () => {
        const { residual, queries, keyDifference, valueDifference, lastValue } =
          before === undefined
            ? lookUp(model, views, layer, tokens, firstOnly)
            : computeAttended(model, views, layer, before, firstOnly);
        return residual.map((rows, position) => {
          const mixed = attendTwo(queries[position]!, keyDifference, valueDifference, lastValue, model.heads);
          return add(
            rows,
            project(
              mixed,
              views(`${layer}.self_attn.out_proj.weight`),
              views(`${layer}.self_attn.out_proj.bias`),
            ),
          );
        }) as unknown as Positions;
      });
      const after = graph.labelled(`layer${index}.mlp`, () => feedForward(model, views, layer, attended));
      x = tapped(tap, `layer${index + 1}`, after);
    }
    const [first, second] = x!;
    return second === undefined || model.readout === 'first' ? first : mul(add(first, second), 0.5);
  },

  heads: (model, headNames, views, hidden, tap) =>
    hidden.graph.labelled('readout', () => {
      const normal = layerNorm(hidden, model.normEps);
      if (tap !== undefined) {
        const gained = add(mul(normal, asRow(views('ln.weight'))), asRow(views('ln.bias')));
        const read = tap('readout', gained);
        return headNames.map((name) => project(read, views(`${name}.weight`), views(`${name}.bias`)));
      }
      return headNames.map((name) => {
        const { weight, bias } = foldNorm(
          views(`${name}.weight`),
          views(`${name}.bias`),
          views('ln.weight'),
          views('ln.bias'),
        );
        return project(normal, weight, bias);
      });
    }),
};
