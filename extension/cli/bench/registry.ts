import type { Bench } from './bench.js';
import { clusterBench } from './cluster.js';
import { defectBench } from './defect.js';
import { estimatesBench } from './estimates.js';
import { evaluateBench } from './evaluate.js';
import { growthBench } from './growth.js';
import { hostBench } from './host.js';
import { inspectBench } from './inspect.js';
import { svdBench } from './svd.js';
import { lowRankBench } from './lowRank.js';
import { modelBench } from './model.js';
import { powerLawBench } from './powerLaw.js';
import { sweepBench } from './sweep.js';
import { timeLeftBench } from './timeLeft.js';
import { trainBench } from './train.js';
import { trajectoryBench } from './trajectory.js';
import { updateSpectraBench } from './updateSpectra.js';

/** Every benchmark of the project. To add one, add a file and a row. */
export const benches: readonly Bench[] = [
  svdBench,
  powerLawBench,
  estimatesBench,
  inspectBench,
  modelBench,
  trajectoryBench,
  updateSpectraBench,
  trainBench,
  lowRankBench,
  defectBench,
  sweepBench,
  clusterBench,
  evaluateBench,
  growthBench,
  hostBench,
  timeLeftBench,
];
