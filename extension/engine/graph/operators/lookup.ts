import { applyOne, shapeError, type DType, type Operator, type Tensor } from '../tensor.js';
import { add } from './arithmetic.js';
import { constant } from './input.js';
import { reshape } from './layout.js';
import { matMul } from './matmul.js';

export const oneHotOperator: Operator<{
  readonly depth: number;
  readonly axis: -1 | -2;
  readonly dtype: DType;
}> = {
  name: 'OneHot',
  infer: ([indices], { depth, axis, dtype }) => {
    const { shape } = indices!;
    const side = shape.at(-1)!;
    return [{ dtype, shape: [...shape.slice(0, -1), ...(axis === -1 ? [side, depth] : [depth, side])] }];
  },
  // Comparison with 0, 1, 2, …: ONNX's own OneHot is missing from some providers.
  emit: (emission, { depth, axis, dtype }) => {
    const [{ dtype: indexType, shape }] = emission.node.inputs as [Tensor];
    const range = emission.constant(
      indexType,
      axis === -1 ? [depth] : [depth, 1],
      Array.from({ length: depth }, (_, i) => i),
    );
    const rows = [...shape.slice(0, -1), ...(axis === -1 ? [shape.at(-1)!, 1] : [1, shape.at(-1)!])];
    const indices = emission.value('Reshape', [
      emission.inputs[0]!,
      emission.constant('int64', [rows.length], rows),
    ]);
    emission.add('Cast', [emission.value('Equal', [indices, range])], emission.outputs, {
      to: { int: dtype === 'float64' ? 11 : 1 },
    });
  },
};

/** 1 where the index is: a row per index, or (`axis` −2) a column per index. */
export const oneHot = (indices: Tensor, depth: number, dtype: DType, axis: -1 | -2 = -1): Tensor =>
  applyOne(oneHotOperator, [indices], { depth, axis, dtype });

/**
 * Rows of a table [V, C] at indices [n]: [n, C]; with replicas, rows of tables [R, V, C] at indices [n] or [R, n]: [R, n, C].
 * The gradient is a product with the one-hot matrix: a scatter would add its rows one after another.
 */
export const takeRowsOperator: Operator<null> = {
  name: 'TakeRows',
  infer: (inputs) => {
    const [table, indices] = inputs as [Tensor, Tensor];
    const lead = table.shape.slice(0, -2);
    if (lead.length > 1 || indices.shape.length > lead.length + 1 || indices.dtype !== 'int32') {
      throw shapeError('TakeRows', inputs, 'it takes a table, or a stack of tables, and int32 indices');
    }
    if (indices.shape.length === 2 && indices.shape[0] !== lead[0]) {
      throw shapeError('TakeRows', inputs, 'there is not one row of indices per table');
    }
    return [{ dtype: table.dtype, shape: [...lead, indices.shape.at(-1)!, table.shape.at(-1)!] }];
  },
  emit: (emission) => {
    const [table, indices] = emission.node.inputs as [Tensor, Tensor];
    const [tableName, indicesName] = emission.inputs as [string, string];
    if (indices.shape.length === 1) {
      emission.add('Gather', [tableName, indicesName], emission.outputs, {
        axis: { int: table.shape.length - 2 },
      });
      return;
    }
    // All tables under one another, and every replica's indices moved to its own.
    const [replicas, rows, columns] = table.shape as [number, number, number];
    const stacked = emission.value('Reshape', [
      tableName,
      emission.constant('int64', [2], [replicas * rows, columns]),
    ]);
    const starts = emission.constant(
      'int32',
      [replicas, 1],
      Array.from({ length: replicas }, (_, r) => r * rows),
    );
    const moved = emission.value('Add', [indicesName, starts]);
    emission.add('Gather', [stacked, moved], emission.outputs, { axis: { int: 0 } });
  },
  gradient: ({ inputs, upstream }) => {
    const [table, indices] = inputs as [Tensor, Tensor];
    const [replicas] = table.shape.slice(0, -2);
    const zeros = (count: number) =>
      constant(indices.graph, 'int32', [count, 1], new Array<number>(count).fill(0));
    const own =
      replicas === undefined || indices.shape.length === 2
        ? indices
        : add(reshape(indices, [1, indices.shape[0]!]), zeros(replicas));
    return [matMul(oneHot(own, table.shape.at(-2)!, table.dtype, -2), upstream), undefined];
  },
};

export const takeRows = (table: Tensor, indices: Tensor): Tensor =>
  applyOne(takeRowsOperator, [table, indices], null);

/** Per row the number 1 where its largest entry stands at the given place, else 0: logits [..., n, V], labels [..., n]. */
export const hitsOperator: Operator<null> = {
  name: 'Hits',
  infer: ([logits, labels]) => {
    const shape = logits!.shape.slice(0, -1);
    if (labels!.shape.at(-1) !== shape.at(-1))
      throw shapeError('Hits', [logits!, labels!], 'not one label per row');
    return [{ dtype: logits!.dtype, shape }];
  },
  emit: (emission) => {
    const [logits, labels] = emission.inputs as [string, string];
    const best = emission.value('ArgMax', [logits], { axis: { int: -1 }, keepdims: { int: 0 } });
    const place = emission.value('Cast', [best], { to: { int: 6 } });
    emission.add('Cast', [emission.value('Equal', [place, labels])], emission.outputs, {
      to: { int: emission.node.outputs[0]!.dtype === 'float64' ? 11 : 1 },
    });
  },
};

export const hits = (logits: Tensor, labels: Tensor): Tensor =>
  applyOne(hitsOperator, [logits, labels], null);
