import { gemm } from '../../linalg/gemm.js';
import { transpose, type Matrix } from '../../linalg/matrix.js';
import { seededRandom } from '../../ground/seededRandom.js';

/** The matrix without the mean of each of its columns. */
const centred = ({ rows, columns, data }: Matrix): Matrix => {
  const means = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) means[i % columns]! += data[i]! / rows;
  return { rows, columns, data: data.map((value, i) => value - means[i % columns]!) };
};

const inner = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const square = (a: Float64Array): number => inner(a, a);

const withRows = ({ rows, columns, data }: Matrix, order: readonly number[]): Matrix => ({
  rows,
  columns,
  data: Float64Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    return data[order[row]! * columns + (i - row * columns)]!;
  }),
});

/**
 * Linear CKA of two matrices with the same rows (Kornblith et al. 2019, equation 3): ‖XᵀY‖_F²/(‖XᵀX‖_F ‖YᵀY‖_F) of the
 * matrices with centred columns; 1 where rows have the same inner products up to a scale.
 * @param draws the null is the mean over so many random orders of Y's rows.
 * @returns undefined where one has equal rows.
 */
export const linearCka = async (
  x: Matrix,
  y: Matrix,
  draws: number,
  ...seeds: readonly number[]
): Promise<{ value: number; null: number; draws: number } | undefined> => {
  const [a, b] = [centred(x), centred(y)];
  const m = a.rows;
  // The smaller of the products of columns and of rows; both give the same number.
  const byRows = m < a.columns && m < b.columns;
  const gram = (p: Matrix, q: Matrix): Promise<Matrix> => gemm(transpose(p), q);
  const [aa, bb] = byRows
    ? [await gemm(a, transpose(a)), await gemm(b, transpose(b))]
    : [await gram(a, a), await gram(b, b)];
  const norms = Math.sqrt(square(aa.data) * square(bb.data));
  if (!(norms > 0)) return undefined;
  const similarity = async (order?: readonly number[]): Promise<number> => {
    if (!byRows) return square((await gram(a, order === undefined ? b : withRows(b, order))).data) / norms;
    if (order === undefined) return inner(aa.data, bb.data) / norms;
    let sum = 0;
    for (let i = 0; i < m; i++)
      for (let j = 0; j < m; j++) sum += aa.data[i * m + j]! * bb.data[order[i]! * m + order[j]!]!;
    return sum / norms;
  };
  const value = await similarity();
  let total = 0;
  for (let draw = 0; draw < draws; draw++) {
    const random = seededRandom(...seeds, draw);
    const order = Array.from({ length: m }, (_, i) => i);
    for (let i = m - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    total += await similarity(order);
  }
  return { value, null: draws > 0 ? total / draws : 0, draws };
};
