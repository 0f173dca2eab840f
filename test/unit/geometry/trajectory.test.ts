import { Matrix as Dense, SVD } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { principalAngles } from '../../../extension/engine/geometry/principalAngles.js';
import { reconstructionCurve } from '../../../extension/engine/geometry/reconstruction/curve.js';
import {
  jointMixing,
  jointRelativeErrors,
  jointSvd,
} from '../../../extension/engine/geometry/reconstruction/jointSvd.js';
import {
  perMatrixEnergy,
  truncatedChange,
} from '../../../extension/engine/geometry/reconstruction/perMatrixSvd.js';
import {
  trajectoryEnergy,
  trajectoryMixing,
} from '../../../extension/engine/geometry/reconstruction/trajectoryPca.js';
import { chosenRanks, defaultRanks } from '../../../extension/engine/geometry/ranks.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { trajectoryPca } from '../../../extension/engine/geometry/trajectory.js';
import { leadingColumns } from '../../../extension/engine/linalg/matrix.js';
import { svd } from '../../../extension/engine/linalg/svd.js';

const random = seededRandom(21);
const rowsOf = (count: number, length: number): number[][] =>
  Array.from({ length: count }, () => Array.from({ length }, () => random.normal()));
const gramOf = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  columns: rows.length,
  data: Float64Array.from(
    rows.flatMap((a) => rows.map((b) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0))),
  ),
});
const flat = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  columns: rows[0]!.length,
  data: Float64Array.from(rows.flat()),
});
const lengthOf = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

describe('trajectory PCA from the Gram matrix', () => {
  const walk = [new Array<number>(40).fill(0), ...rowsOf(8, 40)];

  it.each([true, false])('is the SVD of the rows (centred: %s)', async (centred) => {
    const pca = await trajectoryPca(gramOf(walk), centred);
    const fitted = centred ? new Dense(walk).center('column') : new Dense(walk.slice(1));
    const { diagonal } = new SVD(fitted, { autoTranspose: true });
    const total = diagonal.reduce((sum, value) => sum + value * value, 0);
    expect(pca.explained).toHaveLength(8);
    pca.explained.forEach((share, i) => expect(share).toBeCloseTo(diagonal[i]! ** 2 / total, 10));
    expect(pca.coordinates).toHaveLength(9);
    expect(pca.explained.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    // Each component's coordinate of largest size is positive.
    for (let c = 0; c < 8; c++) {
      const column = pca.coordinates.map((row) => row[c]!);
      expect(Math.max(...column)).toBeCloseTo(Math.max(...column.map(Math.abs)), 9);
    }
  });

  it('has residuals that fall to zero and start from what PC1 misses', async () => {
    const { residual, coordinates } = await trajectoryPca(gramOf(walk), false);
    expect(residual[0]).toEqual(new Array(8).fill(0));
    for (let t = 1; t < walk.length; t++) {
      const own = lengthOf(walk[t]!);
      expect(residual[t]![0]!).toBeCloseTo(Math.sqrt(1 - (coordinates[t]![0]! / own) ** 2), 9);
      expect(residual[t]!.at(-1)!).toBeLessThan(1e-6);
      expect([...residual[t]!].sort((a, b) => b - a)).toEqual(residual[t]);
    }
  });

  it('rebuilds the last row from its components', async () => {
    const pca = await trajectoryPca(gramOf(walk), false);
    const last = walk.at(-1)!;
    const curve = reconstructionCurve(trajectoryEnergy(pca), [1, 3, 8]);
    for (const { rank, energy, relativeError } of curve.points) {
      const weights = trajectoryMixing(pca, rank);
      const rebuilt = last.map((_, i) => weights.reduce((sum, weight, t) => sum + weight * walk[t]![i]!, 0));
      expect(lengthOf(rebuilt.map((value, i) => value - last[i]!)) / lengthOf(last)).toBeCloseTo(
        relativeError,
        6,
      );
      expect((lengthOf(rebuilt) / lengthOf(last)) ** 2).toBeCloseTo(energy, 6);
    }
  });

  it.each([true, false])(
    'of rows shorter than there are of them is their SVD (centred: %s)',
    async (centred) => {
      const short = [new Array<number>(6).fill(0), ...rowsOf(30, 6)];
      const pca = await trajectoryPca(gramOf(short), centred, 6);
      const fitted = centred ? new Dense(short).center('column') : new Dense(short.slice(1));
      const { diagonal } = new SVD(fitted);
      const total = diagonal.reduce((sum, value) => sum + value * value, 0);
      expect(pca.explained).toHaveLength(6);
      pca.explained.forEach((share, i) => expect(share).toBeCloseTo(diagonal[i]! ** 2 / total, 12));
      const whole = await trajectoryPca(gramOf(short), centred);
      pca.coordinates.forEach((row, t) =>
        row.forEach((value, c) => expect(value).toBeCloseTo(whole.coordinates[t]![c]!, 10)),
      );
      if (!centred) expect(pca.residual[0]).toEqual(new Array(6).fill(0));
      const weights = trajectoryMixing(await trajectoryPca(gramOf(short), false, 6), 6);
      const rebuilt = short[0]!.map((_, i) => weights.reduce((sum, w, t) => sum + w * short[t]![i]!, 0));
      rebuilt.forEach((value, i) => expect(value).toBeCloseTo(short.at(-1)![i]!, 9));
    },
  );

  it('of a trajectory that does not move has no components', async () => {
    expect((await trajectoryPca(gramOf([[0], [0]]), true)).explained).toEqual([]);
  });
});

describe('reconstruction by singular values', () => {
  it('per matrix keeps the energy that its error lacks', async () => {
    const matrices = [flat(rowsOf(6, 9)), flat(rowsOf(4, 4))];
    const decompositions = await Promise.all(matrices.map((matrix) => svd(matrix)));
    const energy = perMatrixEnergy(decompositions.map(({ singularValues }) => singularValues));
    const whole = lengthOf(matrices.flatMap(({ data }) => [...data]));
    for (const { rank, relativeError, energy: kept } of reconstructionCurve(energy, [1, 2, 5, 6]).points) {
      const differences: number[] = [];
      for (const [i, decomposition] of decompositions.entries()) {
        const { data } = await truncatedChange(decomposition, rank);
        data.forEach((value, k) => differences.push(value - matrices[i]!.data[k]!));
      }
      expect(lengthOf(differences) / whole).toBeCloseTo(relativeError, 9);
      expect(kept).toBeCloseTo(1 - relativeError ** 2, 9);
    }
  });

  describe('jointly', () => {
    const lengths = [20, 12, 20, 7, 12];
    const rows = lengths.map((length) => rowsOf(1, length)[0]!);
    const padded = rows.map((row) => [...row, ...new Array<number>(20 - row.length).fill(0)]);
    const segments = [
      [0, 7],
      [7, 12],
      [12, 20],
    ].map(([start, end]) => ({ end: end!, gram: gramOf(padded.map((row) => row.slice(start, end))) }));

    it('is the SVD of the stacked, padded rows', async () => {
      const { diagonal } = new SVD(new Dense(padded), { autoTranspose: true });
      const joint = await jointSvd(segments);
      joint.energy.forEach((value, i) => expect(Math.sqrt(value)).toBeCloseTo(diagonal[i]!, 9));
    });

    it('is off by what the matrices themselves are off, their padding left out', async () => {
      const joint = await jointSvd(segments);
      const ranks = [1, 2, 3, 4, 5];
      const errors = jointRelativeErrors(joint, segments, lengths, ranks);
      const { points } = reconstructionCurve(joint.energy, ranks, errors);
      for (const { rank, energy, relativeError } of points) {
        const { data } = jointMixing(joint, rank);
        const differences = rows.flatMap((row, i) =>
          row.map((value, k) => padded.reduce((sum, other, j) => sum + data[i * 5 + j]! * other[k]!, -value)),
        );
        expect(relativeError).toBeCloseTo(lengthOf(differences) / lengthOf(rows.flat()), 9);
        if (rank < 5) expect(relativeError).toBeLessThan(Math.sqrt(1 - energy));
      }
    });
  });
});

describe('rank ladder', () => {
  it('holds every integer to 16, the named ranks and the full rank', () => {
    const ranks = defaultRanks(200);
    expect(ranks.slice(0, 16)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    expect(ranks).toEqual(expect.arrayContaining([32, 64, 80, 96, 112, 128, 200]));
    expect([...ranks].sort((a, b) => a - b)).toEqual(ranks);
    expect(defaultRanks(5)).toEqual([1, 2, 3, 4, 5]);
    expect(chosenRanks([4, 2, 900], 10)).toEqual([2, 4, 10]);
  });
});

describe('principal angles', () => {
  it('are the angles by which a plane was turned', async () => {
    const turn = (angle: number) => ({
      rows: 4,
      columns: 2,
      data: Float64Array.from([Math.cos(angle), 0, Math.sin(angle), 0, 0, 1, 0, 0]),
    });
    for (const angle of [1e-9, 0.3, 1.2, Math.PI / 2]) {
      const [small, large] = await principalAngles(turn(0), turn(angle));
      expect(small).toBeCloseTo(0, 12);
      expect(large! / angle).toBeCloseTo(1, 6);
    }
  });

  it('vanish for the same subspace in another basis', async () => {
    const { u } = await svd(flat(rowsOf(9, 5)));
    const basis = leadingColumns(u, 3);
    const turned = { ...basis, data: basis.data.map((value, i) => (i % 3 === 1 ? -value : value)) };
    for (const angle of await principalAngles(basis, turned)) expect(angle).toBeLessThan(1e-12);
  });
});
