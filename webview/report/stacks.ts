import type { Report } from '../../extension/contract/report.js';
import { stackSummaries, type StackSummary } from '../../extension/contract/stackSummaries.js';
import type { Of } from './matrices.js';

/** Summaries of one side by the stack's tensor, in the order of their steps. */
export function indexStacks(
  report: Pick<Report, 'spectra' | 'tensors'>,
  side: Of,
): Map<string, StackSummary[]> {
  const found = new Map<string, StackSummary[]>();
  for (const stack of stackSummaries(report)) {
    if (stack.of === side) found.set(stack.tensor, [...(found.get(stack.tensor) ?? []), stack]);
  }
  for (const list of found.values()) list.sort((a, b) => a.step - b.step);
  return found;
}
