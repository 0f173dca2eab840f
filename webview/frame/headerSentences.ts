import type { Report } from '../../extension/contract/report.js';
import { hasSteps } from '../../extension/contract/stepKnown.js';
import { say } from '../words/say.js';
import { counted } from '../words/counts.js';
import { list } from '../words/numbers.js';

/** The source in one line: checkpoints, steps, parameters, number types. */
export function sourceLine(report: Report): string {
  const { source, checkpoints, tensors, settings } = report;
  const first = checkpoints[0]?.step;
  const last = checkpoints.at(-1)?.step;
  const dtypes = [...new Set(tensors.map(({ dtype }) => dtype))];
  const files = checkpoints.length === 0 ? '' : counted(checkpoints.length, 'checkpoints');
  const steps =
    first === undefined || last === undefined || !hasSteps(report)
      ? ''
      : first === last
        ? say('header.step', { first })
        : say('header.steps', { first, last });
  return [
    [files, steps].filter(Boolean).join(', '),
    source.parameters === undefined ? '' : counted(source.parameters, 'parameters'),
    list(dtypes),
    notRead(source),
    settings.tensors === undefined ? '' : say('header.tensors', { glob: settings.tensors }),
  ]
    .filter(Boolean)
    .join(' · ');
}

const notRead = ({ notRead: missing }: Report['source']): string =>
  missing === undefined
    ? ''
    : say('header.notRead', { count: missing.count, of: missing.of, types: list(missing.types) });

/** The model descriptor in words, or what the parameter names suggest. */
export function modelLine({ source }: Report): string {
  const { evaluation } = source;
  if (evaluation) {
    return say('header.evaluation', { model: fileName(evaluation.model), data: fileName(evaluation.data) });
  }
  const value = source.descriptor?.value;
  if (!value) {
    return source.proposal ? say('header.proposal', { proposal: source.proposal }) : say('header.noModel');
  }
  const { model, data } = value;
  const { kind, d, layers, heads, readout, prime } = model;
  return [
    say(readout === 'mean' ? 'header.readoutMean' : 'header.model', {
      ...{ kind, d, readout },
      layers: counted(layers, 'layers'),
      heads: counted(heads, 'heads'),
    }),
    say('header.task', { tasks: list(data.tasks), prime }),
  ].join(' · ');
}

const fileName = (path: string): string => path.split(/[/\\]/).at(-1)!;
