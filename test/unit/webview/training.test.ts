import { describe, expect, it } from 'vitest';
import type { RunFile } from '../../../extension/contract/run.js';
import { presets } from '../../../extension/engine/training/presets.js';
import { parseRunConfig } from '../../../extension/engine/training/runConfig.js';
import { tableOf } from '../../../webview/charts/table.js';
import {
  accuracySays,
  lossSays,
  metricsAbsent,
  normSays,
  paceSays,
  phaseSays,
  providerSays,
} from '../../../webview/pages/training/sentences.js';
import {
  accuracyFigure,
  lossFigure,
  normFigure,
  type RunHistory,
} from '../../../webview/pages/training/figure.js';

const config = parseRunConfig(presets[0]!.config, 'tiny');
const run: RunFile = {
  schema: 'weight-geometry/run@1',
  config,
  model: config.model,
  data: { ...config.data, tasks: ['add', 'mul'] },
  provider: { name: 'cpu', tf32: false, passedOver: [{ name: 'webgpu', reason: 'There is no adapter.' }] },
  versions: { onnxruntime: '1.30.0' },
  status: 'finished',
  lastStep: 200,
  grokStep: 200,
};
const history: RunHistory = {
  run,
  lines: [
    { step: 0, testLoss: 8, trainAccuracy: { add: 0.02, mul: 0.01 }, testAccuracy: { add: 0.03, mul: 0.02 } },
    {
      step: 100,
      loss: 0.5,
      testLoss: 9,
      gradientNorm: 0,
      parameterNorm: 20,
      stepsPerSecond: 50,
      trainAccuracy: { add: 1, mul: 0.95 },
      testAccuracy: { add: 0.5, mul: 0.25 },
    },
    {
      step: 200,
      loss: 0.25,
      testLoss: 0.125,
      gradientNorm: 0.1,
      parameterNorm: 18,
      stepsPerSecond: 60,
      trainAccuracy: { add: 1, mul: 1 },
      testAccuracy: { add: 0.99, mul: 0.92 },
    },
  ],
};
const scales = { values: 'linear' } as const;

describe('the charts of a run', () => {
  it('hold every number of its metrics, with what guessing gives beside them', () => {
    const { headings, rows } = tableOf(lossFigure(history, scales)!);
    expect(headings).toHaveLength(4);
    // Two tasks mod 53: 2 ln 53.
    expect(rows).toEqual([
      [0, undefined, 8, 2 * Math.log(53)],
      [100, 0.5, 9, 2 * Math.log(53)],
      [200, 0.25, 0.125, 2 * Math.log(53)],
    ]);
    const accuracy = tableOf(accuracyFigure(history, scales)!);
    expect(accuracy.rows.at(-1)).toEqual([200, 1, 0.99, 1, 0.92, 1 / 53]);
  });

  it('leave out what a log axis has no place for, and mark the grok step', () => {
    const log = { values: 'log' } as const;
    const loss = lossFigure(history, log)!;
    expect(loss.curves.flatMap(({ y }) => y)).not.toContain(0);
    expect(loss.marks?.filter(({ across }) => across === 'x').map(({ at }) => at)).toEqual([200]);
    expect(normFigure(history, log)!.curves.flatMap(({ y }) => y)).not.toContain(0);
  });

  it('are not there before there is a number', () => {
    expect(lossFigure({ run, lines: [] }, scales)).toBeUndefined();
    expect(normFigure({ run, lines: [{ step: 0, testLoss: 1 }] }, scales)).toBeUndefined();
  });
});

describe('sentences about a run', () => {
  it('speak of the task furthest behind, with chance, and of the way from fitting to grokking', () => {
    expect(accuracySays(history)).toMatch(/step 200, 100% of the training pairs and 92% of the test pairs/);
    expect(accuracySays(history)).toMatch(/guessing gets 1\.9%/);
    expect(accuracySays(history)).toMatch(/groks at step 200.*from step 100 on/);
    expect(
      accuracySays({ ...history, lines: history.lines.slice(0, 2), run: { ...run, grokStep: undefined } }),
    ).toMatch(/No grok step yet/);
    expect(lossSays(history)).toMatch(/training loss is 0\.25 and the test loss 0\.125; .* costs 7\.94/);
    const decaying = { ...config, learningRate: 1e-3, warmupSteps: 0, weightDecay: 1 };
    const says = (of: typeof config): string => normSays({ ...history, run: { ...run, config: of } });
    // 20 · .999^100 from the first norm on.
    expect(says(decaying)).toMatch(/from 20 to 18 at step 200; .* decay alone would leave 18\.1/);
    expect(says({ ...decaying, weightDecay: 0 })).not.toMatch(/decay alone/);
    expect(paceSays(history)).toMatch(/median pace is 55 steps\/s/);
  });

  it('say why a chart is not there: it is coming only while the run goes on', () => {
    const pace = (line: RunHistory['lines'][number]) => [line.stepsPerSecond];
    const begun: RunHistory = { run: { ...run, status: 'running' }, lines: [] };
    expect(metricsAbsent(begun, undefined, pace)).toBe('The first steps are on their way…');
    expect(metricsAbsent({ run, lines: [] }, undefined, pace)).toMatch(/^not computed: the run ended/);
    expect(metricsAbsent({ run, lines: [{ step: 0 }] }, undefined, pace)).toMatch(
      /^not computed: .*no numbers/,
    );
    // The window's own state goes before the files, which may lag behind.
    const failed = { phase: 'failed', step: 0, maxSteps: 10, alone: false, actions: [] } as const;
    expect(metricsAbsent(begun, { ...failed, actions: [] }, pace)).toMatch(/^not computed/);
    // There are numbers, but none that a log axis has a place for.
    expect(metricsAbsent({ run, lines: [{ step: 1, stepsPerSecond: 0 }] }, undefined, pace)).toMatch(
      /logarithmic/,
    );
  });

  it('say what it trained on and why better providers were passed over', () => {
    expect(providerSays(run)).toMatch(
      /Trained on cpu by onnxruntime 1\.30\.0, TF32 off\. webgpu was passed over: There/,
    );
  });

  it('believe the window that steers the run before its files', () => {
    expect(phaseSays(history, undefined)).toBe('Finished at step 200 of 4,000');
    const state = { phase: 'paused', step: 150, maxSteps: 4000, alone: false, actions: [] } as const;
    expect(phaseSays(history, { ...state, actions: [] })).toBe('Paused at step 150 of 4,000');
  });
});
