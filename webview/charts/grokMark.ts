import { say } from '../words/say.js';
import type { LineFigure } from './figure.js';
import { edgeLook } from './looks.js';

export const grokMark = (grokStep: number | undefined): NonNullable<LineFigure['marks']> =>
  grokStep === undefined
    ? []
    : [{ across: 'x', at: grokStep, label: say('grokStep', { step: grokStep }), look: edgeLook }];
