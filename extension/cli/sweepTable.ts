import type { Report, SweepCell } from '../contract/report.js';
import { meanAccuracy } from '../engine/geometry/reconstruction/rankForAccuracy.js';
import { textTable } from './textTable.js';

const none = '–';

/** A sweep for reading in a terminal: where each run stands, and k* of those that were measured. */
export const sweepTable = ({ source, sweepCells }: Report): string => {
  const finished = sweepCells.filter(({ status }) => status === 'finished').length;
  return [
    `${source.name}: ${sweepCells.length} runs, ${finished} finished\n`,
    textTable(
      [
        { title: 'run' },
        { title: 'status' },
        { title: 'step', align: 'right' },
        { title: 'of', align: 'right' },
        { title: 'grokked at', align: 'right' },
        { title: 'test accuracy', align: 'right' },
        { title: 'k*(95)', align: 'right' },
        { title: 'k*(99)', align: 'right' },
        { title: 'k*(95), random walk', align: 'right' },
      ],
      sweepCells.map(row),
    ),
    '',
  ].join('\n');
};

const row = ({ name, status, step, of, grokStep, measured }: SweepCell): string[] => [
  name,
  status,
  String(step),
  String(of),
  grokStep?.toString() ?? none,
  ...(measured === undefined
    ? [none, none, none, none]
    : [
        meanAccuracy(measured.testAccuracy).toFixed(3),
        ...[measured.kStar.share95, measured.kStar.share99, measured.walk.share95].map(
          (rank) => rank?.toString() ?? `>${measured.kStar.scanned}`,
        ),
      ]),
];
