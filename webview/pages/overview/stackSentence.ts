import type { StackSummary } from '../../../extension/contract/stackSummaries.js';
import { counted } from '../../words/counts.js';
import { integer } from '../../words/numbers.js';
import { say } from '../../words/say.js';

/** What the numbers of a stack are: "medians over its 8 matrices". */
export const medianSays = ({ count, measured }: StackSummary): string =>
  measured < count
    ? say('matrices.medianOfSome', { n: integer(measured), of: counted(count, 'matrices') })
    : say('matrices.medianOf', { matrices: counted(count, 'matrices') });
