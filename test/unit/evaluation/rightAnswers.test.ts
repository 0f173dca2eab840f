import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRight } from '../../../extension/engine/evaluation/rightAnswers.js';

describe('right answers', () => {
  it('are rows whose first largest entry stands at the label', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            row: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 }),
            label: fc.nat(3),
          }),
        ),
        (rows) => {
          const logits = Float32Array.from(rows.flatMap(({ row }) => row));
          const labels = rows.map(({ label }) => label);
          const expected = rows.filter(({ row, label }) => row.indexOf(Math.max(...row)) === label).length;
          expect(countRight(logits, labels, 4)).toBe(expected);
        },
      ),
    );
  });

  it('are none where the label’s logit is no number', () => {
    expect(countRight([NaN, NaN, NaN], [1], 3)).toBe(0);
  });
});
