import * as v from 'valibot';
import { attentionHeads } from './attentionHeads.js';
import { checkpoints } from './checkpoints.js';
import { accuracies, defects, onsets } from './defects.js';
import { modes } from './modes.js';
import { matrixGaps, pathShares } from './path.js';
import { principalAngles } from './principalAngles.js';
import { reconstructions } from './reconstructions.js';
import { section } from './section.js';
import { trajectories } from './trajectories.js';
import { gapDeclines, updateSpectra } from './updateSpectra.js';

/** Lists of another run's report that pages draw over the inspected run's. Its spectra are in `runSpectra`. */
export const overlaidSections = {
  checkpoints,
  trajectories,
  reconstructions,
  defects,
  onsets,
  accuracies,
  matrixGaps,
  pathShares,
  updateSpectra,
  gapDeclines,
  principalAngles,
  attentionHeads,
  modes,
} as const;
export type OverlaidSection = keyof typeof overlaidSections;
export const overlaidNames = Object.keys(overlaidSections) as OverlaidSection[];

const entryOf = <const Name extends OverlaidSection>(name: Name) =>
  v.object({
    /** Name and path of the other run. */
    run: v.string(),
    path: v.string(),
    section: v.literal(name),
    /** Groups, tensors and layers have the inspected run's names. */
    entry: overlaidSections[name].schema,
  });

/** An entry of the other run's report. */
export const runResultSchema = v.variant('section', [
  entryOf('checkpoints'),
  entryOf('trajectories'),
  entryOf('reconstructions'),
  entryOf('defects'),
  entryOf('onsets'),
  entryOf('accuracies'),
  entryOf('matrixGaps'),
  entryOf('pathShares'),
  entryOf('updateSpectra'),
  entryOf('gapDeclines'),
  entryOf('principalAngles'),
  entryOf('attentionHeads'),
  entryOf('modes'),
]);
export type RunResult = v.InferOutput<typeof runResultSchema>;

export const runResults = section(runResultSchema, ({ path, run, section: name, entry }) => {
  const keyOf = overlaidSections[name].key as (entry: RunResult['entry']) => string;
  return `${path}|${run}|${name}|${keyOf(entry)}`;
});
