import type { Results } from './results.js';
import { tablesOf, type Table } from './tables.js';

const escapeCell = (text: string): string => text.replace(/\|/g, '\\|');

const markdownTable = ({ title, columns, rows, notes }: Table): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [
    `## ${title}`,
    '',
    line(columns),
    line(columns.map(() => '---')),
    ...rows.map(line),
    '',
    ...notes.flatMap((note) => [note, '']),
  ].join('\n');
};

/** What was chosen where the paper leaves a choice, and how to go on; one sentence each. */
export const preamble = ({ choices, machine, versions, created, command, grid }: Results): string[] => {
  const missing = grid.filter(({ analysis }) => analysis === undefined).length;
  const readout = choices.readout === 'first' ? 'the first token' : 'the mean of both tokens';
  const batch =
    choices.batch === 'full'
      ? 'all training pairs (the paper’s text)'
      : `batches of ${choices.batch} drawn with replacement (the companion’s code)`;
  const source = choices.readout === 'first' ? 'the companion’s code' : 'the paper’s text';
  return [
    `Choices where the paper is ambiguous: heads read ${readout} (${source}); ${batch}. The number of seeds is not published: one seed, 42. Single-task runs and the control are those of 2602.16746: first token, batches of 512.`,
    `Weight Geometry ${versions.weightGeometry ?? 'unknown'}, ${machine}, ${created.slice(0, 10)}.`,
    missing === 0
      ? 'Every cell of the grid was measured.'
      : `${missing} of ${grid.length} cells of the grid were not measured (–); this command goes on with them: \`${command}\``,
  ];
};

export const markdown = (results: Results): string =>
  [
    '# arXiv 2602.18649: measured, published, null',
    '',
    ...preamble(results).flatMap((sentence) => [sentence, '']),
    ...tablesOf(results).map(markdownTable),
  ].join('\n');
