import type { TensorEntry } from '../../contract/report.js';
import type { MatrixSpec } from '../geometry/matrices.js';
import type { Survey } from './survey.js';

/** Entries of the last checkpoint's tensors, each followed by the parts of a fused one; sums come with the pass. */
export const tensorEntries = (survey: Survey): TensorEntry[] =>
  survey.tensors.flatMap((tensor) => {
    const matrices = survey.matricesOf.get(tensor.name) ?? [];
    const whole = matrices.find(({ part }) => part === undefined);
    const base = {
      name: tensor.name,
      dtype: tensor.dtype,
      ...(tensor.computed === undefined ? {} : { computed: tensor.computed }),
      ...(tensor.unmeasured === undefined ? {} : { unmeasured: tensor.unmeasured.reason }),
    };
    return [
      { ...base, shape: tensor.shape, ...(whole ? placeOf(whole) : {}) },
      ...matrices
        .filter(({ part }) => part !== undefined)
        .map((spec) => ({ ...base, part: spec.part!, shape: [spec.rows, spec.columns], ...placeOf(spec) })),
    ];
  });

const placeOf = ({ group, rows, columns, folded }: MatrixSpec): Pick<TensorEntry, 'group' | 'matrix'> => ({
  group,
  matrix: { rows, columns, ...(folded ? { folded: true as const } : {}) },
});
