import { basename } from 'node:path';
import type { Warning } from '../../../contract/report.js';
import type { Candidate } from './candidates.js';

/** `last.ckpt`, `best.pt`, `final.safetensors`: checkpoints whose names do not say where in the series they belong. */
export const isAlias = ({ entry }: Candidate): boolean =>
  entry.step === undefined &&
  /(?:^|[._-])(?:last|latest|best|final|current|newest)(?:[._-]|$)/i.test(entry.label);

const MOST_NAMED = 5;

/** Never dropped in silence: they may repeat a checkpoint of the series, or be one more. */
export const aliasesLeftOut = (folder: string, aliases: readonly Candidate[]): Warning => {
  const names = aliases.map(({ entry }) => basename(entry.path));
  const shown = names.slice(0, MOST_NAMED).join(', ') + (names.length > MOST_NAMED ? ', …' : '');
  const [verb, whose] = names.length === 1 ? ['is', 'its name says'] : ['are', 'their names say'];
  const message = `${shown} ${verb} left out of the series: ${whose} no step. Open ${names.length === 1 ? 'it' : 'them'} by itself.`;
  return { code: 'checkpoints-left-out', path: folder, message };
};

const isBeginning = ({ entry }: Candidate): boolean =>
  entry.step === undefined &&
  /^(?:.*[._-])?(?:init|initial|initialization|initialisation)$/i.test(entry.label);

/** `init` is what a series begins from: step 0, where the folder's only series has no checkpoint there. */
export const withBeginning = (candidates: readonly Candidate[]): readonly Candidate[] => {
  const stepped = candidates.filter(({ entry }) => entry.step !== undefined);
  const families = new Set(stepped.map(({ family }) => family));
  const beginnings = candidates.filter(isBeginning);
  const isTaken = stepped.some(({ entry }) => entry.step! <= 0);
  if (families.size !== 1 || beginnings.length !== 1 || isTaken) return candidates;
  const [family] = families;
  return candidates.map((candidate) =>
    candidate === beginnings[0]
      ? { ...candidate, family: family!, entry: { ...candidate.entry, step: 0 } }
      : candidate,
  );
};
