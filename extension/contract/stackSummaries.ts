import { median } from './median.js';
import type { Report, SpectrumEntry, StatisticNull } from './report.js';
import { statisticKeys, type StatisticKey } from './statistics/table.js';

/**
 * A stack of matrices (experts, heads) in one row: of each statistic, and of its nulls, the median over the matrices. One
 * that some matrix lacks is absent.
 */
export type StackSummary = Pick<
  SpectrumEntry,
  'step' | 'tensor' | 'of' | 'rows' | 'columns' | 'exact' | StatisticKey
> & {
  readonly nulls: Pick<SpectrumEntry['nulls'], StatisticKey>;
  /** Matrices of the stack. */
  readonly count: number;
  /** Those of them with a spectrum at this step, over which the medians are. */
  readonly measured: number;
};

/** Whether a part of a tensor is one of a stack of matrices, and not a block of a fused matrix. */
export const isOfStack = (part: string | undefined): boolean => part !== undefined && /^\[\d+\]$/.test(part);

/** How a stack is named beside its matrices `[0]`, `[1]`, …: `[0 … 7]`. */
export const stackPart = ({ count }: Pick<StackSummary, 'count'>): string => `[0 … ${count - 1}]`;

/** One summary for each stack of two or more matrices, each step and each side, in the order of the spectra. */
export const stackSummaries = ({ tensors, spectra }: Pick<Report, 'tensors' | 'spectra'>): StackSummary[] => {
  const counts = new Map<string, number>();
  for (const { name, part } of tensors) {
    if (isOfStack(part)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const stacks = new Map<string, SpectrumEntry[]>();
  for (const entry of spectra) {
    if (!isOfStack(entry.part)) continue;
    const key = `${entry.step}|${entry.of}|${entry.tensor}`;
    const stack = stacks.get(key);
    if (stack) stack.push(entry);
    else stacks.set(key, [entry]);
  }
  return [...stacks.values()].flatMap((stack) => {
    const count = counts.get(stack[0]!.tensor) ?? stack.length;
    return count > 1 ? [summaryOf(stack, count)] : [];
  });
};

const summaryOf = (stack: readonly SpectrumEntry[], count: number): StackSummary => {
  const { step, tensor, of, rows, columns } = stack[0]!;
  const over = <Entry>(
    medianOf: (values: readonly SpectrumEntry[], key: StatisticKey) => Entry | undefined,
  ): { [K in StatisticKey]?: Entry } =>
    Object.fromEntries(
      statisticKeys.flatMap((key) => {
        const found = medianOf(stack, key);
        return found === undefined ? [] : [[key, found]];
      }),
    );
  return {
    ...{ step, tensor, of, rows, columns, count, measured: stack.length },
    exact: stack.every(({ exact }) => exact),
    ...over((entries, key) => medianOfAll(entries.map((entry) => entry[key]))),
    // Every spectrum has these.
    spectralNorm: median(stack.map(({ spectralNorm }) => spectralNorm)),
    frobeniusNorm: median(stack.map(({ frobeniusNorm }) => frobeniusNorm)),
    nulls: over((entries, key) => medianNull(entries.map(({ nulls }) => nulls[key]))),
  };
};

const medianNull = (nulls: readonly (StatisticNull | undefined)[]): StatisticNull | undefined => {
  const [mean, q05, q95] = (['mean', 'q05', 'q95'] as const).map((key) =>
    medianOfAll(nulls.map((one) => one?.[key])),
  );
  return mean === undefined || q05 === undefined || q95 === undefined ? undefined : { mean, q05, q95 };
};

/** Undefined where a value is missing. */
const medianOfAll = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length < values.length || known.length === 0 ? undefined : median(known);
};
