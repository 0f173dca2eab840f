import type { Model } from '../../contract/descriptor.js';
import type { Tensor } from '../graph/tensor.js';
import { add, mul, sub } from '../graph/operators/arithmetic.js';
import { erfGate } from '../graph/operators/erf.js';
import { split } from '../graph/operators/layout.js';
import { takeRows } from '../graph/operators/lookup.js';
import { matMul } from '../graph/operators/matmul.js';
import { layerNorm } from '../graph/operators/normalisation.js';
import { attendTwo } from './attention.js';
import type { ModelKind, Tokens } from './model.js';
import { constantVector, linear, normalTable, type DeclaredParameter, type Views } from './parameters.js';
import { asRow, foldNorm, project } from './products.js';
import { tableRows, tokenTable } from './tokenTable.js';

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

/** Queries, keys and values of a layer, each with the norm's gain and shift folded in. */
const attentionProjections = (views: Views, layer: string): readonly [Projection, Projection, Projection] => {
  const weights = views(`${layer}.self_attn.in_proj_weight`);
  const biases = views(`${layer}.self_attn.in_proj_bias`);
  const d = weights.shape.at(-1)!;
  const thirds = [d, d, d];
  const biasThirds = split(biases, -1, thirds);
  const [q, k, v] = split(weights, -2, thirds).map((weight, i) =>
    foldNorm(weight, biasThirds[i], views(`${layer}.norm1.weight`), views(`${layer}.norm1.bias`)),
  );
  return [q!, k!, v!];
};

/** Rows of the two positions, position by position, as two tensors. */
const halves = (rows: Tensor): readonly [Tensor, Tensor] => {
  const half = rows.shape.at(-2)! / 2;
  return split(rows, -2, [half, half]) as readonly [Tensor, Tensor];
};

/** What attention reads; `residual` are the rows that the layer's result is added to. */
interface Attended {
  readonly residual: Tensor;
  readonly queries: Tensor;
  readonly keyDifference: Tensor;
  readonly valueDifference: Tensor;
  readonly lastValue: Tensor;
}

/** In the first layer everything before attention depends on token and position alone: computed per table row, then looked up. */
const lookUp = (
  model: Encoder,
  views: Views,
  layer: string,
  tokens: Tokens,
  firstOnly: boolean,
): Attended => {
  const table = tokenTable(views('tok.weight'), views('pos'));
  const normal = layerNorm(table, model.normEps);
  const [q, k, v] = attentionProjections(views, layer);
  const scale = 1 / Math.sqrt(model.d / model.heads);
  const [table0] = halves(table);
  const [normal0] = halves(normal);
  const [k0, k1] = halves(project(normal, k.weight, undefined, scale));
  const [v0, v1] = halves(project(normal, v.weight, v.bias));
  const queryTable = project(firstOnly ? normal0 : normal, q.weight, q.bias);
  const rows = firstOnly ? tokens.a : tableRows(tokens, model.prime);
  const lastValue = takeRows(v1, tokens.b);
  return {
    residual: takeRows(firstOnly ? table0 : table, rows),
    queries: takeRows(queryTable, rows),
    keyDifference: sub(takeRows(k0, tokens.a), takeRows(k1, tokens.b)),
    valueDifference: sub(takeRows(v0, tokens.a), lastValue),
    lastValue,
  };
};

/** Later layers: keys are needed as differences only, so half as many rows are projected. */
const computeAttended = (
  model: Encoder,
  views: Views,
  layer: string,
  x: Tensor,
  firstOnly: boolean,
): Attended => {
  const normal = layerNorm(x, model.normEps);
  const [q, k, v] = attentionProjections(views, layer);
  const [normal0, normal1] = halves(normal);
  const difference = sub(normal0, normal1);
  return {
    residual: firstOnly ? halves(x)[0] : x,
    queries: project(firstOnly ? normal0 : normal, q.weight, q.bias),
    keyDifference: project(difference, k.weight, undefined, 1 / Math.sqrt(model.d / model.heads)),
    valueDifference: project(difference, v.weight),
    lastValue: project(normal1, v.weight, v.bias),
  };
};

/** √½: GELU(x) = √½ · gate(√½ · x). */
const ROOT_HALF = Math.SQRT1_2;

const feedForward = (model: Encoder, views: Views, layer: string, x: Tensor): Tensor => {
  const { weight, bias } = foldNorm(
    views(`${layer}.linear1.weight`),
    views(`${layer}.linear1.bias`),
    views(`${layer}.norm2.weight`),
    views(`${layer}.norm2.bias`),
  );
  const gated = erfGate(project(layerNorm(x, model.normEps), weight, bias, ROOT_HALF));
  const out = matMul(gated, views(`${layer}.linear2.weight`), {
    transposeB: true,
    alpha: ROOT_HALF,
    plus: asRow(views(`${layer}.linear2.bias`)),
  });
  return add(x, out);
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
    // A tap sees every input's own rows, where otherwise the first layer's work is done once per table row.
    let x: Tensor | undefined = tap?.(
      'embedding',
      takeRows(tokenTable(views('tok.weight'), views('pos')), tableRows(tokens, model.prime)),
    );
    for (let index = 0; index < model.layers; index++) {
      const layer = `enc.layers.${index}`;
      // The last layer runs where it is read: at the first position.
      const firstOnly = index === model.layers - 1 && model.readout === 'first';
      const before = x;
      const attended = graph.labelled(`layer${index}.attention`, () => {
        const { residual, queries, keyDifference, valueDifference, lastValue } =
          before === undefined
            ? lookUp(model, views, layer, tokens, firstOnly)
            : computeAttended(model, views, layer, before, firstOnly);
        const mixed = attendTwo(queries, keyDifference, valueDifference, lastValue, model.heads);
        return add(
          residual,
          project(
            mixed,
            views(`${layer}.self_attn.out_proj.weight`),
            views(`${layer}.self_attn.out_proj.bias`),
          ),
        );
      });
      const after = graph.labelled(`layer${index}.mlp`, () => feedForward(model, views, layer, attended));
      x = tap?.(`layer${index + 1}`, after) ?? after;
    }
    return model.readout === 'first' ? x! : mul(add(...halves(x!)), 0.5);
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
