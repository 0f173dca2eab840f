import { median } from '../../contract/median.js';
import { SingularValueDecomposition, Matrix as DenseMatrix } from 'ml-matrix';
import type { Matrix } from '../../engine/linalg/matrix.js';
import { singularValues, singularValuesBatch } from '../../engine/linalg/singularValues.js';
import { svd } from '../../engine/linalg/svd.js';
import type { Bench, Measurement } from './bench.js';
import { startSvdPeer } from './svdPeer.js';

type Kind = 'values' | 'full';

interface Case {
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  readonly kind: Kind;
  /** Rounds; fewer if one takes seconds. */
  readonly rounds: number;
  readonly aim?: number;
}

const sizes = [
  ...[64, 128, 256, 512, 768, 1024, 2048].map((n) => ({ rows: n, columns: n })),
  { rows: 4096, columns: 512 },
];

const cases: readonly Case[] = [
  ...sizes.flatMap((size) =>
    (['values', 'full'] as const).map((kind): Case => {
      const large = size.columns >= 512;
      const aim = kind === 'values' ? (large ? 3 : 5) : large ? 4 : undefined;
      return {
        ...size,
        count: 1,
        kind,
        rounds: size.columns >= 2048 ? 3 : size.columns >= 768 ? 5 : 9,
        ...(aim === undefined ? {} : { aim }),
      };
    }),
  ),
  { rows: 128, columns: 128, count: 1000, kind: 'values', rounds: 3, aim: 3 },
];

/** ml-matrix is timed once, up to this many columns; beyond, it takes seconds to minutes. */
const ML_MATRIX_COLUMNS = 512;

const gaussian = (rows: number, columns: number): Matrix => ({
  rows,
  columns,
  data: Float64Array.from(
    { length: rows * columns },
    () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
  ),
});

const timed = async (run: () => unknown): Promise<number> => {
  const start = performance.now();
  await run();
  return performance.now() - start;
};

const ours = (matrices: readonly Matrix[], kind: Kind): Promise<unknown> => {
  if (matrices.length > 1) return singularValuesBatch(matrices);
  return kind === 'values' ? singularValues(matrices[0]!) : svd(matrices[0]!);
};

const mlMatrixNote = async ({ rows, columns, data }: Matrix, kind: Kind): Promise<string> => {
  if (columns > ML_MATRIX_COLUMNS || rows > 2 * ML_MATRIX_COLUMNS) return '';
  const dense = DenseMatrix.from1DArray(rows, columns, data);
  const wanted = kind === 'full';
  const spent = await timed(
    () =>
      new SingularValueDecomposition(dense, {
        computeLeftSingularVectors: wanted,
        computeRightSingularVectors: wanted,
      }),
  );
  return `ml-matrix ${spent.toFixed(1)} ms; `;
};

/** Singular values and full decompositions beside LAPACK and ml-matrix. */
export const svdBench: Bench = {
  name: 'svd',
  summary: 'singular values and full decompositions beside NumPy (LAPACK) and ml-matrix, interleaved',
  async run({ say }) {
    const peer = await startSvdPeer();
    if (peer === undefined) say('Python or NumPy is not installed: only our own times');
    const measurements: Measurement[] = [];
    try {
      for (const { rows, columns, count, kind, rounds, aim } of cases) {
        const matrices = Array.from({ length: count }, () => gaussian(rows, columns));
        // The first calls compile sessions and kernels, and start NumPy's threads.
        await ours(matrices.slice(0, 2), kind);
        await peer?.milliseconds(rows, columns, count, kind);
        const mine: number[] = [];
        const theirs: number[] = [];
        for (let round = 0; round < rounds; round++) {
          mine.push(await timed(() => ours(matrices, kind)));
          if (peer !== undefined) theirs.push(await peer.milliseconds(rows, columns, count, kind));
        }
        const mlMatrix = count === 1 ? await mlMatrixNote(matrices[0]!, kind) : '';
        const name = `${count === 1 ? '' : `${count} × `}${rows} × ${columns}, ${kind}`;
        const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
        const measurement: Measurement = {
          name,
          unit: 'ms',
          ours: median(mine),
          ...(peer === undefined
            ? {}
            : {
                peer: { name: peer.name, value: median(theirs) },
                ratio: median(mine.map((value, i) => value / theirs[i]!)),
              }),
          ...(aim === undefined ? {} : { aim: `at most ${aim}` }),
          note: `${mlMatrix}peak memory ${megabytes} MB`,
        };
        say(`${name}: ${measurement.ours.toFixed(1)} ms, ratio ${measurement.ratio?.toFixed(2) ?? '–'}`);
        measurements.push(measurement);
      }
    } finally {
      peer?.end();
    }
    return measurements;
  },
};
