import type { ModeEntry, Report } from '../../../extension/contract/report.js';
import { number, percent } from '../../words/numbers.js';
import { say } from '../../words/say.js';
import type { OtherRun } from '../../report/otherRuns.js';
import { directionsOf, modeAt, stepOf, type Basis } from './figure.js';

/** How many leading directions are beyond each null, and what the largest concentration is. */
export function concentrationSays(report: Report, step: number, basis: Basis): string {
  const nulls = report.modeNulls.find((entry) => entry.step === step)?.bases[basis];
  const found = directionsOf(report, step)
    .filter((direction) => /^v\d+$/.test(direction))
    .flatMap((direction) => {
      const own = modeAt(report, step, direction)?.bases[basis];
      return own ? [{ direction, own }] : [];
    });
  const [most] = [...found].sort((a, b) => b.own.concentration - a.own.concentration);
  if (most === undefined || nulls === undefined) return '';
  return say('modes.concentrationSays', {
    direction: most.direction,
    share: percent(most.own.concentration),
    peak: most.own.peak,
    mean: percent(nulls.fisher.mean),
    q95: percent(nulls.fisher.q95),
    above: found.filter(({ own }) => own.concentration > nulls.fisher.q95).length,
    aboveRandom: found.filter(({ own }) => own.concentration > nulls.random.max).length,
    all: found.length,
    draws: nulls.random.draws,
    max: percent(nulls.random.max),
  });
}

/** The size of a mode beside that of random directions. */
export function sizeSays(report: Report, step: number, mode: ModeEntry | undefined): string {
  const random = report.modes.filter(
    (entry) => entry.step === step && entry.sign === 1 && entry.direction.startsWith('random'),
  );
  if (mode === undefined || random.length === 0) return '';
  const mean = random.reduce((sum, entry) => sum + entry.mean, 0) / random.length;
  return say('modes.sizeSays', {
    direction: mode.direction,
    mean: number(mode.mean),
    random: number(mean),
    count: random.length,
    radial: number(mode.radial),
  });
}

/**
 * Mean share of the largest of `count` powers of white noise, which are independent and exponential: H_count/count (the
 * largest spacing of a line cut at random). The mean of all, 1/count, would be no null of the strongest.
 */
export const largestOfNoise = (count: number): number => {
  let harmonic = 0;
  for (let i = 1; i <= count; i++) harmonic += 1 / i;
  return harmonic / count;
};

export function mapSays(report: Report, step: number, direction: string): string {
  const map = report.modeMaps.find((entry) => entry.step === step && entry.direction === direction);
  const [first] = map?.peaks ?? [];
  return map === undefined || first === undefined
    ? ''
    : say('modes.mapSays', {
        wa: first.wa,
        wb: first.wb,
        share: percent(first.share),
        expected: percent(largestOfNoise((map.prime ** 2 - 1) / 2)),
      });
}

/** Which runs are drawn at another step than the inspected one. */
export const otherStepsSay = (others: readonly OtherRun[], step: number): string =>
  others
    .filter(({ report }) => report.modes.length > 0 && stepOf(report, step) !== step)
    .map(({ name, report }) => ` ${say('modes.otherStep', { run: name, step: stepOf(report, step) })}`)
    .join('');
