import { GeometryError } from '../../contract/errors.js';
import type { CheckpointEntry, Warning } from '../../contract/report.js';
import { hasSteps } from '../../contract/stepKnown.js';
import type { TensorInfo } from '../checkpoints/tensors/checkpoint.js';
import { tensorChoice } from '../checkpoints/tensors/tensorGlob.js';
import {
  checkSameModel,
  shapeChangeWarnings,
  tensorSetWarnings,
} from '../checkpoints/discovery/seriesChecks.js';
import { quote } from '../checkpoints/bytes/fileErrors.js';
import { matricesOf, type MatrixSpec } from '../geometry/matrices.js';
import { attentionConfigIn } from './attentionConfig.js';
import { configsBeside, expertCountOf } from './modelConfig.js';
import { CheckpointPool } from './checkpointPool.js';
import type { SeriesEntry } from '../checkpoints/discovery/series.js';
import { grouped } from '../ground/work/grouped.js';
import type { SourceSeries } from './source.js';
import { throwIfCancelled } from '../ground/work/tasks.js';
import { foldRepeated } from './repeatedWarnings.js';

/** The headers of a series: everything that the analyses need to plan their reading. */
export interface Survey {
  readonly checkpoints: readonly CheckpointEntry[];
  /** In the order of `checkpoints`. */
  readonly pool: CheckpointPool;
  /** Tensors of the last checkpoint. */
  readonly tensors: readonly TensorInfo[];
  readonly tensorNamed: ReadonlyMap<string, TensorInfo>;
  /** Floating, readable, and of the same shape in every checkpoint: the tensors of trajectories. */
  readonly comparable: readonly TensorInfo[];
  /** Matrices of the last checkpoint. */
  readonly matrices: readonly MatrixSpec[];
  /** Matrices of complex numbers: only spectra are computed for them. */
  readonly complexMatrices: readonly MatrixSpec[];
  /** Tensor → its matrices: none for a vector, several for a fused tensor. */
  readonly matricesOf: ReadonlyMap<string, readonly MatrixSpec[]>;
  /** For each checkpoint, the tensors with the shape of the last one. */
  readonly present: readonly ReadonlySet<string>[];
  /** Elements of floating, readable tensors of the last checkpoint. */
  readonly parameters: number;
  readonly warnings: readonly Warning[];
}

/**
 * Reads the header of every checkpoint. One that cannot be opened is left out with a warning. Tensors of `glob`
 * are measured even if their kind is measured on request only.
 * @throws GeometryError the first checkpoint's own error if none can be opened, `invalid-argument` if
 * neighbours are of different models.
 */
export const survey = async (source: SourceSeries, signal: AbortSignal, glob?: string): Promise<Survey> => {
  const openers: SeriesEntry['open'][] = [];
  const pool = new CheckpointPool(openers);
  try {
    return await surveyInto(pool, openers, source, signal, glob);
  } catch (thrown) {
    await pool.close();
    throw thrown;
  }
};

/** Checkpoints opened for their headers stay open for the analyses. */
const surveyInto = async (
  pool: CheckpointPool,
  openers: SeriesEntry['open'][],
  source: SourceSeries,
  signal: AbortSignal,
  glob: string | undefined,
): Promise<Survey> => {
  const warnings: Warning[] = [];
  const opened: { entry: CheckpointEntry; tensors: readonly TensorInfo[] }[] = [];
  let failure: GeometryError | undefined;
  for (const [at, candidate] of source.entries.entries()) {
    throwIfCancelled(signal);
    try {
      const checkpoint = await candidate.open();
      const step = candidate.step ?? checkpoint.step;
      opened.push({
        tensors: checkpoint.tensors,
        entry: {
          step: step ?? at,
          ...(step === undefined ? { stepIsPosition: true as const } : {}),
          label: candidate.label,
          format: checkpoint.format,
          files: checkpoint.files.map(({ path, bytes }) => ({ path, bytes })),
        },
      });
      for (const warning of checkpoint.warnings) warnings.push({ ...warning, step: step ?? at });
      openers.push(() => candidate.open());
      await pool.hold(openers.length - 1, checkpoint);
    } catch (thrown) {
      if (!(thrown instanceof GeometryError)) throw thrown;
      failure ??= thrown;
      const { code, message } = thrown;
      warnings.push({
        code: 'checkpoint-left-out',
        message: `${message} (${code}; left out)`,
        path: candidate.path,
      });
    }
  }
  const last = opened.at(-1);
  if (last === undefined) {
    throw failure ?? new GeometryError('no-checkpoints', `${source.root}: there is no checkpoint here.`);
  }
  const headers = opened.map(({ entry, tensors }) => ({ label: entry.label, step: entry.step, tensors }));
  checkSameModel(headers);
  const changes = [...tensorSetWarnings(headers), ...shapeChangeWarnings(headers)];
  const lastTensors = asMeasured(last.tensors, glob);
  const tensorNamed = new Map(lastTensors.map((tensor) => [tensor.name, tensor]));
  const present = presentIn(
    lastTensors,
    opened.map(({ tensors }) => tensors),
  );
  const floating = lastTensors.filter(isParameter);
  const comparable = floating.filter(({ name }) => present.every((names) => names.has(name)));

  const configs = await configsBeside([source.root, ...last.entry.files.map(({ path }) => path)]);
  const plan = matricesOf(floating, attentionConfigIn(configs), expertCountOf(configs));
  const complexMatrices = matricesOf(lastTensors.filter(isComplexMatrix)).matrices;
  return {
    checkpoints: opened.map(({ entry }) => entry),
    pool,
    tensors: lastTensors,
    tensorNamed,
    comparable,
    matrices: plan.matrices,
    complexMatrices,
    matricesOf: grouped([...plan.matrices, ...complexMatrices], ({ tensor }) => tensor),
    present,
    parameters: floating.reduce((sum, { elements }) => sum + elements, 0),
    warnings: [
      ...foldRepeated(warnings),
      ...changes,
      ...notRead(lastTensors),
      ...shortages(
        opened.map(({ entry }) => entry),
        [...plan.matrices, ...complexMatrices],
        lastTensors,
      ),
      ...plan.unknownFused.map(unknownFused),
      ...stacks(plan.matrices),
    ],
  };
};

/** Floating types are parameters; integer counters and masks would dominate a distance without meaning. */
export const isParameter = ({ dtype, readable, elements, computed, unmeasured }: TensorInfo): boolean =>
  readable && elements > 0 && unmeasured === undefined && (computed !== undefined || /^b?float/.test(dtype));

const isComplexMatrix = ({ complex, unmeasured, shape }: TensorInfo): boolean =>
  complex === true && unmeasured === undefined && shape.length > 1;

/** Tensors measured on request: if `glob` matches them, or the file has no other matrix. */
const asMeasured = (tensors: readonly TensorInfo[], glob: string | undefined): readonly TensorInfo[] => {
  if (!tensors.some(({ unmeasured }) => unmeasured?.onRequest)) return tensors;
  const hasOthers = tensors.some(
    (tensor) => isComplexMatrix(tensor) || (isParameter(tensor) && tensor.shape.length > 1),
  );
  const isAsked = glob === undefined ? () => !hasOthers : tensorChoice(glob);
  return tensors.map((tensor) => {
    const { unmeasured, ...measured } = tensor;
    return unmeasured?.onRequest === true && isAsked(tensor.name) ? measured : tensor;
  });
};

/** For each checkpoint, the last checkpoint's tensors that it has readable and in the same shape. */
const presentIn = (
  last: readonly TensorInfo[],
  all: readonly (readonly TensorInfo[])[],
): ReadonlySet<string>[] => {
  const names = new Set(last.map(({ name }) => name));
  return all.map((tensors) => {
    if (tensors.length === last.length && tensors.every((tensor, i) => isSame(tensor, last[i]!)))
      return names;
    const own = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    return new Set(last.filter((tensor) => isSame(own.get(tensor.name), tensor)).map(({ name }) => name));
  });
};

const isSame = (own: TensorInfo | undefined, { name, shape }: TensorInfo): boolean =>
  own?.readable === true &&
  own.name === name &&
  own.shape.length === shape.length &&
  own.shape.every((size, axis) => size === shape[axis]);

const mostNamed = 4;

/** Possible weights that are not measured, by type and reason. */
export const unreadTensors = (tensors: readonly TensorInfo[]): readonly TensorInfo[] =>
  tensors.filter(({ unmeasured }) => unmeasured?.isUsed === false);

const notRead = (tensors: readonly TensorInfo[]): Warning[] => {
  const missing = unreadTensors(tensors);
  if (missing.length === 0) return [];
  const kinds = grouped(missing, ({ dtype, unmeasured }) => `${dtype}: ${unmeasured!.reason}`);
  const listed = [...kinds].slice(0, mostNamed).map(([kind, of]) => {
    const more = of.length > 1 ? ` and ${of.length - 1} more` : '';
    return `${quote(of[0]!.name)}${more} (${kind})`;
  });
  const rest = kinds.size > mostNamed ? `; and ${kinds.size - mostNamed} more kinds` : '';
  return [
    {
      code: 'tensors-not-read',
      message: `${missing.length} of ${tensors.length} tensors not read: ${listed.join('; ')}${rest}.`,
    },
  ];
};

const shortages = (
  checkpoints: readonly CheckpointEntry[],
  matrices: readonly MatrixSpec[],
  tensors: readonly TensorInfo[],
): Warning[] => [
  ...(tensors.some(isParameter) || matrices.length > 0
    ? []
    : [
        {
          code: 'no-parameters',
          message: 'No tensor here has floating-point values that are read, so nothing can be analysed.',
        },
      ]),
  ...(tensors.some(isParameter) && matrices.length === 0 ? [withoutMatrices(tensors)] : []),
  // Of a run, which has more as a rule: a model that knows no step lacks nothing.
  ...(checkpoints.length === 1 && hasSteps({ checkpoints })
    ? [
        {
          code: 'one-checkpoint',
          message:
            'There is one checkpoint only: rank spectra are shown, while a trajectory and a reconstruction of the change need at least two.',
        },
      ]
    : []),
];

const withoutMatrices = (tensors: readonly TensorInfo[]): Warning => ({
  code: 'no-matrices',
  message: unreadTensors(tensors).some(({ shape }) => shape.length > 1)
    ? 'No matrix here is read, only vectors and scalars are: rank spectra and reconstruction need matrices.'
    : 'There are vectors and scalars only: rank spectra and reconstruction need matrices.',
});

const sources = { name: 'its name', config: 'the config.json of the model' } as const;

/** A tensor is read as a stack of matrices: one warning for all of one kind. */
const stacks = (matrices: readonly MatrixSpec[]): Warning[] => {
  const kinds = new Map<string, MatrixSpec[]>();
  for (const spec of matrices) {
    if (spec.stacked === undefined || spec.part !== '[0]') continue;
    kinds.set(spec.stacked.of, [...(kinds.get(spec.stacked.of) ?? []), spec]);
  }
  return [...kinds].map(([of, specs]) => {
    const { tensor, rows, columns, stacked } = specs[0]!;
    const more = specs.length > 1 ? ` So are ${specs.length - 1} more.` : '';
    const message = `${quote(tensor)} is read as ${stacked!.count} matrices of ${rows} × ${columns}, one for each of its ${of}, by ${sources[stacked!.by]}.${more}`;
    return { code: 'stack-of-matrices', message, tensor };
  });
};

const unknownFused = (tensor: string): Warning => ({
  code: 'fused-layout-unknown',
  message: `${tensor} holds queries, keys and values in one matrix in an order that its name does not tell (the model's config.json would): it is analysed whole.`,
  tensor,
});
