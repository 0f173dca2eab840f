import type { DefectEntry } from '../../../contract/report.js';
import { median } from '../../../contract/median.js';
import { leadingSample, type BatchPair, type CommutatorSample } from '../../evaluation/commutatorSample.js';
import type { ModelSession } from '../../evaluation/modelSession.js';
import { lengthOf } from '../../geometry/curvature/commutatorDefect.js';
import { capturedNorm, expectedCapture, type Span } from '../../geometry/curvature/spans.js';

/** The bases that δ is projected on: the execution basis and random ones of the same dimension. */
export interface Bases {
  readonly execution: Span | undefined;
  readonly random: readonly Span[];
}

export type Precision = DefectEntry['precision'];

export interface MeasureRequest {
  readonly step: number;
  readonly precision: Precision;
  readonly eta: number;
  readonly bases: Bases;
}

/** The entry of a step from all its samples. */
export const defectEntry = (
  samples: readonly CommutatorSample[],
  { step, precision, eta, bases }: MeasureRequest,
): DefectEntry => {
  const { execution, random } = bases;
  const [first] = samples;
  return {
    ...{ step, precision, eta },
    median: median(samples.map(({ defect }) => defect)),
    samples: samples.map((sample) => withCaptured(sample, bases)),
    ...(execution === undefined
      ? {}
      : {
          basisDimension: execution.dimension,
          expectedCapture: expectedCapture(random[0]!.dimension, first!.commutator.length),
        }),
  };
};

const withCaptured = (
  { commutator, ...sample }: CommutatorSample,
  { execution, random }: Bases,
): DefectEntry['samples'][number] => {
  const captured = execution === undefined ? undefined : capturedNorm(commutator, execution);
  const capturedRandom = random.map((span) => capturedNorm(commutator, span));
  return {
    ...sample,
    capturedRandom: capturedRandom.filter((share) => share !== undefined),
    ...(captured === undefined ? {} : { captured, rho: Math.sqrt(Math.max(0, 1 - captured * captured)) }),
  };
};

/** The leading order of the first sample's δ, and the deviation of the finite steps from it. */
export const hessianForm = async (
  session: ModelSession,
  row: Float64Array,
  pair: BatchPair,
  sample: CommutatorSample,
  eta: number,
): Promise<NonNullable<DefectEntry['hessianForm']>> => {
  const leading = await leadingSample(session, row, pair, eta);
  const apart = sample.commutator.map((value, i) => value - leading.commutator[i]!);
  return {
    delta: leading.delta,
    defect: leading.defect,
    difference: leading.delta > 0 ? lengthOf(apart) / leading.delta : 0,
  };
};
