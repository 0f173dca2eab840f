import { analyses } from './analyses.js';
import { attentionHeads } from './attentionHeads.js';
import { checkpoints } from './checkpoints.js';
import { comparisons, comparisonSummaries } from './comparisons.js';
import { controls } from './controls.js';
import { curves } from './curves.js';
import { accuracies, defects, onsets } from './defects.js';
import { distributions } from './distributions.js';
import { matrixDetails } from './matrixDetails.js';
import { modeMaps, modeNulls, modeRidge, modes } from './modes.js';
import { matrixGaps, pathShares } from './path.js';
import { principalAngles } from './principalAngles.js';
import { reconstructions } from './reconstructions.js';
import { runResults } from './runResults.js';
import { runSpectra } from './runSpectra.js';
import { metrics, run } from './run.js';
import { spectra } from './spectra.js';
import { sweep, sweepCells, sweepTables } from './sweep.js';
import { tensors } from './tensors.js';
import { trajectories } from './trajectories.js';
import { gapDeclines, updateSpectra } from './updateSpectra.js';
import { warnings } from './warnings.js';

/**
 * The lists of the report, in the order of its JSON. The types of the report and of its additions, their
 * validation and the store's replacement rule are derived from these rows. A new list is one file in this
 * folder and one row here.
 */
export const reportSections = {
  warnings,
  checkpoints,
  tensors,
  distributions,
  spectra,
  principalAngles,
  trajectories,
  reconstructions,
  controls,
  defects,
  onsets,
  accuracies,
  matrixGaps,
  pathShares,
  updateSpectra,
  gapDeclines,
  attentionHeads,
  matrixDetails,
  runSpectra,
  runResults,
  comparisonSummaries,
  comparisons,
  modes,
  modeNulls,
  modeRidge,
  modeMaps,
  analyses,
  run,
  metrics,
  curves,
  sweep,
  sweepCells,
  sweepTables,
} as const;

export type SectionName = keyof typeof reportSections;
export const sectionNames = Object.keys(reportSections) as SectionName[];
