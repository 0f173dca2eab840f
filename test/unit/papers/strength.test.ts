import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planOf, strengthOf } from '../../../extension/engine/papers/2606.04405/plan.js';
import { regulariserOfConfig, strengthOfConfig } from '../../../extension/engine/papers/strength.js';
import { learntFrom, learntOf } from '../../../extension/engine/runs/learnt.js';
import { loadRunConfig, withAssignments } from '../../../extension/engine/training/runConfig.js';

const base = await loadRunConfig('2606.04405-l2');
const configured = (...set: string[]) => withAssignments(base, ['learningRate=0.02', ...set]);

describe('how strongly a configuration keeps weights small', () => {
  it.each([
    [['weightDecay=0'], 'none', undefined],
    [['weightDecay=0.5'], 'l2', { label: 0.5, perStep: 0.01 }],
    [['weightDecay=0', 'lowRankDecay.lambda=0.5'], 'low-rank', { label: 0.5, perStep: 0.01 }],
    [['weightDecay=1', 'lowRankDecay.lambda=0.5'], 'both', { label: 0.5, perStep: 0.03 }],
    [
      ['weightDecay=0', 'lowRankDecay.lambda=0.5', 'lowRankDecay.frobeniusFactor=false'],
      'low-rank',
      { label: 0.5 },
    ],
    [
      ['weightDecay=1', 'lowRankDecay.lambda=0.5', 'decayedParameters=outside-low-rank'],
      'low-rank',
      { label: 0.5, perStep: 0.01 },
    ],
  ] as const)('%s', (set, regulariser, strength) => {
    const config = configured(...set);
    expect(regulariserOfConfig(config)).toBe(regulariser);
    expect(strengthOfConfig(config)).toEqual(strength);
  });

  it('is the label of the authors’ diagram and, per step, a hundred times more of Low-Rank Decay', () => {
    const { runs } = planOf({ quick: false, options: { parts: 'diagram' } });
    const at = (name: string) => strengthOf(runs.find((cell) => cell.name === name)!)!;
    const [l2, lowRank] = [at('diagram-l2-0.01-f0.4-seed42'), at('diagram-lrd-0.01-f0.4-seed42')];
    expect([l2.label, lowRank.label]).toEqual([0.01, 0.01]);
    expect(l2.perStep).toBeCloseTo(1e-3 * 0.1, 12);
    expect(lowRank.perStep! / l2.perStep!).toBeGreaterThan(100);
    const { runs: searched } = planOf({ quick: true, options: {} });
    expect(strengthOf(searched[0]!)).toBeUndefined();
  });
});

describe('what a run has learnt so far', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'wg-learnt-'));
  afterAll(() => rmSync(scratch, { recursive: true }));
  const line = (step: number, add: number, mul: number) => ({ step, testAccuracy: { add, mul } });

  it('is of the task furthest behind; a fall later takes nothing back', () => {
    const lines = [line(0, 0, 0), line(50, 1, 0.9), line(100, 0.97, 0.96), { step: 110 }, line(150, 0.2, 1)];
    expect(learntFrom(lines)).toEqual({ testAccuracy: 0.2, generalised: 100 });
    expect(learntFrom([{ step: 0 }])).toEqual({});
  });

  it('is read again when the metrics have grown', async () => {
    const write = (lines: readonly object[]): void =>
      writeFileSync(
        join(scratch, 'metrics.jsonl'),
        lines.map((each) => `${JSON.stringify(each)}\n`).join(''),
      );
    expect(await learntOf(scratch)).toEqual({});
    write([line(0, 0.5, 0.4)]);
    expect(await learntOf(scratch)).toEqual({ testAccuracy: 0.4 });
    write([line(0, 0.5, 0.4), line(50, 1, 1)]);
    expect(await learntOf(scratch)).toEqual({ testAccuracy: 1, generalised: 50 });
  });
});
