import { describe, expect, it } from 'vitest';
import type { RunFile } from '../../../extension/contract/run.js';
import { allRuns, type CellResult } from '../../../extension/engine/papers/paper.js';
import type { Measured16746 } from '../../../extension/engine/papers/2602.16746/measure.js';
import { transverseCurvature as paper } from '../../../extension/engine/papers/2602.16746/paper.js';

const planOf = (options: Readonly<Record<string, string>>, seeds = [42, 7]) =>
  paper.plan({ quick: true, seeds, options });

describe('the interventions of 2602.16746', () => {
  it('are planned where asked for, after the runs whose paths they take', () => {
    expect(planOf({}).then).toEqual([]);
    const plan = planOf({ suppression: '0.5,1' });
    expect(plan.then).toHaveLength(8);
    for (const { config, seed } of plan.then!) {
      const [asked] = config.interventions!;
      expect(asked).toMatchObject({ kind: 'suppress', part: 'transverse', from: 500 });
      if (asked?.basis?.kind !== 'execution') continue;
      const spans = asked.basis.run.replace('../', '');
      const base = plan.runs.find(({ name }) => name === spans)!;
      expect([base.seed, base.tasks, base.decay]).toEqual([seed, ['add'], 1]);
    }
    expect(new Set(allRuns(plan).map(({ name }) => name)).size).toBe(allRuns(plan).length);
    expect(paper.plan({ quick: false, options: {} }).then!.length).toBe(2 * 2 * 4);
    expect(() => planOf({ suppression: 'none,1' })).toThrow(/none alone/);
  });

  it('are in a table beside the same strength on random directions, a seed a column', () => {
    const plan = planOf({ suppression: '0.5,1' });
    const results = allRuns(plan).map((cell): CellResult<Measured16746> => {
      const [asked] = cell.config.interventions ?? [];
      const late =
        asked?.kind !== 'suppress'
          ? 0
          : asked.strength === 1
            ? undefined
            : asked.basis.kind === 'random'
              ? 100
              : 300;
      return {
        ...{ cell, inGrid: true, status: 'finished', step: 6000 },
        ...(late === undefined ? {} : { grokStep: 3000 + cell.seed + late }),
      };
    });
    const table = paper.tables(results).find(({ title }) => title.startsWith('Suppression'))!;
    expect(table.columns).toEqual(['basis', 'strength', 'seed 7', 'seed 42', 'delay', 'published delay']);
    expect(table.rows).toEqual([
      ['no intervention', '0', '3007', '3042', '0', '0'],
      ['execution', '0.5', '3307', '3342', '+300, +300', '+300'],
      ['execution', '1', 'not by 6000', 'not by 6000', '–', 'never'],
      ['random', '0.5', '3107', '3142', '+100, +100', 'within 50'],
      ['random', '1', 'not by 6000', 'not by 6000', '–', 'never'],
    ]);
    expect(table.plot?.curves.map(({ kind, points }) => [kind, points.length])).toEqual([
      ['curve', 2],
      ['curve', 2],
      ['null', 2],
      ['null', 2],
    ]);
  });

  it('learning rates are runs of their own, and their leads have a law beside that of uniform onsets', () => {
    const plan = planOf({ rates: '1e-4,3e-4,1e-3,3e-3' });
    const rated = plan.runs.filter(({ name }) => name.includes('-lr'));
    expect(rated.map(({ config }) => config.learningRate).sort()).toEqual(
      [1e-4, 1e-4, 3e-4, 3e-4, 3e-3, 3e-3].sort(),
    );
    const onset = (step: number): Measured16746['onsets'][number] => ({
      ...{ precision: 'float64', measure: 'defect', every: 1, threshold: 20, factor: 10 },
      ...{ baseline: 1, growth: 100, step },
    });
    const additions = plan.runs.filter(({ tasks, decay }) => tasks.join() === 'add' && decay === 1);
    const results = additions.map((cell): CellResult<Measured16746> => {
      const grokStep = Math.round(3 / cell.config.learningRate);
      const lead = Math.round(0.05 * grokStep ** 1.2);
      const nothing = { defects: [], accuracies: [], pathShares: [], matrixGaps: [] };
      return {
        ...{ cell, inGrid: true, status: 'finished', step: grokStep, grokStep, run: {} as RunFile },
        analysis: { ...nothing, onsets: [onset(grokStep - lead)] },
      };
    });
    const table = paper.tables(results).find(({ title }) => title.startsWith('Lead over grokking across'))!;
    expect(table.rows).toHaveLength(8);
    expect(table.notes[0]).toMatch(
      /α = 1\.20 \(95 % of 1000 bootstrap draws of the 8 runs: 1\.(19|20) to 1\.20\)/,
    );
    expect(table.notes[0]).toMatch(/Null, onsets uniform/);
  });
});
