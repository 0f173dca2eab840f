import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLines, plainText } from '../../../webview/charts/plainText.js';

describe('text given to the chart library', () => {
  it('holds no tag that the library would read', () => {
    expect(plainText('evil<b>bold</b><a href="https://x">')).toBe(
      'evil&lt;b&gt;bold&lt;/b&gt;&lt;a href="https://x"&gt;',
    );
  });

  it('keeps an entity that a name holds as the letters it is written with', () => {
    expect(plainText('a&lt;b')).toBe('a&amp;lt;b');
  });

  it('leaves no bare markup, control character or LaTeX delimiter of any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const shown = plainText(name);
        expect(shown).not.toMatch(/[<>\u0000-\u001f\u2028]/);
        expect(shown).not.toMatch(/^\$|[^\u200b]\$/);
        expect(shown.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&');
      }),
    );
  });

  it('breaks lines only between the lines it is given', () => {
    expect(plainLines(['a<br>b', 'c\nd'])).toBe('a&lt;br&gt;b<br>c d');
  });
});
