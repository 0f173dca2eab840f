import type { Grid } from '../../runs/grid.js';
import type { PaperFlag } from '../paper.js';

/** Points on which the paper's text and its companion code differ, so that the reproduction must choose. */
export interface Choices {
  /** Heads read the first token (the companion's code) or the mean of both (the paper's text). */
  readonly readout: 'first' | 'mean';
  /** Pairs per step: 512 drawn with replacement (the companion's code) or all training pairs (the paper's text). */
  readonly batch: number | 'full';
  /** Of all tasks: all 97² pairs (the paper's text) or the 96² without zero (the companion's code). */
  readonly pairs: 'all' | 'nonzero';
}

/** Pairs per step in the companion's code. */
export const companionBatch = 512;

/** The flags of the choices; the first value named is the default. */
export const choiceFlags: readonly PaperFlag[] = [
  {
    name: 'readout',
    value: 'first|mean',
    help: "heads read the first token (default: the companion's code) or the mean of both (the paper's text)",
    accepts: /^(first|mean)$/,
  },
  {
    name: 'batch',
    value: '512|full',
    help: "pairs per step: drawn with replacement (default: the companion's code), or all (the paper's text)",
    accepts: /^([1-9]\d*|full)$/,
  },
  {
    name: 'pairs',
    value: 'all|nonzero',
    help: "of all tasks: all 97² pairs (default: the paper's text), or those without zero (the companion's code)",
    accepts: /^(all|nonzero)$/,
  },
];

/** @param options accepted by the flags. */
export const choicesOf = ({
  readout,
  batch = '512',
  pairs,
}: Readonly<Record<string, string | undefined>>): Choices => ({
  readout: readout === 'mean' ? 'mean' : 'first',
  batch: batch === 'full' ? 'full' : Number(batch),
  pairs: pairs === 'nonzero' ? 'nonzero' : 'all',
});

const text = 'the paper’s text';
const code = 'the companion’s code';

/** The choice made for each of the paper's ambiguities, and its source. */
export const sayChoices = ({ base, scales, seeds }: Grid): string[] => {
  const readout = scales[0]?.model.readout;
  const { batch, data } = base;
  const chosen = [
    readout === 'first'
      ? `heads read the first token (${code})`
      : `heads read the mean of both tokens (${text})`,
    batch === 'full'
      ? `every step takes all training pairs (${text})`
      : `batches of ${batch} are drawn with replacement (${batch === companionBatch ? code : `${code} takes ${companionBatch}, ${text} all pairs`})`,
    data.split.firstToken === 0
      ? `all tasks are of all 97² pairs (${text})`
      : `all tasks are of the 96² pairs without zero (${code})`,
  ];
  return [
    `Choices where the paper is ambiguous: ${chosen.join('; ')}.`,
    `The number of seeds is not published; here ${seeds.join(', ')}. Single-task runs and the control are those of 2602.16746: first token, batches of 512, all pairs, for multiplication those without zero.`,
  ];
};
