import type { AttentionHead, AttentionProduct } from '../../../contract/report.js';
import { GeometryError } from '../../../contract/errors.js';
import { spectrumOf } from '../../../contract/statistics/statistic.js';
import { statisticsOf } from '../../../contract/statistics/table.js';
import { coreOf, coreProduct, someRows } from '../../geometry/factoredProduct.js';
import type { AttentionConfig } from '../../geometry/fusedLayouts.js';
import { matrixKey } from '../../../contract/matrixKey.js';
import type { MatrixSpec } from '../../geometry/matrices.js';
import { summariseDraws } from '../../geometry/quantiles.js';
import { pauseFor } from '../../ground/work/pause.js';
import type { TaskStep } from '../../ground/work/tasks.js';
import { seedFromText } from '../../ground/seededRandom.js';
import { transpose, type Matrix } from '../../linalg/matrix.js';
import { shuffledEntries } from '../../linalg/shuffledEntries.js';
import { singularValuesBatch } from '../../linalg/singularValues.js';
import { attentionConfigOf } from '../../series/attentionConfig.js';
import type { AnalysisRun } from '../analysis.js';
import { subjectsOf } from '../spectra/spectra.js';
import { attentionLayers, misfit, stackedConfig, type AttentionLayer, type AttentionRole } from './layers.js';

/** Each draw decomposes every head again. */
const draws = 3;
/** The statistics of a head. */
const keys = ['spectralNorm', 'frobeniusNorm', 'stableRank', 'effectiveRank'] as const;
const products: { readonly [P in AttentionProduct]: readonly [AttentionRole, AttentionRole] } = {
  QK: ['Q', 'K'],
  OV: ['O', 'V'],
};

type HeadsRun = AnalysisRun<'attentionHeads'>;

/**
 * W_Qᵀ·W_K and W_O·W_V of every head at the last checkpoint, from their factors.
 * @throws GeometryError `invalid-argument` where the heads are not stated, or do not fit the weights.
 */
export async function* headsOf(run: HeadsRun): AsyncGenerator<TaskStep, void> {
  const { survey } = run;
  const index = survey.checkpoints.length - 1;
  const layers = attentionLayers(run.plan.matrices);
  if (layers.length === 0) {
    throw new GeometryError('invalid-argument', 'No name here tells the queries and keys of a layer.');
  }
  for (const [done, layer] of layers.entries()) {
    const config = stackedConfig(layer) ?? (await configOf(run));
    const wrong = misfit(layer, config);
    if (wrong !== undefined) {
      const message = `The heads do not fit the weights: ${wrong}.`;
      throw new GeometryError('invalid-argument', message);
    }
    for (const product of Object.keys(products) as AttentionProduct[]) {
      const entries = await layerHeads(run, index, layer, config, product);
      if (entries.length > 0) run.emit({ attentionHeads: entries });
      yield {
        fraction: (done + 1) / layers.length,
        text: `Attention: layer ${layer.layer}, ${done + 1} of ${layers.length} layers`,
      };
    }
  }
}

const configOf = async ({ survey, request, descriptor }: HeadsRun): Promise<AttentionConfig> => {
  if (descriptor !== undefined) {
    const { heads, d, kind } = descriptor.model;
    return { modelType: kind, heads, keyValueHeads: heads, headSize: d / heads };
  }
  const files = survey.checkpoints.at(-1)!.files.map(({ path }) => path);
  const config = await attentionConfigOf([request.path, ...files]);
  if (config !== undefined) return config;
  throw new GeometryError(
    'invalid-argument',
    'How many heads there are cannot be read off weights: a config.json beside them (num_attention_heads, num_key_value_heads) or a model descriptor says it.',
  );
};

/** The heads of one product of a layer; none where a matrix is missing or not finite. */
const layerHeads = async (
  run: HeadsRun,
  index: number,
  layer: AttentionLayer,
  { heads, keyValueHeads, headSize }: AttentionConfig,
  product: AttentionProduct,
): Promise<AttentionHead[]> => {
  const { survey, settings, signal } = run;
  const [outer, inner] = products[product];
  const specs = [layer.matrices[outer], layer.matrices[inner]] as const;
  if (specs[0] === undefined || specs[1] === undefined) return [];
  const byHead = [
    await headRows(run, index, layer, outer, specs[0], headSize),
    await headRows(run, index, layer, inner, specs[1], headSize),
  ] as const;
  if (byHead[0] === undefined || byHead[1] === undefined) return [];
  const pause = pauseFor(signal);
  const shared = heads / keyValueHeads;
  /** The core of the weights of head `at` of one side, of the entries in another order for a draw. */
  const cores = async (side: 0 | 1, count: number, draw?: number): Promise<Matrix[]> => {
    const found: Matrix[] = [];
    for (let at = 0; at < count; at++) {
      const rows = someRows(byHead[side]!, at * headSize, headSize);
      const seed = seedFromText(matrixKey(specs[side]!));
      const own = draw === undefined ? rows : shuffledEntries(rows, settings.seed, seed, at, draw);
      found.push(await coreOf(transpose(own), pause));
    }
    return found;
  };
  const spectraOf = async (draw?: number): Promise<readonly Float64Array[]> => {
    const first = await cores(0, heads, draw);
    const second = await cores(1, keyValueHeads, draw);
    const made: Matrix[] = [];
    for (let head = 0; head < heads; head++)
      made.push(await coreProduct(first[head]!, second[Math.floor(head / shared)]!));
    return (await singularValuesBatch(made, { signal })).map(({ values }) => values);
  };
  const own = await spectraOf();
  const byChance: (readonly Float64Array[])[] = [];
  for (let draw = 0; draw < draws; draw++) byChance.push(await spectraOf(draw));
  const size = byHead[0].columns;
  const statisticsFor = (values: Float64Array): number[] => {
    const found = statisticsOf(spectrumOf(values, { rows: size, columns: size }));
    return keys.map((key) => found[key] ?? 0);
  };
  return own.map((values, head) => {
    const numbers = statisticsFor(values);
    const others = byChance.map((spectra) => spectra[head]!);
    const summary = summariseDraws(others.map(statisticsFor));
    return {
      step: survey.checkpoints[index]!.step,
      ...{ stack: layer.stack, layer: layer.layer, head, product, headSize },
      ...(shared === 1 ? {} : { group: Math.floor(head / shared) }),
      singularValues: Array.from(values),
      ...(Object.fromEntries(keys.map((key, i) => [key, numbers[i]!])) as Record<
        (typeof keys)[number],
        number
      >),
      nulls: {
        draws,
        singularValues: [...summariseDraws(others).mean],
        ...(Object.fromEntries(
          keys.map((key, i) => [key, { mean: summary.mean[i]!, q05: summary.q05[i]!, q95: summary.q95[i]! }]),
        ) as Record<(typeof keys)[number], { mean: number; q05: number; q95: number }>),
      },
    };
  });
};

/** The weights with one row for each coordinate of a head, head by head: heads × size rows, as many columns as the model is wide. */
const headRows = async (
  run: HeadsRun,
  index: number,
  { isInputFirst, stacks }: AttentionLayer,
  role: AttentionRole,
  spec: MatrixSpec,
  headSize: number,
): Promise<Matrix | undefined> => {
  const stack = stacks[role];
  if (stack !== undefined) {
    const subjects = await subjectsOf(run, index, spec.tensor, stack);
    const heads = subjects.filter(({ of }) => of === 'weights').map(({ matrix }) => matrix);
    return heads.length === stack.length ? stackedRows(heads, headSize, role) : undefined;
  }
  const [subject] = await subjectsOf(run, index, spec.tensor, [spec]);
  if (subject === undefined) return undefined;
  return (role === 'O') === isInputFirst ? subject.matrix : transpose(subject.matrix);
};

/**
 * The matrices of heads under each other, headSize rows each. Which axis is the head's is told by its length, as both
 * orders are written; of square matrices it is the second of queries, keys and values and the first of outputs, as
 * TransformerLens has them.
 */
const stackedRows = (heads: readonly Matrix[], headSize: number, role: AttentionRole): Matrix => {
  const isRows = ({ rows, columns }: Matrix): boolean =>
    role === 'O' ? rows === headSize : columns !== headSize;
  const turned = heads.map((head) => (isRows(head) ? head : transpose(head)));
  const { rows, columns } = turned[0]!;
  const data = new Float64Array(heads.length * rows * columns);
  turned.forEach((head, i) => data.set(head.data, i * rows * columns));
  return { rows: heads.length * rows, columns, data };
};
