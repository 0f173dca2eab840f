/** What a checkpoint's name says: the step, and the name with the step taken out, which its series has in common. */
export interface SteppedName {
  /** Absent where a date tells the order: such names sort as they are. */
  readonly step?: number;
  readonly family: string;
}

interface NamePattern {
  /** For example. */
  readonly example: string;
  /** `digits` is the step; `unit` (k, M) multiplies it, `sign` negates it. */
  readonly pattern: RegExp;
  /** Folders are called by numbers for many reasons: these patterns alone make one a checkpoint. */
  readonly forFolders: boolean;
}

const END = String.raw`(?![a-zA-Z\d])`;
const EXPONENT = String.raw`(?:e\+?\d{1,2})?`;
/** Thousands and millions only beside a word for steps: 16k is a sampling rate elsewhere, 7B a size. */
const COUNT = String.raw`(?<digits>\d{1,15}${EXPONENT})(?<unit>[kKM])?${END}`;
const NUMBER = String.raw`(?<digits>\d{1,15}${EXPONENT})${END}`;
const EPOCH = String.raw`(?<digits>\d{1,15}(?:\.\d{1,4})?)${END}`;
const SEPARATOR = '[=_.-]?';
const SIGNED = String.raw`(?:[=_.](?<sign>-)(?=\d)|${SEPARATOR})`;

/** The first that matches decides: a step is surer than an epoch, and a word is surer than a bare number. */
const patterns: readonly NamePattern[] = [
  {
    example: 'step_000100, epoch=3-step=77, iter_0001000, global_step500, 2k_steps, step_-1',
    pattern: new RegExp(
      `(?:^|[^a-z])(?:global_?steps?|steps?|iter(?:ation)?s?|itr|updates?)${SIGNED}${COUNT}`,
      'i',
    ),
    forFolders: true,
  },
  {
    example: 'rl_model_2000_steps, 500steps, 3_epochs',
    pattern: new RegExp(
      String.raw`(?:^|[^a-zA-Z\d.])(?<digits>\d{1,15})(?<unit>[kKM])?[_-]?(?:steps?|iter(?:ation)?s?)(?![a-z])`,
      'i',
    ),
    forFolders: true,
  },
  {
    example: 'epoch_12, ep12, epoch0.5, model_e10',
    pattern: new RegExp(`(?:(?:^|[^a-z])(?:epochs?|ep)${SEPARATOR}|(?:^|[^a-zA-Z\\d])e)${EPOCH}`, 'i'),
    forFolders: true,
  },
  {
    example: 'checkpoint-500, ckpt_10, ckpt-1k',
    pattern: new RegExp(`(?:^|[^a-z])(?:checkpoint|ckpt|chkpt|snapshot)${SEPARATOR}${COUNT}`, 'i'),
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
  { example: '1k, 10k', pattern: /^(?<digits>\d{1,12})(?<unit>[kKM])$/, forFolders: true },
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

/** A day, with a time or without: 2024-01-31_23-59-00, 20240131T2359. */
const DATE =
  /(?<!\d)(?:19|20)\d\d([-_.]?)(?:0\d|1[0-2])\1(?:[0-2]\d|3[01])(?:[-_T. ]?[0-2]\d[-_.:]?[0-5]\d(?:[-_.:]?[0-5]\d)?)?(?!\d)/g;

/** Values that trainers write into names beside the step, by their words. */
const MEASURES =
  'loss|acc(?:uracy)?|lr|ppl|perplexity|bleu|rouge|f1|auc|iou|mAP|mse|mae|rmse|psnr|ssim|fid|wer|cer|reward|return|score|metric|tokens?|samples|seen';

/** Values that vary within a series beside the step: epochs, metrics, rates, tokens; Lightning's `-v1` for a second save. */
const withoutCompanionValues = (text: string): string =>
  text
    .replace(DATE, '@')
    .replace(/(epoch)[=_-]?\d+(?:\.\d+)?/gi, '$1#')
    .replace(/=-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, '=#')
    .replace(
      new RegExp(`(?<![a-z])(${MEASURES})[=_-]?-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?[kKMBT]?(?![a-z\\d])`, 'gi'),
      '$1#',
    )
    .replace(/(^|[_-])-?\d+\.\d+(?:e[+-]?\d+)?(?=$|[_-])/gi, '$1#')
    .replace(/-v\d+$/, '');

/** The pattern's last match in the name: `model_1_step_100_step_200` was saved at 200. */
const match = (name: string, pattern: RegExp): SteppedName | undefined => {
  const found = [...name.matchAll(new RegExp(pattern.source, `${pattern.flags}g`))].at(-1);
  if (found?.groups === undefined) return undefined;
  const { digits, unit, sign } = found.groups as { digits: string; unit?: string; sign?: string };
  const step = (sign === undefined ? 1 : -1) * Number(digits) * (units[unit ?? ''] ?? 1);
  const from = found.index + found[0].lastIndexOf(digits);
  const after = name.slice(from + digits.length + (unit?.length ?? 0));
  const before = name.slice(0, from - (sign?.length ?? 0));
  return { step, family: `${withoutCompanionValues(before)}#${withoutCompanionValues(after)}` };
};

/**
 * The step in a name without its ending, by the table of patterns; undefined where it has none. An epoch is
 * the step where no other number is, and may have a fraction. A date is not a step, but orders checkpoints.
 */
export const stepInName = (name: string, kind: 'file' | 'folder'): SteppedName | undefined => {
  const dateless = name.replace(DATE, '@');
  for (const { pattern, forFolders } of patterns) {
    if (kind === 'folder' && !forFolders) continue;
    const found = match(dateless, pattern);
    if (found !== undefined) return found;
  }
  // A date alone: a run's name has one too, so that only whole names count for folders.
  const isDated = dateless !== name && (kind === 'file' || dateless === '@');
  return isDated ? { family: withoutCompanionValues(name) } : undefined;
};
