/** What a checkpoint's name says: the step, and the name with the step taken out, which its series has in common. */
export interface SteppedName {
  readonly step: number;
  readonly family: string;
}

interface NamePattern {
  /** For example. */
  readonly example: string;
  /** `digits` is the step; `unit` (k, M) multiplies it. */
  readonly pattern: RegExp;
  /** Folders are called by numbers for many reasons: these patterns alone make one a checkpoint. */
  readonly forFolders: boolean;
}

const NUMBER = String.raw`(?<digits>\d{1,15})(?<unit>[kKM])?(?![a-zA-Z\d])`;
const SEPARATOR = '[=_.-]?';

/** The first that matches decides: a step is surer than an epoch, and a word is surer than a bare number. */
const patterns: readonly NamePattern[] = [
  {
    example: 'step_000100, epoch=3-step=77, iter_0001000, global_step500',
    pattern: new RegExp(
      `(?:^|[^a-z])(?:global_?steps?|steps?|iter(?:ation)?s?|itr|updates?)${SEPARATOR}${NUMBER}`,
      'i',
    ),
    forFolders: true,
  },
  {
    example: 'epoch_12, ep12',
    pattern: new RegExp(`(?:^|[^a-z])(?:epochs?|ep)${SEPARATOR}${NUMBER}`, 'i'),
    forFolders: true,
  },
  {
    example: 'checkpoint-500, ckpt_10',
    pattern: new RegExp(`(?:^|[^a-z])(?:checkpoint|ckpt|chkpt|snapshot)${SEPARATOR}${NUMBER}`, 'i'),
    forFolders: true,
  },
  {
    example: 'model_00010, weights.7',
    pattern: new RegExp(
      `(?:^|[^a-z])(?:model|weights?|params?|state_?dict|net(?:work)?)${SEPARATOR}${NUMBER}`,
      'i',
    ),
    forFolders: false,
  },
  { example: '000100, 100_model', pattern: new RegExp(`^${NUMBER}`), forFolders: true },
  {
    // Numbers that tell things apart rather than count time are no steps.
    example: 'grokking_000100',
    pattern: new RegExp(
      `(?<!(?:^|[^a-z])(?:seed|run|rank|fold|version|v|part|shard|layer|exp|trial|gpu|worker|split|d|p|wd|lr))[=_-]${NUMBER}$`,
      'i',
    ),
    forFolders: false,
  },
];

const units: Readonly<Record<string, number>> = { k: 1e3, K: 1e3, M: 1e6 };

/** Values that vary within a series beside the step: Lightning's epochs and metrics, its `-v1` for a second save. */
const withoutCompanionValues = (text: string): string =>
  text
    .replace(/(epoch)[=_-]?\d+/gi, '$1#')
    .replace(/=-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, '=#')
    .replace(/-v\d+$/, '');

/**
 * The step in a name without its ending, by the table of patterns; undefined where it has none. An epoch counts as
 * a step where nothing else does.
 */
export const stepInName = (name: string, kind: 'file' | 'folder'): SteppedName | undefined => {
  for (const { pattern, forFolders } of patterns) {
    if (kind === 'folder' && !forFolders) continue;
    // The last one in the name: `model_1_step_100_step_200` was saved at 200.
    const found = [...name.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))].at(-1);
    if (found?.groups === undefined) continue;
    const digits = found.groups['digits']!;
    const step = Number(digits) * (units[found.groups['unit'] ?? ''] ?? 1);
    const at = found.index + found[0].lastIndexOf(digits);
    const after = name.slice(at + digits.length + (found.groups['unit']?.length ?? 0));
    return { step, family: `${withoutCompanionValues(name.slice(0, at))}#${withoutCompanionValues(after)}` };
  }
  return undefined;
};
