import { matrixKey } from './matrixKey.js';
import { toMarkdown, type MarkdownTable } from './markdown.js';
import { provenanceOf } from './provenance.js';
import type { Report, SpectrumEntry } from './report.js';
import { stackPart, stackSummaries, type StackSummary } from './stackSummaries.js';
import { statisticsIn } from './statistics/table.js';

/** A part of the report; none if the report lacks the data. */
interface Part {
  readonly title: string;
  /** The nulls of the numbers. */
  readonly says: string;
  readonly table: (report: Report) => MarkdownTable;
}

const medianOf = (stack: StackSummary): string =>
  `${matrixKey({ tensor: stack.tensor, part: stackPart(stack) })}, median${stack.measured < stack.count ? ` of ${stack.measured}` : ''}`;
const shares = (values: readonly number[] | undefined): (number | undefined)[] =>
  [0, 1, 2].map((at) => values?.[at]);

const parts: readonly Part[] = [
  {
    title: 'Checkpoints',
    says: 'Distance: ‖θₜ − θ₀‖₂ of all parameters.',
    table: ({ checkpoints }) => ({
      headings: ['step', 'label', 'files', 'bytes', 'distance', 'same weights as'],
      rows: checkpoints.map(({ step, label, files, distanceFromFirst, duplicateOf }) => [
        step,
        label,
        files.length,
        files.reduce((sum, { bytes }) => sum + bytes, 0),
        distanceFromFirst,
        duplicateOf,
      ]),
    }),
  },
  {
    title: 'Matrices at the last step',
    says: 'Shuffled: the mean of the same number over shuffles of the entries.',
    table: (report) => {
      const last = report.checkpoints.at(-1)?.step;
      const shown = statisticsIn('overview');
      const isShown = ({ of, step }: Pick<SpectrumEntry, 'of' | 'step'>): boolean =>
        of === 'weights' && step === last;
      const row = (name: string, entry: SpectrumEntry | StackSummary) => [
        name,
        entry.rows,
        entry.columns,
        ...shown.flatMap(({ key }) => [entry[key], entry.nulls[key]?.mean]),
      ];
      return {
        headings: [
          'matrix',
          'rows',
          'columns',
          ...shown.flatMap(({ label }) => [label, `${label}, shuffled`]),
        ],
        rows: [
          ...report.spectra.filter(isShown).map((entry) => row(matrixKey(entry), entry)),
          ...stackSummaries(report)
            .filter(isShown)
            .map((stack) => row(medianOf(stack), stack)),
        ],
      };
    },
  },
  {
    title: 'Trajectories',
    says: 'Shares of the first three components, beside those of a random walk with the same step lengths and, where known, of decay with a random walk.',
    table: ({ trajectories }) => ({
      headings: [
        'group',
        'PCA',
        ...['PC1', 'PC2', 'PC3'].flatMap((name) => [name, `${name}, random walk`, `${name}, decay + walk`]),
      ],
      rows: trajectories.map(({ group, centred, explained, null: walk, decayNull }) => [
        group,
        centred ? 'centred' : 'uncentred',
        ...[0, 1, 2].flatMap((at) => [
          shares(explained)[at],
          shares(walk.mean)[at],
          shares(decayNull?.explained)[at],
        ]),
      ]),
    }),
  },
  {
    title: 'Reconstruction',
    says: 'Rank for 90 % and 99 % of the energy, of the full rank; a flat spectrum needs 90 % and 99 % of it.',
    table: ({ reconstructions }) => ({
      headings: ['method', 'of', 'scope', 'full rank', 'rank90', 'rank99', 'spectral entropy'],
      rows: reconstructions.map(({ method, of, scope, fullRank, rank90, rank99, spectralEntropy }) => [
        ...[method, of, scope, fullRank, rank90, rank99, spectralEntropy],
      ]),
    }),
  },
  {
    title: 'Runs',
    says: 'Test accuracy: the mean over tasks.',
    table: ({ sweepCells }) => ({
      headings: [
        'run',
        'scale',
        'weight decay',
        'tasks',
        'seed',
        'status',
        'step',
        'grok step',
        'test accuracy',
        'by chance',
      ],
      rows: sweepCells.map(
        ({ name, scale, decay, tasks, seed, status, step, grokStep, measured, chance }) => {
          const values = Object.values(measured?.testAccuracy ?? {});
          const mean =
            values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
          return [name, scale, decay, tasks.join(', '), seed, status, step, grokStep, mean, chance];
        },
      ),
    }),
  },
];

/** A report as Markdown: tables with their nulls, warnings, provenance. */
export function markdownReport(report: Report): string {
  const sections = parts.flatMap(({ title, says, table }) => {
    const made = table(report);
    return made.rows.length === 0 ? [] : [`## ${title}\n\n${toMarkdown(made)}\n${says}\n`];
  });
  const warnings = report.warnings.map(({ message, code }) => `- ${plain(message)} [${code}]\n`).join('');
  return [
    `# ${plain(report.source.name)}\n`,
    ...(warnings === '' ? [] : [`## Warnings\n\n${warnings}`]),
    ...sections,
    `## Provenance\n\n${provenanceOf(report)
      .map((line) => `- ${plain(line)}\n`)
      .join('')}`,
  ].join('\n');
}

/** Names come from files: characters special to Markdown or a terminal are escaped. */
const plain = (text: string): string =>
  text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ').replaceAll(/[\\`*_[\]<>|#]/g, '\\$&');
