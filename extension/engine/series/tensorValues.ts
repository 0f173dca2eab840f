import type { Survey } from './survey.js';

/** Maximum number of float64 values kept from the first checkpoint, the reference of every change. */
const keptElements = 2e6;

/** Reads whole tensors, one at a time; small ones of the first checkpoint are cached. */
export class TensorValues {
  private readonly first = new Map<string, Float64Array | undefined>();
  private kept = 0;

  constructor(private readonly survey: Survey) {}

  /**
   * All elements, row-major; undefined if the checkpoint lacks the tensor in this shape or a value is not
   * finite.
   */
  async of(index: number, tensor: string): Promise<Float64Array | undefined> {
    if (!this.survey.present[index]!.has(tensor)) return undefined;
    if (index === 0 && this.first.has(tensor)) return this.first.get(tensor);
    const { elements } = this.survey.tensorNamed.get(tensor)!;
    const checkpoint = await this.survey.pool.get(index);
    const read = await checkpoint.read(tensor, 0, elements);
    const values = isFinite(read) ? read : undefined;
    if (index === 0 && this.kept + elements <= keptElements) {
      this.kept += elements;
      this.first.set(tensor, values);
    }
    return values;
  }
}

/** Whether no value is NaN or infinite. */
export const isFinite = (values: Float64Array): boolean => {
  let sum = 0;
  // Zero unless a value is NaN or infinite, however large the others are.
  // By index: an iterator of a million numbers costs more than the sum.
  for (let i = 0; i < values.length; i++) sum += values[i]! - values[i]!;
  return sum === 0;
};
