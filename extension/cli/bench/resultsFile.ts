import type { Measurement } from './bench.js';
import { shortNumber } from '../../text/textTable.js';

/** The machine of a section's measurements. */
export interface Circumstances {
  readonly date: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
}

const title = `# Results

Written by \`weight-geometry bench --results FILE\`: one section for each benchmark, as it was last run. Ratios are ours over
the peer's, medians of rounds that take turns; a change for the worse shows as a difference of this file.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const tableOf = (measurements: readonly Measurement[]): string =>
  [
    '| measured | ours | peer | peer is | ratio | aim | floor | note |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...measurements.map((m) => {
      const cells = [
        m.name,
        `${shortNumber(m.ours)} ${m.unit}`,
        m.peer === undefined ? 'not installed' : `${shortNumber(m.peer.value)} ${m.unit}`,
        m.peer?.name ?? '',
        m.ratio === undefined ? '' : m.ratio.toFixed(2),
        m.aim ?? '',
        m.floor === undefined ? '' : `${shortNumber(m.floor.value)} ${m.unit} (${m.floor.name})`,
        m.note ?? '',
      ];
      return `| ${cells.map(cell).join(' | ')} |`;
    }),
  ].join('\n');

const sectionOf = (name: string, measurements: readonly Measurement[], of: Circumstances): string => {
  const versions = Object.entries(of.versions)
    .map(([what, version]) => `${what} ${version}`)
    .join(', ');
  return `## ${name}\n\n${of.date}, ${of.machine}, ${versions}.\n\n${tableOf(measurements)}\n`;
};

/** The sections of a file by name, in order. */
const sectionsIn = (text: string): Map<string, string> =>
  new Map(
    text.split(/^(?=## )/m).flatMap((part) => {
      const name = /^## (.+)$/m.exec(part)?.[1];
      return part.startsWith('## ') && name !== undefined ? [[name, `${part.trim()}\n`] as const] : [];
    }),
  );

/** Replaces the sections of these benchmarks; other sections are kept. */
export const withResults = (
  before: string | undefined,
  results: readonly { readonly bench: string; readonly measurements: readonly Measurement[] }[],
  of: Circumstances,
): string => {
  const sections = sectionsIn(before ?? '');
  for (const { bench, measurements } of results) sections.set(bench, sectionOf(bench, measurements, of));
  const names = [...sections.keys()].sort();
  return [title, ...names.map((name) => sections.get(name)!)].join('\n');
};
