import type { Report } from '../contract/report.js';

/** The report as JSON with one entry of a section on each line: short, and fit for line-wise comparison. */
export const reportJson = (report: Report): string => {
  const sections = Object.entries(report).map(([name, value]) => {
    const text = Array.isArray(value)
      ? `[${value.map((entry) => `\n${JSON.stringify(entry)}`).join(',')}]`
      : JSON.stringify(value);
    return `${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${sections.join(',\n')}\n}\n`;
};
