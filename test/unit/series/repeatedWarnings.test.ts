import { describe, expect, it } from 'vitest';
import { foldRepeated } from '../../../extension/engine/series/repeatedWarnings.js';

const warning = (path: string, says: string, step: number, code = 'unsafe-pickle-call') => ({
  code,
  message: `${path}: ${says}`,
  path,
  step,
});

describe('warnings of a series', () => {
  it('are said once with the number of checkpoints that share them', () => {
    const found = foldRepeated([
      warning('/a/1.pt', 'would call os.system', 1),
      warning('/a/2.pt', 'would call os.system', 2),
      warning('/a/3.pt', 'would call os.system', 3),
    ]);
    expect(found).toEqual([
      {
        ...warning('/a/1.pt', 'would call os.system', 1),
        message: '/a/1.pt: would call os.system The same holds for 2 more checkpoints.',
      },
    ]);
  });

  it('stay apart where they say something else, of another kind or of another tensor', () => {
    const different = [
      warning('/a/1.pt', 'would call os.system', 1),
      warning('/a/2.pt', 'would call os.popen', 2),
      warning('/a/2.pt', 'would call os.system', 2, 'unknown-pickle-names'),
      { ...warning('/a/3.pt', 'would call os.system', 3), tensor: 'w' },
    ];
    expect(foldRepeated(different)).toEqual(different);
  });
});
