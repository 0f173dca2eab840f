import type { TaskStep } from '../../ground/work/tasks.js';
import { analysis, type AnalysisRun } from '../analysis.js';
import { trajectoryReconstruction } from '../reconstruction/reconstructions.js';
import { PassCollector } from './passCollector.js';
import { trajectoryPass } from './trajectoryPass.js';

type Sections = 'tensors' | 'checkpoints' | 'trajectories' | 'reconstructions';

/** Each byte is read once; what the pass gives is the trajectory and the sums of the tensors. */
export const trajectory = analysis({
  id: 'trajectory',
  summary: 'sums of the tensors; PCA of the path of the weights, and the final weights rebuilt from it',
  sections: ['tensors', 'checkpoints', 'trajectories', 'reconstructions'],
  needs: 'series',
  isDefault: true,
  topic: 'trajectory',
  weight: ({ survey }) => 100 * survey.parameters * survey.checkpoints.length,
  steps: collectedPass,
});

/** The pass over all bytes, then what needs all of it: the trajectory of everything and its reconstruction. */
async function* collectedPass(run: AnalysisRun<Sections>): AsyncGenerator<TaskStep, void> {
  const collector = new PassCollector(run.survey, run.settings, run.group, run.emit, run.training);
  yield* trajectoryPass(run.survey, collector);
  const uncentred = await collector.finish();
  if (uncentred !== undefined) yield* trajectoryReconstruction(run, uncentred);
}
