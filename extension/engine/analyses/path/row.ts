import type { TaskStep } from '../../ground/work/tasks.js';
import { growingWindowsMs, passMs, singularValuesMs } from '../expectedTime.js';
import { analysis, type AnalysisRun } from '../analysis.js';
import { groupGrams } from '../trajectory/groupGrams.js';
import { gapsAt, queriesAndKeys } from './gaps.js';
import { pathSharesOf } from './shares.js';

export const path = analysis({
  id: 'path',
  summary: 'PC1 of each attention matrix over expanding windows; singular-value gaps and matrix commutators',
  sections: ['matrixGaps', 'pathShares'],
  needs: 'series',
  isDefault: false,
  isLast: true,
  topic: 'dynamics',
  weight: (run) => {
    const followed = run.plan.matrices.filter(({ group }) => isFollowed(group));
    const gaps = followed.reduce((ms, spec) => ms + 4 * singularValuesMs(run.plan, spec), 0);
    return passMs(run) + growingWindowsMs(run, followed.length) + run.survey.checkpoints.length * gaps;
  },
  steps: pathSteps,
});

/** Attention matrices: what 2602.16746 follows. */
const isFollowed = (group: string): boolean => /^layer\d+\.[QKVO]$/.test(group);

/** What a path needs no model for. */
export async function* pathSteps(
  run: AnalysisRun<'matrixGaps' | 'pathShares'>,
): AsyncGenerator<TaskStep, void> {
  const { survey, values, settings, training, emit } = run;
  const groups = (yield* groupGrams(run)).filter(({ group }) => isFollowed(group));
  const steps = survey.checkpoints.map(({ step }) => step);
  const layers = queriesAndKeys(survey);
  const total = groups.length + steps.length;
  for (const [at, group] of groups.entries()) {
    const request = { steps, draws: settings.randomWalkDraws, seed: settings.seed };
    emit({ pathShares: await pathSharesOf(group, { ...request, ...(training ? { training } : {}) }) });
    yield { fraction: (at + 1) / total, text: `Path: PC1 of ${group.group}` };
  }
  for (const [index, step] of steps.entries()) {
    const found = [];
    for (const layer of layers) found.push(await gapsAt(survey, values, index, layer, settings.seed));
    emit({ matrixGaps: found.filter((entry) => entry !== undefined) });
    yield { fraction: (groups.length + index + 1) / total, text: `Path: gaps at step ${step}` };
  }
}
