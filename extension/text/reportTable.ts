import { matrixKey } from '../contract/matrixKey.js';
import { differingParts } from '../contract/curveFiles.js';
import { standardDeviations } from '../contract/numberText.js';
import { printableLine, printableName } from '../contract/printable.js';
import { hasSteps } from '../contract/stepKnown.js';
import { zScore } from '../contract/zScore.js';
import type { ReconstructionEntry, Report, SpectrumEntry, TrajectoryEntry } from '../contract/report.js';
import type { Statistic } from '../contract/statistics/statistic.js';
import { rankRange } from '../contract/statistics/ranks.js';
import { isOfStack, stackPart, stackSummaries, type StackSummary } from '../contract/stackSummaries.js';
import { statisticsIn } from '../contract/statistics/table.js';
import { comparisonTable } from './comparisonTable.js';
import { controlsTable } from './controlsTable.js';
import { dynamicsTables } from './dynamicsTable.js';
import { sweepTable } from './sweepTable.js';
import { percent, shortNumber, textTable, type Column } from './textTable.js';

const section = (title: string, body: string): string => `${title}\n\n${body}\n`;

/** The report for a terminal: checkpoints, matrices, trajectories with their nulls, reconstruction. */
export const reportTable = (report: Report, mostCheckpoints = Infinity): string =>
  report.sweep.length > 0 ? sweepTable(report) : seriesTable(report, mostCheckpoints);

const seriesTable = (report: Report, mostCheckpoints: number): string =>
  [
    heading(report),
    checkpoints(report, mostCheckpoints),
    matrices(report),
    curves(report),
    trajectories(report),
    reconstruction(report),
    controls(report),
    comparison(report),
    ...dynamicsTables(report).map(({ title, body }) => section(title, body)),
  ]
    .filter((part) => part !== '')
    .join('\n');

const comparison = (report: Report): string => {
  const [summary] = report.comparisonSummaries;
  return summary === undefined
    ? ''
    : section(`Compared with ${printableLine(summary.base.path)}`, comparisonTable(report));
};

const controls = (report: Report): string =>
  report.controls.length === 0 ? '' : section('Controls', controlsTable(report.controls));

const heading = ({ source, checkpoints: all }: Report): string => {
  const model = source.descriptor?.value.model;
  const own = source.evaluation === undefined ? '' : `run in ${source.evaluation.model}`;
  const described =
    own !== ''
      ? own
      : model === undefined
        ? 'no model descriptor'
        : `${model.kind}, prime ${model.prime}, d ${model.d}, ${model.layers} layers, ${model.heads} heads, read-out ${model.readout}, from ${source.descriptor?.path ?? 'the option'}`;
  const { notRead } = source;
  const unread =
    notRead === undefined
      ? ''
      : `; ${notRead.count} of ${notRead.of} tensors not read: ${notRead.types.join(', ')}`;
  const parameters = source.parameters?.toLocaleString('en') ?? 'unknown';
  return `${printableName(source.name)}: ${all.length} checkpoint${all.length === 1 ? '' : 's'}, ${parameters} parameter${source.parameters === 1 ? '' : 's'} (${printableLine(described)})${printableLine(unread)}\n`;
};

const checkpoints = (report: Report, most: number): string => {
  const { length } = report.checkpoints;
  // Evenly spaced over the series, both ends included.
  const shown =
    length <= most
      ? report.checkpoints
      : Array.from(
          { length: most },
          (_, i) => report.checkpoints[Math.round((i * (length - 1)) / (most - 1))]!,
        );
  const isSeries = length > 1;
  const isStepped = hasSteps(report);
  const rows = shown.map((checkpoint) => [
    ...(isStepped ? [String(checkpoint.step)] : []),
    checkpoint.label,
    checkpoint.format,
    checkpoint.files.reduce((sum, { bytes }) => sum + bytes, 0).toLocaleString('en'),
    ...(isSeries
      ? [
          shortNumber(checkpoint.distanceFromFirst),
          checkpoint.duplicateOf === undefined ? '' : `same weights as ${checkpoint.duplicateOf}`,
        ]
      : []),
  ]);
  return section(
    shown.length < length ? `Checkpoints (${shown.length} of ${length})` : 'Checkpoints',
    textTable(
      [
        ...(isStepped ? [{ title: 'step', align: 'right' } as const] : []),
        { title: 'label' },
        { title: 'format' },
        { title: 'bytes', align: 'right' },
        ...(isSeries ? [{ title: '‖θt − θ0‖', align: 'right' } as const, { title: '' }] : []),
      ],
      rows,
    ),
  );
};

const matrices = (report: Report): string => {
  const last = report.checkpoints.at(-1)?.step;
  const entries = report.spectra.filter(({ step }) => step === last);
  if (entries.length === 0) return '';
  const groups = new Map(
    report.tensors.map(({ name, part, group }) => [matrixKey({ tensor: name, part }), group]),
  );
  const computed = new Map(report.tensors.map((tensor) => [tensor.name, tensor.computed]));
  const labelOf = ({ tensor, part }: SpectrumEntry): string => {
    const label = groups.get(matrixKey({ tensor, part })) ?? tensor;
    const how = computed.get(tensor);
    return how === undefined ? label : `${label} (${how})`;
  };
  const shown = statisticsIn('terminal');
  const row = (label: string, entry: SpectrumEntry | StackSummary): string[] => [
    label,
    entry.of,
    `${entry.rows} × ${entry.columns}`,
    ...shown.flatMap((statistic) => [
      statisticText(statistic, entry[statistic.key]),
      ...(statistic.isKeptByShuffles ? [] : [statisticText(statistic, entry.nulls[statistic.key]?.mean)]),
    ]),
  ];
  const lastOfStack = new Map<string, SpectrumEntry>();
  for (const entry of entries)
    if (isOfStack(entry.part)) lastOfStack.set(`${entry.tensor}#${entry.of}`, entry);
  const summaries = new Map(
    stackSummaries(report)
      .filter(({ step }) => step === last)
      .map((summary) => [lastOfStack.get(`${summary.tensor}#${summary.of}`)!, summary]),
  );
  /** After the last matrix of a stack: the medians over all of them. */
  const summaryAfter = (entry: SpectrumEntry): string[][] => {
    const summary = summaries.get(entry);
    if (summary === undefined) return [];
    const { measured, count } = summary;
    const label = labelOf(entry).replace(entry.part!, stackPart(summary));
    return [row(`${label}, median${measured < count ? ` of ${measured}` : ''}`, summary)];
  };
  const draws = entries.find(({ nulls }) => nulls.shuffled)?.nulls.shuffled?.draws;
  const convention =
    draws === undefined ? 'no shuffles' : `beside each its mean over ${draws} shuffles of the entries`;
  return section(
    `${hasSteps(report) ? `Matrices at step ${last}` : 'Matrices'} (${convention})`,
    textTable(
      [
        { title: 'matrix' },
        { title: 'of' },
        { title: 'size', align: 'right' },
        ...shown.flatMap(({ short, isKeptByShuffles }): Column[] => [
          { title: short, align: 'right' },
          ...(isKeptByShuffles ? [] : [{ title: 'null', align: 'right' } as const]),
        ]),
      ],
      entries.flatMap((entry) => [row(labelOf(entry), entry), ...summaryAfter(entry)]),
    ),
  );
};

const statisticText = ({ format }: Statistic, value: number | undefined): string =>
  format === 'count' && value !== undefined && Number.isInteger(value) ? String(value) : shortNumber(value);

/** Curves listed; the report has all. */
const mostCurves = 30;

const curves = ({ curves: all }: Report): string => {
  if (all.length === 0) return '';
  // Overlaid runs have curves of the same names.
  const files = [...new Set(all.map(({ path }) => path))];
  const names = new Map(differingParts(files).map((name, i) => [files[i]!, printableName(name)]));
  const hasSeveral = files.length > 1;
  const rows = all
    .slice(0, mostCurves)
    .map(({ name, path, format, points, steps, values }) => [
      ...(hasSeveral ? [names.get(path)!] : []),
      printableName(name),
      format,
      String(points),
      `${steps[0] ?? '–'} to ${steps.at(-1) ?? '–'}`,
      shortNumber(values[0]),
      shortNumber(values.at(-1)),
    ]);
  const more = all.length > mostCurves ? `\n${all.length - mostCurves} more in the report.` : '';
  return section(
    'Metrics of the run, as its own files have them',
    textTable(
      [
        ...(hasSeveral ? [{ title: 'run' }] : []),
        { title: 'curve' },
        { title: 'format' },
        { title: 'points', align: 'right' },
        { title: 'steps' },
        { title: 'first', align: 'right' },
        { title: 'last', align: 'right' },
      ],
      rows,
    ) + more,
  );
};

const trajectories = (report: Report): string => {
  if (report.trajectories.length === 0) return '';
  const rows = report.trajectories.map((entry) => [
    entry.group,
    entry.centred ? 'centred' : 'uncentred',
    entry.parameters.toLocaleString('en'),
    percent(entry.explained[0]),
    `${percent(entry.null.q05[0])} to ${percent(entry.null.q95[0])}`,
    decayNull(entry, 1),
    zNumber(zScore(entry.explained[0], entry.null.mean[0], entry.null.deviation?.[0])),
    zNumber(zScore(entry.explained[0], entry.decayNull?.explained[0], entry.decayNull?.deviation?.[0])),
    firstOf(entry.explained, 3),
    firstOf(entry.null.mean, 3),
    decayNull(entry, 3),
    percent(entry.alongStart?.share),
    percent(entry.alongStart?.nulls.decay),
  ]);
  const { draws } = report.trajectories[0]!.null;
  return section(
    `Trajectories (beside them random walks with the same step lengths, ${draws} draws, 5 % to 95 %, and weights that decay as the run’s and walk, mean; z: standard deviations of the draws between PC1 and their mean, of the walk and of decay + walk)`,
    textTable(
      [
        { title: 'group' },
        { title: 'PCA' },
        { title: 'parameters', align: 'right' },
        { title: 'PC1', align: 'right' },
        { title: 'walk PC1', align: 'right' },
        { title: 'decay + walk PC1', align: 'right' },
        { title: 'z, walk', align: 'right' },
        { title: 'z, decay + walk', align: 'right' },
        { title: '3 PCs', align: 'right' },
        { title: 'walk 3 PCs', align: 'right' },
        { title: 'decay + walk 3 PCs', align: 'right' },
        { title: 'change along θ0', align: 'right' },
        { title: 'decay + walk', align: 'right' },
      ],
      rows,
    ),
  );
};

const zNumber = (z: number | undefined): string =>
  z === undefined ? '–' : standardDeviations(z, 'en').replace('−', '-');

const firstOf = (shares: readonly number[], count: number): string =>
  percent(shares.slice(0, count).reduce((sum, value) => sum + value, 0));

const decayNull = ({ decayNull: found }: TrajectoryEntry, count: number): string =>
  found === undefined ? '–' : firstOf(found.explained, count);

const reconstruction = (report: Report): string => {
  if (report.reconstructions.length === 0) return '';
  const unmirrored = report.reconstructions.some(({ baseline }) => baseline?.testAccuracyUnmirrored);
  const rows = report.reconstructions.map((entry) => [
    entry.method,
    entry.of,
    entry.scope,
    String(entry.fullRank),
    rankAndShare(entry.rank90, entry.fullRank),
    nullRank(entry.null?.rank90),
    rankAndShare(entry.rank99, entry.fullRank),
    nullRank(entry.null?.rank99),
    shortNumber(entry.spectralEntropy),
    accuracyOf(entry.baseline?.testAccuracy),
    rankOf(entry, 0.95),
    rankOf(entry, 0.99),
    ...(unmirrored
      ? [accuracyOf(entry.baseline?.testAccuracyUnmirrored), rankOf(entry, 0.95, ofUnmirrored)]
      : []),
  ]);
  return section(
    `Reconstruction (ranks that keep a share of the energy, beside those of ${nullSays(report)}; k*: of the accuracy, between the rungs measured)${decaySays(report)}`,
    textTable(
      [
        { title: 'method' },
        { title: 'of' },
        { title: 'scope' },
        { title: 'full rank', align: 'right' },
        { title: '90 %', align: 'right' },
        { title: 'null', align: 'right' },
        { title: '99 %', align: 'right' },
        { title: 'null', align: 'right' },
        { title: 'entropy', align: 'right' },
        { title: 'test accuracy', align: 'right' },
        { title: 'k*(95)', align: 'right' },
        { title: 'k*(99)', align: 'right' },
        ...(unmirrored
          ? [
              { title: 'mirror not trained', align: 'right' as const },
              { title: 'k*(95)', align: 'right' as const },
            ]
          : []),
      ],
      rows,
    ),
  );
};

/** Origin of c in θT − c·θ0. */
const decaySays = ({ reconstructions }: Report): string => {
  const decay = reconstructions.find(({ decay: found }) => found)?.decay;
  if (decay === undefined) return '';
  const origin = decay.origin === 'record' ? "from the run's record" : 'by least squares';
  return `; change without decay: θT − c·θ0, c = ${shortNumber(decay.kept)} ${origin}`;
};

/** The nulls of the two SVDs. */
const nullSays = ({ reconstructions }: Report): string => {
  const draws = reconstructions.find(({ null: found }) => found?.draws !== undefined)?.null?.draws;
  const rows = 'of joint SVD rows that share nothing';
  return draws === undefined ? rows : `shuffled entries (mean of ${draws} draws), ${rows}`;
};

type Accuracies = Readonly<Record<string, number>>;
type Answered = Partial<ReconstructionEntry['points'][number]>;
const ofAll = ({ testAccuracy }: Answered): Accuracies | undefined => testAccuracy;
const ofUnmirrored = ({ testAccuracyUnmirrored }: Answered): Accuracies | undefined => testAccuracyUnmirrored;

const accuracyOf = (accuracy: Accuracies | undefined): string =>
  accuracy === undefined ? '–' : Object.values(accuracy).map(percent).join(', ');

/** Ranks at which every task first keeps a share of its own accuracy. */
const rankOf = ({ baseline, points }: ReconstructionEntry, share: number, of = ofAll): string => {
  const tasks = Object.entries((baseline && of(baseline)) ?? {});
  if (tasks.length === 0) return '–';
  const found = rankRange(points, (point) => {
    const accuracy = of(point);
    return accuracy && tasks.every(([task, whole]) => (accuracy[task] ?? 0) >= share * whole);
  });
  if (found === undefined) return '–';
  return found.from === found.to ? String(found.to) : `${found.from} to ${found.to}`;
};

const nullRank = (rank: number | undefined): string => (rank === undefined ? '–' : String(rank));

const rankAndShare = (rank: number | undefined, full: number): string =>
  rank === undefined ? '–' : `${rank} (${percent(rank / full)})`;
