import { GeometryError } from '../../../contract/errors.js';
import type { TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import { lowRankFactors } from '../../geometry/comparison/lowRank.js';
import { matchNames } from '../../geometry/comparison/matchNames.js';
import { namedMatrix } from '../../geometry/matrixRoles.js';
import { throwIfCancelled } from '../../ground/work/tasks.js';
import { transpose, type Matrix } from '../../linalg/matrix.js';
import { isParameter } from '../../series/survey.js';
import { isFinite } from '../../series/tensorValues.js';
import type { WrittenTensor } from '../../training/run/safetensorsWriter.js';
import { lastCheckpointAt } from './compare.js';

/** One adapted module. */
export interface ExportedModule {
  readonly module: string;
  readonly rank: number;
  /** Share of the difference's Σσ² that the factors keep. */
  readonly energy: number;
}

export interface ExportedLora {
  readonly tensors: readonly WrittenTensor[];
  /** PEFT's `adapter_config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly modules: readonly ExportedModule[];
  /** Changed tensors that LoRA cannot represent: vectors, embeddings, those outside layers. */
  readonly leftOut: readonly string[];
}

/** Modules whose weights are inputs × outputs (GPT-2's Conv1D): PEFT transposes the product for them. */
const isConv1d = (name: string): boolean =>
  /\.(c_attn|c_proj|c_fc)\.weight$/.test(name) && /(^|\.)h\.\d+\./.test(name);

/**
 * The difference of two models as a LoRA adapter for PEFT: for each matrix of a layer the factors that keep a
 * share of the energy, (α/r)·B·A with α = r, so that the product is the truncated difference. Names are the
 * base's.
 * @throws GeometryError `invalid-argument` if nothing that LoRA can represent has changed; errors of reading.
 */
export const exportedLora = async (
  path: string,
  basePath: string,
  energy: number,
  signal: AbortSignal,
  onProgress: (text: string, fraction: number) => void,
): Promise<ExportedLora> => {
  const own = await lastCheckpointAt(path, signal);
  const base = await lastCheckpointAt(basePath, signal).catch(async (thrown: unknown) => {
    await own.survey.pool.close();
    throw thrown;
  });
  try {
    const [mine, other] = [await own.survey.pool.get(0), await base.survey.pool.get(0)];
    const { pairs } = matchNames(
      own.survey.tensors.filter(isParameter),
      base.survey.tensors.filter(isParameter),
    );
    const tensors: WrittenTensor[] = [];
    const modules: ExportedModule[] = [];
    const leftOut: string[] = [];
    let isFanIn = false;
    for (const [done, pair] of pairs.entries()) {
      throwIfCancelled(signal);
      onProgress(`LoRA: ${done} of ${pairs.length} tensors, ${modules.length} adapted`, done / pairs.length);
      if (pair.own.shape.join() !== pair.base.shape.join()) {
        leftOut.push(pair.base.name);
        continue;
      }
      const [a, b] = [
        await mine.read(pair.own.name, 0, pair.own.elements),
        await other.read(pair.base.name, 0, pair.base.elements),
      ];
      const difference = pair.own.isUpdate === true ? a : a.map((value, i) => value - b[i]!);
      // NaN and infinity in both are no change, though their difference is not finite.
      const isSame = pair.own.isUpdate === true ? a.every((value) => value === 0) : isEqual(a, b);
      if (isSame) continue;
      if (!isFinite(difference)) {
        leftOut.push(pair.base.name);
        continue;
      }
      const matrix = linearOf(pair.base, difference);
      const factors = matrix && (await lowRankFactors(matrix, energy, signal));
      if (factors === undefined) {
        leftOut.push(pair.base.name);
        continue;
      }
      isFanIn ||= isConv1d(pair.base.name);
      const module = pair.base.name.replace(/\.weight$/, '');
      modules.push({ module, rank: factors.rank, energy: factors.energy });
      for (const [name, factor] of [
        ['lora_A', factors.down],
        ['lora_B', factors.up],
      ] as const)
        tensors.push({
          name: `base_model.model.${module}.${name}.weight`,
          shape: [factor.rows, factor.columns],
          data: Float32Array.from(factor.data),
        });
    }
    if (modules.length === 0) {
      throw new GeometryError(
        'invalid-argument',
        `No matrix of a layer differs from ${base.name}: there is nothing that an adapter could hold.`,
      );
    }
    return { tensors, config: configOf(modules, base.name, isFanIn), modules, leftOut };
  } finally {
    await own.survey.pool.close();
    await base.survey.pool.close();
  }
};

const isEqual = (a: Float64Array, b: Float64Array): boolean =>
  a.every((value, i) => value === b[i] || (Number.isNaN(value) && Number.isNaN(b[i])));

/**
 * The difference of a linear layer, outputs × inputs; undefined for modules that PEFT adapts differently or not
 * at all.
 */
const linearOf = ({ name, shape }: TensorInfo, data: Float64Array): Matrix | undefined => {
  const [rows = 0, columns = 0] = shape;
  const isLinear = shape.length === 2 && name.endsWith('.weight') && namedMatrix(name) !== undefined;
  if (!isLinear || rows < 2 || columns < 2) return undefined;
  const matrix = { rows, columns, data };
  return isConv1d(name) ? transpose(matrix) : matrix;
};

/** PEFT's rank and alpha by module: α/r is 1 everywhere. */
export const rankPattern = (
  modules: readonly Pick<ExportedModule, 'module' | 'rank'>[],
): Readonly<Record<string, number>> => Object.fromEntries(modules.map(({ module, rank }) => [module, rank]));

const configOf = (
  modules: readonly ExportedModule[],
  baseName: string,
  isFanIn: boolean,
): Record<string, unknown> => {
  const largest = Math.max(...modules.map(({ rank }) => rank));
  const pattern = rankPattern(modules);
  return {
    peft_type: 'LORA',
    base_model_name_or_path: baseName,
    inference_mode: true,
    r: largest,
    lora_alpha: largest,
    lora_dropout: 0,
    bias: 'none',
    fan_in_fan_out: isFanIn,
    target_modules: modules.map(({ module }) => module),
    rank_pattern: pattern,
    alpha_pattern: pattern,
    task_type: null,
  };
};
