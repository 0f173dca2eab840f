import type { ErrorValue } from '../../extension/contract/errors.js';
import type { Report, SpectrumEntry } from '../../extension/contract/report.js';
import type { MatrixInfo, Of, SpectraIndex } from './matrices.js';
import { say } from '../words/say.js';

/** The state of the inspection that a number is missing from. */
export interface Circumstances {
  readonly report: Pick<Report, 'checkpoints' | 'warnings' | 'settings' | 'analyses'>;
  readonly matrices: readonly MatrixInfo[];
  readonly spectra: SpectraIndex;
  /** More numbers may come. */
  readonly running: boolean;
  /** How the inspection ended, if it failed. */
  readonly error?: ErrorValue | undefined;
}

export const notComputed = (reason: string): string => say('absent.notComputed', { reason });

/**
 * Why something is missing, in words. `never` is a permanent reason; `otherwise` is the reason if a complete
 * inspection has not produced it.
 */
function absent(
  { running, error }: Circumstances,
  never: string | undefined,
  otherwise: string | undefined,
): string {
  if (never !== undefined) return notComputed(never);
  if (running) return say('computing');
  if (error) return notComputed(say(error.code === 'cancelled' ? 'absent.cancelled' : 'absent.failed'));
  return notComputed(otherwise ?? say('absent.unknown'));
}

const oneCheckpoint = ({ report }: Circumstances): string | undefined =>
  report.checkpoints.length === 1 ? say('absent.oneCheckpoint') : undefined;

/** That a tensor (any, by default) is not finite at one of the given steps (any, by default). */
function notFinite(
  { report }: Circumstances,
  wanted: string | undefined,
  steps?: readonly (number | undefined)[],
): string | undefined {
  const found = report.warnings.find(
    ({ code, tensor, step }) =>
      code === 'not-finite' &&
      tensor !== undefined &&
      (wanted === undefined || tensor === wanted) &&
      (steps === undefined || steps.includes(step)),
  );
  return found && say('absent.notFinite', { tensor: found.tensor!, step: found.step ?? '' });
}

const leftOutByFilter = ({ report }: Circumstances): string | undefined =>
  report.settings.tensors === undefined ? undefined : say('absent.filter', { glob: report.settings.tensors });

/** The engine's own warnings about omitted work. */
const warned = ({ report }: Circumstances, code: string): string | undefined =>
  report.warnings.find((warning) => warning.code === code)?.message;

const equalWeights = ({ report }: Circumstances): string | undefined =>
  report.checkpoints.every(({ distanceFromFirst }) => distanceFromFirst === 0)
    ? say('absent.equal')
    : undefined;

/** For a spectrum at a step; default: the last one. */
export function spectrumAbsent(
  circumstances: Circumstances,
  matrix: MatrixInfo,
  side: Of,
  step = circumstances.report.checkpoints.at(-1)?.step,
): string {
  const { checkpoints } = circumstances.report;
  const isChange = side === 'change';
  const { name } = matrix.tensor;
  const hasOthers = circumstances.spectra.of(matrix, side).length > 0;
  return absent(
    circumstances,
    isChange && checkpoints.length === 1
      ? say('absent.oneChange')
      : notFinite(circumstances, name, isChange ? [checkpoints[0]?.step, step] : [step]),
    hasOthers ? undefined : leftOutByFilter(circumstances),
  );
}

/** For all spectra of one side. */
export function spectraAbsent(circumstances: Circumstances, side: Of): string {
  const [first] = circumstances.matrices;
  if (!first) return absent(circumstances, undefined, say('absent.matrices'));
  const isThere = circumstances.matrices.some((matrix) => circumstances.spectra.of(matrix, side).length > 0);
  return isThere ? notComputed(say('absent.zeroMatrices')) : spectrumAbsent(circumstances, first, side);
}

export const trajectoryAbsent = (circumstances: Circumstances, group: string): string =>
  absent(
    circumstances,
    oneCheckpoint(circumstances),
    notFinite(circumstances, tensorOf(circumstances, group)) ??
      (group === 'all' ? undefined : leftOutByFilter(circumstances)),
  );

const tensorOf = ({ matrices }: Circumstances, group: string): string | undefined =>
  matrices.find(({ label }) => label === group)?.tensor.name;

/** For the third component, if the trajectory exists. */
export const thirdComponentAbsent = (): string => notComputed(say('absent.components'));

export const distanceAbsent = (circumstances: Circumstances): string =>
  absent(
    circumstances,
    oneCheckpoint(circumstances),
    notFinite(circumstances, undefined) ?? equalWeights(circumstances),
  );

export const reconstructionAbsent = (circumstances: Circumstances): string =>
  absent(
    circumstances,
    oneCheckpoint(circumstances),
    warned(circumstances, 'reconstruction-left-out') ?? equalWeights(circumstances),
  );

/** For the angles between neighbouring checkpoints' leading subspaces. */
export const anglesAbsent = (circumstances: Circumstances, matrix: MatrixInfo): string =>
  absent(
    circumstances,
    oneCheckpoint(circumstances),
    circumstances.spectra.of(matrix, 'weights').some(({ exact }) => !exact)
      ? say('absent.estimated')
      : (notFinite(circumstances, matrix.tensor.name) ??
          warned(circumstances, 'angles-left-out') ??
          leftOutByFilter(circumstances)),
  );

/** For ranks over the steps: the change is zero at the first step. */
export const ranksAbsent = (circumstances: Circumstances): string =>
  absent(circumstances, undefined, say('absent.ranks'));

/** For the accuracy of rebuilt models, if some are evaluated. */
export const accuracyAbsent = ({ running }: Circumstances): string =>
  say(running ? 'computing' : 'absent.notRun');

/** For a distance from the first checkpoint. */
export const distanceOfAbsent = (circumstances: Circumstances, step: number): string =>
  absent(
    circumstances,
    notFinite(circumstances, undefined, [circumstances.report.checkpoints[0]?.step, step]),
    undefined,
  );

/** For the shuffled null of an existing spectrum. */
export function shuffledAbsent(
  circumstances: Circumstances,
  { exact }: Pick<SpectrumEntry, 'exact'>,
): string {
  const { settings } = circumstances.report;
  if (!exact) return notComputed(say('absent.shufflesEstimated'));
  if (settings.shuffleDraws === 0) return notComputed(say('absent.shufflesOff'));
  return absent(circumstances, undefined, say('absent.shufflesHere'));
}

/** For an optional analysis. */
export const analysisAbsent = (circumstances: Circumstances, id: string): string => {
  const isThere = circumstances.report.analyses.some((analysis) => analysis.id === id);
  return absent(circumstances, undefined, say(isThere ? 'absent.unknown' : 'absent.notAsked'));
};
