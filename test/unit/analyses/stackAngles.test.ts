import * as v from 'valibot';
import { afterEach, describe, expect, it } from 'vitest';
import {
  inspectSettingsSchema,
  reportAdditionSchema,
  type PrincipalAnglesEntry,
} from '../../../extension/contract/report.js';
import { ReportStore } from '../../../extension/contract/reportStore.js';
import { seededRandom } from '../../../extension/engine/ground/seededRandom.js';
import { inspect } from '../../../extension/engine/inspection/inspect.js';
import { seriesFolder, type Weights } from '../inspection/seriesFixture.js';

const removals: (() => void)[] = [];
afterEach(() => removals.splice(0).forEach((remove) => remove()));

const anglesOf = async (steps: Record<number, Weights>): Promise<readonly PrincipalAnglesEntry[]> => {
  const { folder, remove } = seriesFolder(steps);
  removals.push(remove);
  const store = new ReportStore();
  await inspect(
    { path: folder, settings: v.parse(inspectSettingsSchema, { shuffleDraws: 2 }) },
    {
      signal: new AbortController().signal,
      onAddition: (addition) => store.add(v.parse(reportAdditionSchema, addition)),
      analyses: () => [],
    },
  );
  return store.report()!.principalAngles;
};

const heads = (count: number, rows: number, columns: number) => {
  const random = seededRandom(count);
  const size = rows * columns;
  let values = Array.from({ length: count * size }, () => Math.fround(random.normal()));
  const stacked: Record<number, Weights> = {};
  const apart: Record<number, Weights> = {};
  for (const step of [0, 10, 20]) {
    stacked[step] = { 'blocks.0.attn.W_Q': { shape: [count, rows, columns], values } };
    apart[step] = Object.fromEntries(
      Array.from({ length: count }, (_, head) => [
        `head${head}.weight`,
        { shape: [rows, columns], values: values.slice(head * size, (head + 1) * size) },
      ]),
    );
    values = values.map((value) => Math.fround(value + 0.05 * random.normal()));
  }
  return { stacked, apart };
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('principal angles of a stack', () => {
  it.each([
    ['small heads, whose vectors come with the spectra', 4, 32, 16],
    ['large heads', 2, 300, 256],
    ['a stack of one', 1, 32, 16],
  ])('are those of its matrices: %s', async (_, count, rows, columns) => {
    const { stacked, apart } = heads(count, rows, columns);
    const [found, alone] = [await anglesOf(stacked), await anglesOf(apart)];
    expect(found).toHaveLength(2 * count);
    for (let head = 0; head < count; head++) {
      const of = found.filter(({ part }) => part === `[${head}]`);
      const own = alone.filter(({ tensor }) => tensor === `head${head}.weight`);
      expect(of).toHaveLength(2);
      of.forEach((entry, pair) => {
        expect(Math.min(...own[pair]!.left)).toBeGreaterThan(0);
        entry.left.forEach((angle, i) => expect(angle).toBeCloseTo(own[pair]!.left[i]!, 10));
        entry.right.forEach((angle, i) => expect(angle).toBeCloseTo(own[pair]!.right[i]!, 10));
        // Other draws of the same law.
        const ratio = mean(entry.ofStepSize!.left) / mean(own[pair]!.ofStepSize!.left);
        expect(ratio).toBeGreaterThan(0.5);
        expect(ratio).toBeLessThan(2);
      });
    }
  });
});
