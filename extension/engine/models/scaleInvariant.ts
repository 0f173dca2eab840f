import type { Model } from '../../contract/descriptor.js';
import type { Tensor } from '../graph/tensor.js';
import { add, mul, sigmoid } from '../graph/operators/arithmetic.js';
import { split } from '../graph/operators/layout.js';
import { takeRows } from '../graph/operators/lookup.js';
import { rmsNorm } from '../graph/operators/normalisation.js';
import { attend, normaliseHeads } from './attention.js';
import type { ModelKind } from './model.js';
import { constantVector, linear, normalTable, type DeclaredParameter, type Views } from './parameters.js';
import { asRow, foldNorm, project } from './products.js';
import { tableRows, tokenTable } from './tokenTable.js';

type ScaleInvariant = Extract<Model, { kind: 'scale-invariant' }>;

/** The tokens a, b and "=". */
const POSITIONS = 3;
/** Learned positions of the published code are small; it does not state the deviation. */
const POSITION_DEVIATION = 0.1;

const blockParameters = (block: string, { d, dFf }: ScaleInvariant): readonly DeclaredParameter[] => {
  const bare = { bias: false };
  return [
    constantVector(`${block}.norm1.weight`, d, 1),
    constantVector(`${block}.norm2.weight`, d, 1),
    ...['wq', 'wk', 'wv', 'wo'].flatMap((name) => linear(`${block}.${name}`, d, d, bare)),
    ...linear(`${block}.w1`, d, dFf, bare),
    ...linear(`${block}.w2`, dFf, d, bare),
    ...linear(`${block}.w3`, d, dFf, bare),
  ];
};

/** The last third of rows that hold three positions one after another. */
const lastPosition = (rows: Tensor): Tensor => {
  const third = rows.shape.at(-2)! / POSITIONS;
  return split(rows, -2, [2 * third, third])[1]!;
};

const projectionsOf = (model: ScaleInvariant, views: Views, block: string, x: Tensor, queryRows: Tensor) => {
  const folded = (name: string): Tensor =>
    foldNorm(views(`${block}.${name}.weight`), undefined, views(`${block}.norm1.weight`)).weight;
  const unit = (rows: Tensor): Tensor => normaliseHeads(rows, model.heads, model.qkNormEps);
  return {
    queries: unit(project(queryRows, folded('wq'))),
    keys: unit(project(x, folded('wk'))),
    values: project(x, folded('wv')),
  };
};

const feedForward = (model: ScaleInvariant, views: Views, block: string, x: Tensor): Tensor => {
  const normal = rmsNorm(x, model.normEps);
  const projected = (name: string): Tensor =>
    project(
      normal,
      foldNorm(views(`${block}.${name}.weight`), undefined, views(`${block}.norm2.weight`)).weight,
    );
  const gate = projected('w1');
  const hidden = mul(mul(gate, sigmoid(gate)), projected('w3'));
  return add(x, project(hidden, views(`${block}.w2.weight`)));
};

/** The transformer of 2606.04405: RMSNorm before each part, unit queries and keys, SwiGLU, read at "=". */
export const scaleInvariant: ModelKind<ScaleInvariant> = {
  parameters: (model, headNames) => [
    normalTable('pos', POSITIONS, model.d, POSITION_DEVIATION),
    normalTable('tok.weight', model.prime + 1, model.d),
    ...Array.from({ length: model.layers }, (_, block) => blockParameters(`blocks.${block}`, model)).flat(),
    constantVector('norm.weight', model.d, 1),
    ...headNames.flatMap((name) => linear(name, model.d, model.prime, { bias: true })),
  ],

  hidden: (model, views, tokens, tap) => {
    const { graph } = tokens.a;
    const vocabulary = model.prime + 1;
    const scale = 1 / Math.sqrt(model.d / model.heads);
    const rows = tableRows(tokens, vocabulary, [model.prime]);
    // A tap sees every input's own rows, where otherwise the first block's work is done once per table row.
    let x: Tensor | undefined = tap?.(
      'embedding',
      takeRows(tokenTable(views('tok.weight'), views('pos')), rows),
    );
    for (let index = 0; index < model.layers; index++) {
      const block = `blocks.${index}`;
      const last = index === model.layers - 1;
      const before = x;
      const attended = graph.labelled(`layer${index}.attention`, () => {
        // In the first block all that attention reads depends on token and position alone.
        const source = before ?? tokenTable(views('tok.weight'), views('pos'));
        const normal = rmsNorm(source, model.normEps);
        const fromTable = before === undefined;
        const queryRows = last && !fromTable ? lastPosition(normal) : normal;
        const parts = projectionsOf(model, views, block, normal, queryRows);
        const looked = (table: Tensor): Tensor => (fromTable ? takeRows(table, rows) : table);
        const queries = looked(parts.queries);
        const mixed = attend(
          last && fromTable ? lastPosition(queries) : queries,
          looked(parts.keys),
          looked(parts.values),
          { positions: POSITIONS, heads: model.heads, scale },
        );
        const residual = looked(source);
        return add(last ? lastPosition(residual) : residual, project(mixed, views(`${block}.wo.weight`)));
      });
      const after = graph.labelled(`layer${index}.mlp`, () => feedForward(model, views, block, attended));
      x = tap?.(`layer${index + 1}`, after) ?? after;
    }
    return x!;
  },

  heads: (model, headNames, views, hidden, tap) =>
    hidden.graph.labelled('readout', () => {
      const normal = rmsNorm(hidden, model.normEps);
      if (tap !== undefined) {
        const read = tap('readout', mul(normal, asRow(views('norm.weight'))));
        return headNames.map((name) => project(read, views(`${name}.weight`), views(`${name}.bias`)));
      }
      return headNames.map((name) => {
        const folded = foldNorm(views(`${name}.weight`), views(`${name}.bias`), views('norm.weight'));
        return project(normal, folded.weight, folded.bias);
      });
    }),
};
