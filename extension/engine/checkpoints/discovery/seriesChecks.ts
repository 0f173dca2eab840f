import { GeometryError } from '../../../contract/errors.js';
import type { Warning } from '../../../contract/report.js';
import type { TensorInfo } from '../tensors/checkpoint.js';
import { quote } from '../bytes/fileErrors.js';

/** One checkpoint of a series, as far as its header goes. */
export interface CheckpointHeader {
  readonly label: string;
  readonly step: number;
  readonly tensors: readonly TensorInfo[];
}

const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const isSameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i]);

/** Tensors whose shape is not that of the checkpoint before: one warning for each change. */
export const shapeChangeWarnings = (checkpoints: readonly CheckpointHeader[]): readonly Warning[] => {
  const last = new Map<string, { shape: readonly number[]; step: number }>();
  return checkpoints.flatMap(({ step, tensors }) =>
    tensors.flatMap(({ name, shape }) => {
      const before = last.get(name);
      last.set(name, { shape, step });
      if (before === undefined || isSameShape(before.shape, shape)) return [];
      const message =
        `Tensor ${quote(name)} changes its shape from ${shapeText(before.shape)} at step ${before.step} ` +
        `to ${shapeText(shape)} at step ${step}.`;
      return [{ code: 'shape-changed', tensor: name, step, message }];
    }),
  );
};

/** Tensors that come or go within a series: one warning for each checkpoint where they do. */
export const tensorSetWarnings = (checkpoints: readonly CheckpointHeader[]): readonly Warning[] =>
  checkpoints.slice(1).flatMap(({ label, step, tensors }, i) => {
    const before = new Set(checkpoints[i]!.tensors.map(({ name }) => name));
    const now = new Set(tensors.map(({ name }) => name));
    const gone = [...before].filter((name) => !now.has(name));
    const added = [...now].filter((name) => !before.has(name));
    if (gone.length + added.length === 0) return [];
    const some = (names: readonly string[]): string =>
      names.slice(0, 3).map(quote).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : '');
    const parts = [
      ...(gone.length > 0 ? [`lacks ${some(gone)}`] : []),
      ...(added.length > 0 ? [`adds ${some(added)}`] : []),
    ];
    const message = `Checkpoint ${quote(label)} ${parts.join(' and ')}, compared with ${quote(checkpoints[i]!.label)}.`;
    return [{ code: 'tensors-changed', step, message }];
  });

/**
 * Refuses a series whose checkpoints are of different models: two neighbours without a tensor in common.
 * @throws GeometryError `invalid-argument` naming both.
 */
export const checkSameModel = (checkpoints: readonly CheckpointHeader[]): void => {
  checkpoints.slice(1).forEach((checkpoint, i) => {
    const before = checkpoints[i]!;
    const names = new Map(before.tensors.map(({ name, shape }) => [name, shape]));
    const isShared = checkpoint.tensors.some(({ name, shape }) =>
      isSameShape(names.get(name) ?? [-1], shape),
    );
    if (isShared || before.tensors.length === 0 || checkpoint.tensors.length === 0) return;
    throw new GeometryError(
      'invalid-argument',
      `Checkpoints ${quote(before.label)} and ${quote(checkpoint.label)} are of different models: ` +
        'they have no tensor of the same name and shape. Inspect them one by one.',
    );
  });
};
