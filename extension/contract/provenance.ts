import type { Report } from './report.js';

/**
 * The provenance of the numbers, line by line: product, source, settings, versions, files with size
 * and hash.
 */
export function provenanceOf(report: Report): string[] {
  const { source, settings, versions, created, checkpoints } = report;
  return [
    `Weight Geometry ${versions['product'] ?? ''}`.trim(),
    `source: ${source.path}`,
    `created: ${created}`,
    `settings: ${JSON.stringify(settings)}`,
    `versions: ${JSON.stringify(versions)}`,
    ...checkpoints.flatMap(({ step, files }) =>
      files.map(
        ({ path, bytes, sha256 }) =>
          `file: step ${String(step)}, ${path}, ${String(bytes)} bytes${sha256 ? `, sha256 ${sha256}` : ''}`,
      ),
    ),
  ];
}
