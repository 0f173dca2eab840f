import type { SweepTable } from '../../contract/report.js';
import type { Results } from './reproduce.js';

const escapeCell = (text: string): string => text.replace(/\|/g, '\\|');

const markdownTable = ({ title, columns, rows, notes }: SweepTable): string => {
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

/** The choices where the paper leaves one, the machine, and how to continue; one sentence each. */
export const preamble = ({ choices, machine, versions, created, command, cells }: Results): string[] => {
  const grid = cells.filter(({ inGrid }) => inGrid);
  const missing = grid.filter(({ analysis }) => analysis === undefined).length;
  const beside = cells.filter(({ inGrid }) => !inGrid);
  const measuredBeside = beside.filter(({ analysis }) => analysis !== undefined).length;
  return [
    ...choices,
    `Weight Geometry ${versions.weightGeometry ?? 'unknown'}, ${machine}, ${created.slice(0, 10)}.`,
    missing === 0
      ? 'Every cell of the grid was measured.'
      : `${missing} of ${grid.length} cells of the grid were not measured (–); this command goes on with them: \`${command}\``,
    ...(beside.length === 0
      ? []
      : [`Of the ${beside.length} runs beside the grid ${measuredBeside} were measured.`]),
  ];
};

export const markdown = (results: Results): string =>
  [
    `# arXiv ${results.paper}: measured, published, null`,
    '',
    ...preamble(results).flatMap((sentence) => [sentence, '']),
    ...results.tables.map(markdownTable),
  ].join('\n');
