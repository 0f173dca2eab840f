import type { RunFile } from './run.js';

/** Why a run ended: a closed set that each surface puts into words. */
export type RunEnd =
  | { readonly kind: 'rule'; readonly testAccuracy: number; readonly consecutive: number }
  | { readonly kind: 'last-step'; readonly steps: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed' };

/**
 * Undefined for a run in progress. A run that ends before its last step without being stopped met its stop
 * rule.
 */
export function runEnd({ status, lastStep, config }: RunFile): RunEnd | undefined {
  if (status === 'stopped' || status === 'failed') return { kind: status };
  if (status !== 'finished') return undefined;
  const { stop, maxSteps } = config;
  return lastStep < maxSteps && stop
    ? { kind: 'rule', testAccuracy: stop.testAccuracy, consecutive: stop.consecutive }
    : { kind: 'last-step', steps: maxSteps };
}
