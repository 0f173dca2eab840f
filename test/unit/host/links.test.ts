import { describe, expect, it, vi } from 'vitest';
import { linkIn } from '../../../extension/host/links.js';

vi.mock('vscode', () => ({}));

const read = (path: string, query: string) => linkIn({ path, query });

describe('a link to a panel', () => {
  it('names a place of this machine, a page and a base', () => {
    expect(read('/inspect', 'path=%2Fdata%2Fmy%20run')).toEqual({ source: '/data/my run' });
    expect(read('/inspect', 'path=/a&base=/b&page=compare')).toEqual({
      ...{ source: '/a', base: '/b', page: 'compare' },
    });
  });

  it.each([
    ['/train', 'path=/a'],
    ['/inspect', ''],
    ['/inspect', 'path=relative/place'],
    ['/inspect', 'path=/a%00b'],
    ['/inspect', 'path=/a&page=constructor'],
    ['/inspect', `path=/${'a'.repeat(5000)}`],
  ])('is refused as %s?%.40s', (path, query) => expect(read(path, query)).toBeUndefined());
});
