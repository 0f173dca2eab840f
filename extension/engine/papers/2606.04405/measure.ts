import * as v from 'valibot';
import type { Metrics, RunFile } from '../../../contract/run.js';
import { readMetrics } from '../../training/run/metricsFile.js';
import type { MeasureOptions } from '../paper.js';

const finite = v.pipe(v.number(), v.finite());
const accuracySchema = v.optional(finite);

/** A step of a run: stable rank of Q and K, and the accuracies. */
const pointSchema = v.object({
  step: finite,
  stableRank: v.optional(finite),
  trainAccuracy: finite,
  testAccuracy: finite,
  mirrored: accuracySchema,
  unmirrored: accuracySchema,
});
export type DecayPoint = v.InferOutput<typeof pointSchema>;

/** What 2606.04405 measures of one run. Stable ranks are means over the matrices Q and K of all layers. */
export const decayAnalysisSchema = v.object({
  /** First evaluations with a test accuracy of 0.95 and a training accuracy of 0.99. */
  generalised: v.optional(finite),
  memorised: v.optional(finite),
  /** First step at which the stable rank is at most half of its first value. */
  collapsed: v.optional(finite),
  /** `generalised` − `collapsed`: positive where the rank falls first. */
  lead: v.optional(finite),
  firstRank: v.optional(finite),
  rankAt500: v.optional(finite),
  rankGeneralised: v.optional(finite),
  /** At twice the step of `generalised`, if the run went on that long. */
  rankAtTwice: v.optional(finite),
  lastRank: v.optional(finite),
  testAccuracy: finite,
  /** Mean |⟨∇L, W⟩|/(‖∇L‖‖W‖) over lines and matrices: zero for a scale-invariant matrix. */
  gradientCosine: v.optional(finite),
  points: v.array(pointSchema),
});
export type DecayAnalysis = v.InferOutput<typeof decayAnalysisSchema>;

export const GOAL = 0.95;
const MEMORISED = 0.99;
const COLLAPSED = 0.5;

const mean = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
const lowest = (accuracy: Readonly<Record<string, number>>): number => Math.min(...Object.values(accuracy));
const lowestOf = (accuracy: Readonly<Record<string, number>> | undefined) => accuracy && lowest(accuracy);

/** Leaves out what is undefined. */
const present = <T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

const pointOf = (line: Metrics): DecayPoint[] => {
  const { step, trainAccuracy, testAccuracy, matrices, testAccuracyMirrored, testAccuracyUnmirrored } = line;
  if (trainAccuracy === undefined || testAccuracy === undefined) return [];
  const ranks = Object.values(matrices ?? {}).flatMap(({ stableRank }) => stableRank ?? []);
  return [
    present({
      step,
      trainAccuracy: lowest(trainAccuracy),
      testAccuracy: lowest(testAccuracy),
      stableRank: mean(ranks),
      mirrored: lowestOf(testAccuracyMirrored),
      unmirrored: lowestOf(testAccuracyUnmirrored),
    }),
  ];
};

/** The dynamics of a run from its metrics. */
export const dynamicsOf = (lines: readonly Metrics[]): DecayAnalysis => {
  const points = lines.flatMap(pointOf);
  const firstStep = (holds: (point: DecayPoint) => boolean): number | undefined => points.find(holds)?.step;
  const rankAt = (step: number | undefined): number | undefined =>
    step === undefined ? undefined : points.find((point) => point.step >= step)?.stableRank;
  const firstRank = points[0]?.stableRank;
  const generalised = firstStep(({ testAccuracy }) => testAccuracy >= GOAL);
  const collapsed =
    firstRank === undefined
      ? undefined
      : firstStep(({ stableRank }) => stableRank !== undefined && stableRank <= COLLAPSED * firstRank);
  const cosines = lines.flatMap(({ matrices }) =>
    Object.values(matrices ?? {}).flatMap(({ gradientCosine }) =>
      gradientCosine === undefined ? [] : [Math.abs(gradientCosine)],
    ),
  );
  return present({
    generalised,
    memorised: firstStep(({ trainAccuracy }) => trainAccuracy >= MEMORISED),
    collapsed,
    lead: generalised === undefined || collapsed === undefined ? undefined : generalised - collapsed,
    firstRank,
    rankAt500: rankAt(500),
    rankGeneralised: rankAt(generalised),
    rankAtTwice: rankAt(generalised === undefined ? undefined : 2 * generalised),
    lastRank: points.at(-1)?.stableRank,
    testAccuracy: points.at(-1)?.testAccuracy ?? 0,
    gradientCosine: mean(cosines),
    points,
  });
};

/** @throws GeometryError `unreadable`. */
export const measure = async (
  folder: string,
  _run: RunFile,
  { onProgress }: MeasureOptions,
): Promise<DecayAnalysis> => {
  onProgress({ text: 'stable ranks and accuracies', fraction: 0 });
  return dynamicsOf(await readMetrics(folder));
};
