import { GeometryError, toErrorValue } from '../../contract/errors.js';
import type { CurveEntry, Warning } from '../../contract/report.js';
import { metricsAt, metricsBeside } from './findMetrics.js';
import { thinned } from './thinned.js';

/**
 * The curves of a user's own run, from files beside its checkpoints or at a given path. Unreadable parts are
 * warnings; the readable curves are returned.
 * @throws GeometryError `not-found` if a path was given and holds no metrics.
 */
export const curvesOf = async (
  root: string,
  named: string | undefined,
): Promise<{ readonly curves: CurveEntry[]; readonly warnings: Warning[] }> => {
  const sources = await (named === undefined ? metricsBeside(root) : metricsAt(named));
  if (named !== undefined && sources.length === 0) {
    throw new GeometryError('not-found', `${named} holds no metrics that are read.`);
  }
  const curves: CurveEntry[] = [];
  const warnings: Warning[] = [];
  for (const { path, format } of sources) {
    const warn = (why: string): void =>
      void warnings.push({ code: 'metrics-unreadable', path, message: `${path}: ${why}.` });
    try {
      const read = await format.read(path);
      if (read.isOther && named === path) warn(`it is no file of ${format.title}`);
      for (const fault of read.faults) warn(fault);
      for (const { name, steps, values } of read.curves) {
        curves.push({ name, path, format: format.id, points: steps.length, ...thinned(steps, values) });
      }
    } catch (thrown) {
      warn(thrown instanceof SyntaxError ? 'it is no JSON' : toErrorValue(thrown).message.replace(/\.$/, ''));
    }
  }
  return { curves, warnings };
};
