import type { Warning } from '../../../contract/report.js';

/** A series is even if at least this share of its gaps are of one length. */
const EVEN_SHARE = 0.6;
const MOST_NAMED = 8;

/**
 * Steps that an even series lacks: gaps that are twice, three times, … the most frequent one. Uneven series
 * (1, 2, 4, 8, …) have no such gap, and a last save off the grid is no hole.
 * @param steps ascending.
 */
export const missingSteps = (steps: readonly number[]): readonly number[] => {
  const distinct = [...new Set(steps)];
  const gaps = distinct.slice(1).map((step, i) => step - distinct[i]!);
  const counts = new Map<number, number>();
  for (const gap of gaps) counts.set(gap, (counts.get(gap) ?? 0) + 1);
  const [spacing, frequency] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [0, 0];
  if (frequency < 2 || frequency < EVEN_SHARE * gaps.length) return [];
  return gaps.flatMap((gap, i) =>
    gap % spacing === 0
      ? Array.from(
          { length: Math.min(gap / spacing - 1, 10_000) },
          (_, k) => distinct[i]! + (k + 1) * spacing,
        )
      : [],
  );
};

export const stepsMissingWarnings = (path: string, steps: readonly number[]): Warning[] => {
  const missing = missingSteps(steps);
  if (missing.length === 0) return [];
  const named = missing.slice(0, MOST_NAMED).join(', ') + (missing.length > MOST_NAMED ? ', …' : '');
  const verb = missing.length === 1 ? 'step is' : 'steps are';
  return [
    {
      code: 'steps-missing',
      path,
      message: `In an otherwise even series ${missing.length} ${verb} missing: ${named}.`,
    },
  ];
};
