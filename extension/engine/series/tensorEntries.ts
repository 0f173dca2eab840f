import type { TensorEntry } from '../../contract/report.js';
import type { TensorInfo } from '../checkpoints/tensors/checkpoint.js';
import type { MatrixSpec } from '../geometry/matrices.js';
import { kindOf, namedMatrix } from '../geometry/matrixRoles.js';
import type { Survey } from './survey.js';

/** Entries of the last checkpoint's tensors, each followed by the parts of a fused one; sums come with the pass. */
export const tensorEntries = (survey: Survey): TensorEntry[] =>
  survey.tensors.flatMap((tensor) => {
    const parts = (survey.matricesOf.get(tensor.name) ?? []).filter(({ part }) => part !== undefined);
    return [
      tensorEntry(survey, tensor),
      ...parts.map((spec) => ({
        ...baseOf(tensor),
        part: spec.part!,
        shape: [spec.rows, spec.columns],
        ...placeOf(spec),
      })),
    ];
  });

/** The entry of a whole tensor. */
export const tensorEntry = (survey: Survey, tensor: TensorInfo): TensorEntry => {
  const whole = survey.matricesOf.get(tensor.name)?.find(({ part }) => part === undefined);
  return { ...baseOf(tensor), shape: tensor.shape, ...(whole ? placeOf(whole) : {}) };
};

const baseOf = ({ name, dtype, computed, unmeasured }: TensorInfo) => ({
  ...{ name, dtype },
  ...(computed === undefined ? {} : { computed }),
  ...(unmeasured === undefined ? {} : { unmeasured: unmeasured.reason }),
});

const placeOf = ({
  tensor,
  part,
  group,
  rows,
  columns,
  folded,
}: MatrixSpec): Pick<TensorEntry, 'group' | 'matrix' | 'place'> => {
  const named = namedMatrix(tensor);
  return {
    group,
    ...(named === undefined
      ? {}
      : {
          place: {
            ...{ stack: named.stack, layer: named.layer, kind: kindOf(named, part) },
            ...(named.own === undefined || part !== undefined ? {} : { own: named.own }),
          },
        }),
    matrix: { rows, columns, ...(folded ? { folded: true as const } : {}) },
  };
};
