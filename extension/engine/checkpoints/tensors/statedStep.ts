/** Keys under which trainers write where a checkpoint stands, the surest first. */
const stepKeys = ['global_step', 'step', 'iteration', 'epoch'] as const;

/** The training step (or else the epoch) that a file's own metadata states, if it is a whole number. */
export const statedStep = (lookUp: (key: string) => unknown): number | undefined => {
  for (const key of stepKeys) {
    const value = lookUp(key);
    const isNumeral = typeof value === 'string' && /^\d{1,15}$/.test(value);
    const step = isNumeral ? Number(value) : value;
    if (typeof step === 'number' && Number.isSafeInteger(step) && step >= 0) return step;
  }
  return undefined;
};
