import type { DistributionEntry, TensorEntry, Warning } from '../../../contract/report.js';
import type { TensorInfo } from '../../checkpoints/tensors/checkpoint.js';
import { bytesPerElement, isNumericDtype } from '../../checkpoints/tensors/dtypes.js';
import { RunningDistribution } from '../../geometry/distribution.js';
import { throwIfCancelled, type TaskStep } from '../../ground/work/tasks.js';
import { isParameter } from '../../series/survey.js';
import { tensorEntry } from '../../series/tensorEntries.js';
import type { AnalysisRun } from '../analysis.js';

/** Numbers read at a time. */
const pieceNumbers = 1 << 17;
/** Interval after which other tasks and a cancel get a turn, and entries are emitted. */
const turnMs = 100;
/** Limit: more histograms would dominate the report. */
const mostHistograms = 20_000;

/**
 * The distribution of every readable tensor of the last checkpoint, in one pass over its bytes. For a single
 * checkpoint the tensors' sums come from this pass; for a series they come from the pass over all checkpoints.
 */
export async function* distributionsOf({
  survey,
  signal,
  emit,
}: Pick<AnalysisRun<'distributions' | 'tensors'>, 'survey' | 'signal' | 'emit'>): AsyncGenerator<
  TaskStep,
  void
> {
  const tensors = survey.tensors.filter(({ readable }) => readable);
  const withHistogram = tensors.length <= mostHistograms;
  if (!withHistogram) emit({ warnings: [withoutHistograms(tensors.length)] });
  const last = survey.checkpoints.at(-1)!;
  const isAlone = survey.checkpoints.length === 1;
  const checkpoint = await survey.pool.get(survey.checkpoints.length - 1);
  const total = tensors.reduce((sum, { elements }) => sum + elements, 0);
  const buffer = new Float64Array(pieceNumbers);
  let found: DistributionEntry[] = [];
  let summed: TensorEntry[] = [];
  let done = 0;
  let turnAt = performance.now();
  const isDue = (): boolean => performance.now() - turnAt > turnMs;
  const turn = (): TaskStep => {
    if (found.length > 0) emit({ distributions: found, ...(summed.length > 0 ? { tensors: summed } : {}) });
    [found, summed] = [[], []];
    turnAt = performance.now();
    return {
      fraction: total > 0 ? done / total : 1,
      text: `Tensors: ${inMillions(done)} of ${inMillions(total)} million numbers read`,
    };
  };
  for (const tensor of tensors) {
    const running = new RunningDistribution(withHistogram);
    for (let start = 0; start < tensor.elements; start += buffer.length) {
      // A tensor of which a part was read has no distribution.
      throwIfCancelled(signal);
      const length = Math.min(buffer.length, tensor.elements - start);
      running.add(await checkpoint.read(tensor.name, start, length, buffer), length);
      done += length;
      if (isDue()) yield turn();
    }
    found.push({ tensor: tensor.name, ...sizeOf(tensor), ...running.result() });
    if (isAlone && tensor.complex !== true) {
      const sums = running.finiteSums();
      if (sums !== undefined) summed.push({ ...tensorEntry(survey, tensor), ...sums });
      else if (isParameter(tensor)) emit({ warnings: [notFinite(tensor.name, last)] });
    }
    if (isDue()) yield turn();
  }
  yield turn();
}

/** Dequantised values: only the format knows the size of their codes. */
const sizeOf = ({ dtype, elements, computed, complex }: TensorInfo): { bytes?: number } => {
  if (computed !== undefined) return {};
  const part = complex === true ? `float${Number(dtype.replace('complex', '')) / 2}` : dtype;
  return isNumericDtype(part) ? { bytes: elements * bytesPerElement(part) } : {};
};

const inMillions = (count: number): string => (count / 1e6).toFixed(count < 1e7 ? 1 : 0);

const withoutHistograms = (tensors: number): Warning => ({
  code: 'histograms-left-out',
  message: `Histograms are left out, as there are ${tensors} tensors: mean, spread and extremes are there for all. Choose fewer tensors to see them.`,
});

const notFinite = (tensor: string, { label, step }: { label: string; step: number }): Warning => ({
  code: 'not-finite',
  message: `${tensor} holds NaN, infinity or values too large to square at ${label}: it has no spectrum there.`,
  ...{ tensor, step },
});
