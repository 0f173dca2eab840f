import type { Report } from '../contract/report.js';
import { stackSummaries } from '../contract/stackSummaries.js';

/**
 * The report as JSON with one entry of a section on each line: short, and fit for line-wise comparison. `stacks` holds the
 * medians over the matrices of each stack.
 */
export const reportJson = (report: Report): string => {
  const sections = Object.entries({ ...report, stacks: stackSummaries(report) }).map(([name, value]) => {
    const text = Array.isArray(value)
      ? `[${value.map((entry) => `\n${JSON.stringify(entry)}`).join(',')}]`
      : JSON.stringify(value);
    return `${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${sections.join(',\n')}\n}\n`;
};
