import { companionBatch, type Choices } from './plan.js';
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

const text = 'the paper’s text';
const code = 'the companion’s code';

/** What was chosen of each of the paper's ambiguities, and whose choice it is. */
const chosen = ({ readout, batch, pairs }: Choices): string[] => [
  readout === 'first'
    ? `heads read the first token (${code})`
    : `heads read the mean of both tokens (${text})`,
  batch === 'full'
    ? `every step takes all training pairs (${text})`
    : `batches of ${batch} are drawn with replacement (${batch === companionBatch ? code : `${code} takes ${companionBatch}, ${text} all pairs`})`,
  pairs === 'all'
    ? `all tasks are of all 97² pairs (${text})`
    : `all tasks are of the 96² pairs without zero (${code})`,
];

/** What was chosen where the paper leaves a choice, and how to go on; one sentence each. */
export const preamble = ({ choices, machine, versions, created, command, grid }: Results): string[] => {
  const missing = grid.filter(({ analysis }) => analysis === undefined).length;
  return [
    `Choices where the paper is ambiguous: ${chosen(choices).join('; ')}. The number of seeds is not published: one seed, 42. Single-task runs and the control are those of 2602.16746: first token, batches of 512, all pairs, for multiplication those without zero.`,
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
