import { availableParallelism, cpus } from 'node:os';

/**
 * The cores that an affinity mask (`taskset`, a scheduler's set of cores) leaves this process, if these are fewer than
 * the machine's. Undefined without a mask. onnxruntime's own default counts the machine's cores and binds a thread to
 * each, also to those outside the mask.
 */
export const boundCores = (): number | undefined => {
  const allowed = availableParallelism();
  return allowed < cpus().length ? allowed : undefined;
};
