import * as vscode from 'vscode';
import { commandIds } from '../contributions.js';
import type { CachedStatistics, FileSummary, SeriesListing } from '../../contract/calls.js';
import { statisticsIn } from '../../contract/statistics/table.js';
import {
  count,
  headline,
  integer,
  largestMatrices,
  matrixName,
  shape,
  statisticName,
  statisticValue,
} from '../describe.js';

/** The only command that a hover may run. */
const inspectCommand = commandIds.inspect;

/** Escapes text from a file: no Markdown in it is interpreted. */
export const plain = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]()#+\-.!|<>&~$:@/]/g, (mark) => `&#${mark.codePointAt(0) ?? 0};`);

const inspectLink = (file: string, label: string): string =>
  `[${plain(label)}](command:${inspectCommand}?${encodeURIComponent(JSON.stringify([vscode.Uri.file(file)]))})`;

function markdown(lines: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString(lines.join('\n'), true);
  text.isTrusted = { enabledCommands: [inspectCommand] };
  return text;
}

type Tensor = FileSummary['tensors'][number];

/** The matrices of a file, with their ranks if known, largest first. */
function rankTable(
  tensors: readonly Tensor[],
  known: ReadonlyMap<string, readonly CachedStatistics[]>,
  mostRows: number,
): string[] {
  const shown = statisticsIn('hover');
  const rows = largestMatrices(tensors).flatMap((tensor) => {
    const statistics = known.get(tensor.name);
    if (!statistics) return [[plain(tensor.name), shape(tensor.shape), ...shown.map(() => '·')]];
    return statistics.map((entry) => [
      plain(matrixName(entry)),
      `${entry.rows} × ${entry.columns}`,
      ...shown.map((statistic) => plain(statisticValue(statistic, entry))),
    ]);
  });
  if (rows.length === 0) return [];
  const listed = rows.slice(0, mostRows);
  return [
    `| ${[vscode.l10n.t('Matrix'), vscode.l10n.t('Shape'), ...shown.map(statisticName).map(plain)].join(' | ')} |`,
    `|:--|--:|${shown.map(() => '--:|').join('')}`,
    ...listed.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...(listed.length < rows.length
      ? [plain(vscode.l10n.t('and {0} more', count(rows.length - listed.length))), '']
      : []),
  ];
}

const byTensor = (known: readonly CachedStatistics[]): Map<string, CachedStatistics[]> => {
  const found = new Map<string, CachedStatistics[]>();
  for (const entry of known) {
    const own = found.get(entry.tensor);
    if (own === undefined) found.set(entry.tensor, [entry]);
    else own.push(entry);
  }
  return found;
};

/** A weight file: summary, matrices, and a link that computes what is not known. */
export function fileHover(
  summary: FileSummary,
  name: string,
  known: readonly CachedStatistics[],
  mostRows: number,
): vscode.MarkdownString {
  const statistics = byTensor(known);
  const matrices = summary.tensors.filter((tensor) => tensor.shape.length > 1);
  const missing = matrices.filter((tensor) => !statistics.has(tensor.name)).length;
  return markdown([
    `**${plain(name)}**  `,
    plain(headline(summary)),
    '',
    ...rankTable(summary.tensors, statistics, mostRows),
    ...summary.warnings.slice(0, 3).map((warning) => `$(warning) ${plain(warning.message)}\n`),
    inspectLink(
      summary.path,
      missing > 0
        ? missing === 1
          ? vscode.l10n.t('1 matrix not computed: inspect to compute it')
          : vscode.l10n.t('{0} matrices not computed: inspect to compute them', count(missing))
        : vscode.l10n.t('Inspect Weight Geometry'),
    ),
  ]);
}

/** The first and the last of steps in order. */
const rangeOf = (steps: readonly number[]): string =>
  [...new Set([...steps.slice(0, 1), ...steps.slice(-1)])].map(integer).join(' … ');

/** A folder: its series. */
export function folderHover(
  folder: string,
  series: readonly SeriesListing[],
  mostRows: number,
): vscode.MarkdownString {
  const rows = series.slice(0, mostRows).map(({ name, checkpoints }) => {
    const steps = checkpoints.flatMap(({ step }) => (step === undefined ? [] : [step]));
    return `| ${plain(name)} | ${integer(checkpoints.length)} | ${rangeOf(steps)} |`;
  });
  return markdown([
    `| ${vscode.l10n.t('Series')} | ${vscode.l10n.t('Checkpoints')} | ${vscode.l10n.t('Steps')} |`,
    '|:--|--:|--:|',
    ...rows,
    '',
    inspectLink(folder, vscode.l10n.t('Inspect Weight Geometry')),
  ]);
}

/** One tensor of a sharded checkpoint. */
export function tensorHover(
  tensor: Tensor,
  shard: string,
  index: string,
  known: readonly CachedStatistics[],
): vscode.MarkdownString {
  return markdown([
    `**${plain(tensor.name)}**  `,
    plain(`${shape(tensor.shape)} · ${tensor.dtype} · ${shard}`),
    '',
    ...rankTable([tensor], byTensor(known), known.length + 1),
    inspectLink(
      index,
      tensor.shape.length > 1 && known.length === 0
        ? vscode.l10n.t('Not computed: inspect to compute it')
        : vscode.l10n.t('Inspect Weight Geometry'),
    ),
  ]);
}
