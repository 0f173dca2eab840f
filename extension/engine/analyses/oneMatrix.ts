import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import { matrixKey } from '../../contract/matrixKey.js';
import type { MatrixSpec } from '../geometry/matrices.js';
import type { AnalysisRun } from './analysis.js';

/** Settings of an analysis of one matrix at one checkpoint. */
export const oneMatrixSettings = {
  /** `tensor`, or `tensor#Q` of a fused one. */
  matrix: v.string(),
  /** Default: the last checkpoint. */
  step: v.optional(v.number()),
};

/** Their flags on the command line. */
export const oneMatrixFlags = {
  matrix: {
    kind: 'text',
    value: 'NAME',
    help: 'the tensor, NAME#Q for a part of a fused one',
    isRequired: true,
  },
  step: { kind: 'number', value: 'STEP', help: 'the checkpoint that is looked at (else the last)' },
} as const;

export interface OneMatrix {
  readonly matrix: string;
  readonly step?: number | undefined;
}

type Surveyed = Pick<AnalysisRun, 'survey'>;

/** The matrix of that name, if the checkpoints have one. */
export const findMatrix = ({ survey }: Surveyed, name: string): MatrixSpec | undefined =>
  survey.matrices.find((one) => matrixKey(one) === name);

/**
 * The matrix and the index of its checkpoint.
 * @throws GeometryError `invalid-argument` if there is no such matrix or no such step.
 */
export function oneMatrix(
  run: Surveyed,
  { matrix, step }: OneMatrix,
): { readonly spec: MatrixSpec; readonly index: number } {
  const { checkpoints } = run.survey;
  const spec = findMatrix(run, matrix);
  const index =
    step === undefined
      ? checkpoints.length - 1
      : checkpoints.findIndex((checkpoint) => checkpoint.step === step);
  if (spec !== undefined && index >= 0) return { spec, index };
  const what = spec === undefined ? `${matrix} is no matrix of this checkpoint` : `There is no step ${step}`;
  throw new GeometryError('invalid-argument', `${what}.`);
}
