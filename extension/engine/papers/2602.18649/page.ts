import { createHash } from 'node:crypto';
import { accuracyFigure } from './figure.js';
import { preamble } from './markdown.js';
import type { CellResult, Results } from './results.js';
import { tablesOf, type Table } from './tables.js';

const style = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; } h3 { font-size: 0.9rem; margin: 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
th, td { padding: 0.15rem 0.7rem; text-align: right; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
th:first-child, td:first-child { text-align: left; }
p { max-width: 48rem; } code { overflow-wrap: anywhere; }
.cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; }
figure { margin: 0; }
svg { width: 100%; height: auto; } text { font-size: 10px; fill: currentColor; }
polyline { fill: none; stroke: currentColor; stroke-width: 1.6; }
.axis { stroke-width: 1; opacity: 0.5; }
.trajectory { stroke: #2f7ed8; } .per-matrix { stroke: #d9822b; stroke-dasharray: 6 2; } .joint { stroke: #7a4fb5; stroke-dasharray: 2 2; }
.walk { opacity: 0.6; stroke-dasharray: 1 3; } .baseline { opacity: 0.5; stroke-width: 1; } .chance { opacity: 0.5; stroke-width: 1; stroke-dasharray: 4 4; }
.star { stroke-width: 1; stroke: #2f7ed8; opacity: 0.6; }
.entry { white-space: nowrap; margin-right: 1rem; }
.key { display: inline-block; width: 2rem; height: 0.6rem; margin-right: 0.3rem; }
`;

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Backticks of Markdown are code. */
const sentence = (text: string): string => `<p>${escape(text).replace(/`([^`]*)`/g, '<code>$1</code>')}</p>`;

const htmlTable = ({ title, columns, rows, notes }: Table): string => {
  const cells = (tag: string, row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return [
    `<h2>${escape(title)}</h2>`,
    '<div class="wide"><table>',
    `<thead>${cells('th', columns)}</thead>`,
    `<tbody>${rows.map((row) => cells('td', row)).join('')}</tbody>`,
    '</table></div>',
    ...notes.map(sentence),
  ].join('\n');
};

const keys = [
  ['trajectory', 'trajectory PCA'],
  ['per-matrix', 'per-matrix SVD'],
  ['joint', 'joint SVD'],
  ['walk', 'random walk to the same end'],
  ['baseline', 'baseline'],
  ['chance', 'chance'],
] as const;

const legend = `<p>${keys
  .map(
    ([look, name]) =>
      `<span class="entry"><svg class="key" viewBox="0 0 32 10" aria-hidden="true"><polyline class="${look}" points="0,5 32,5"/></svg>${name}</span>`,
  )
  .join(' ')}</p>`;

const figures = (cells: readonly CellResult[]): string =>
  [
    '<h2>Accuracy against rank</h2>',
    legend,
    '<div class="cells">',
    ...cells.flatMap(({ name, analysis }) => {
      if (analysis === undefined) return [];
      const title = escape(name);
      return [
        `<figure><h3>${title}</h3>${accuracyFigure(analysis, 1 / 97, `${title}: accuracy against rank`)}</figure>`,
      ];
    }),
    '</div>',
  ].join('\n');

/** One file that opens from disk; its content policy allows its own style sheet and nothing else. */
export const page = (results: Results): string => {
  const hash = createHash('sha256').update(style).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>2602.18649: measured, published, null</title>
<style>${style}</style>
</head>
<body>
<h1>arXiv 2602.18649: measured, published, null</h1>
${preamble(results).map(sentence).join('\n')}
${figures([...results.grid, ...results.singles])}
${tablesOf(results).map(htmlTable).join('\n')}
</body>
</html>
`;
};
