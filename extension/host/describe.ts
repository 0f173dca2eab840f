import * as vscode from 'vscode';
import type { CachedStatistics, FileSummary, SeriesListing } from '../contract/calls.js';
import { bytesText, integerText, numberText } from '../contract/numberText.js';
import type { Statistic } from '../contract/statistics/statistic.js';
import { statisticsIn, type StatisticKey } from '../contract/statistics/table.js';

const locale = (): string => vscode.env.language;

/** Rounded counts: 1,234 stays, 289,000,000 becomes 289 M. */
export const count = (value: number): string =>
  new Intl.NumberFormat(
    locale(),
    value < 1e5 ? {} : { notation: 'compact', maximumFractionDigits: 1 },
  ).format(value);

/** An exact number, such as a step: 123,456. */
export const integer = (value: number): string => integerText(value, locale());

/** Counts with their nouns, singular for one. */
export const counted = {
  parameters: (n: number): string =>
    n === 1 ? vscode.l10n.t('1 parameter') : vscode.l10n.t('{0} parameters', count(n)),
  tensors: (n: number): string =>
    n === 1 ? vscode.l10n.t('1 tensor') : vscode.l10n.t('{0} tensors', count(n)),
  elements: (n: number): string =>
    n === 1 ? vscode.l10n.t('1 element') : vscode.l10n.t('{0} elements', count(n)),
  checkpoints: (n: number): string =>
    n === 1 ? vscode.l10n.t('1 checkpoint') : vscode.l10n.t('{0} checkpoints', integer(n)),
};

export const bytes = (value: number): string => bytesText(value, locale());

/** A statistic as the pages have it; a dash if it does not exist (a zero matrix). */
const statisticText = ({ format }: Statistic, value: number | undefined): string =>
  value === undefined ? '–' : numberText(value, locale(), 3, format === 'count' ? 1 : 3);

/** The name of a statistic at the beginning of a line. */
export const statisticName = ({ label }: Statistic): string =>
  vscode.l10n.t(label).replace(/^./, (letter) => letter.toLocaleUpperCase(locale()));

/** The value of a statistic, marked if estimated, with its null if an inspection has computed one. */
export function statisticValue(
  statistic: Statistic<StatisticKey>,
  entry: Pick<CachedStatistics, 'exact' | 'nulls' | StatisticKey>,
): string {
  const value = `${entry.exact ? '' : '≈ '}${statisticText(statistic, entry[statistic.key])}`;
  const shuffled = entry.nulls[statistic.key];
  return shuffled === undefined
    ? value
    : vscode.l10n.t('{0} (shuffled: {1})', value, statisticText(statistic, shuffled.mean));
}

export const shape = (dimensions: readonly number[]): string =>
  dimensions.length === 0 ? vscode.l10n.t('scalar') : dimensions.join(' × ');

/** Name of a matrix or of a part of a fused one. */
export const matrixName = ({ tensor, part }: Pick<CachedStatistics, 'tensor' | 'part'>): string =>
  part === undefined ? tensor : `${tensor} (${part})`;

/** One line: format, step, parameters, tensors. */
export function headline(summary: FileSummary): string {
  const parts = [
    summary.format,
    ...(summary.step === undefined ? [] : [vscode.l10n.t('step {0}', integer(summary.step))]),
    counted.parameters(summary.parameters),
    counted.tensors(summary.tensors.length),
    bytes(summary.bytes),
  ];
  return parts.join(' · ');
}

/** The largest tensors first: they identify a model. */
export const largestTensors = (tensors: FileSummary['tensors']): FileSummary['tensors'] =>
  [...tensors].sort((a, b) => elements(b.shape) - elements(a.shape));

export const largestMatrices = (tensors: FileSummary['tensors']): FileSummary['tensors'] =>
  largestTensors(tensors.filter((tensor) => tensor.shape.length > 1));

export const elements = (dimensions: readonly number[]): number =>
  dimensions.reduce((product, length) => product * length, 1);

/** The plain text of an explorer tooltip. Names are shown literally; nothing is interpreted. */
export function plainSummary(summary: FileSummary, mostRows: number): string {
  const shown = largestTensors(summary.tensors).slice(0, mostRows);
  const lines = [
    // The explorer puts the path before the text, on the same line.
    '',
    headline(summary),
    ...shown.map((tensor) => `  ${tensor.name}  ${shape(tensor.shape)}  ${tensor.dtype}`),
  ];
  if (shown.length < summary.tensors.length) {
    lines.push(`  ${vscode.l10n.t('and {0} more', count(summary.tensors.length - shown.length))}`);
  }
  lines.push(...plainStatistics(summary.cached, mostRows));
  for (const warning of summary.warnings.slice(0, 3)) lines.push(`⚠ ${warning.message}`);
  return lines.join('\n');
}

/** The plain text of the tooltip of a folder: its series, their checkpoints, steps and sizes. */
export function seriesSummary(series: readonly SeriesListing[], mostRows: number): string {
  const lines = series.slice(0, mostRows).map(({ name, checkpoints }) => {
    const steps = checkpoints.flatMap(({ step }) => (step === undefined ? [] : [step]));
    const range =
      steps.length < 2
        ? []
        : [vscode.l10n.t('steps {0} to {1}', integer(Math.min(...steps)), integer(Math.max(...steps)))];
    const total = checkpoints.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0);
    const said = [counted.checkpoints(checkpoints.length), ...range, bytes(total)].join(' · ');
    return series.length === 1 ? said : `${name}: ${said}`;
  });
  const more = series.length - lines.length;
  return ['', ...lines, ...(more > 0 ? [vscode.l10n.t('and {0} more', count(more))] : [])].join('\n');
}

function plainStatistics(cached: readonly CachedStatistics[], mostRows: number): string[] {
  if (cached.length === 0) return [vscode.l10n.t('Ranks: not computed yet (Inspect Weight Geometry)')];
  const shown = statisticsIn('hover');
  return [
    shown.map(statisticName).join(', '),
    ...cached
      .slice(0, mostRows)
      .map(
        (entry) =>
          `  ${matrixName(entry)}  ${shown.map((statistic) => statisticValue(statistic, entry)).join(', ')}`,
      ),
  ];
}
