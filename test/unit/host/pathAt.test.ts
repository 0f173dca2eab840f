import { describe, expect, it } from 'vitest';
import { pathsAt } from '../../../extension/host/hover/pathAt.js';

const at = (line: string, word: string): string[] =>
  pathsAt(line, line.indexOf(word) + 1).map(({ text }) => text);

describe('paths in a line of text', () => {
  it.each([
    ['state = torch.load("runs/my model/step_1.pt")', 'step_1', 'runs/my model/step_1.pt'],
    ['weights: runs/a/step_000100.safetensors  # the last', 'step', 'runs/a/step_000100.safetensors'],
    ['Look at `checkpoints/a.npz`, please.', 'a.npz', 'checkpoints/a.npz'],
    ['Saved to ../out/model.gguf.', 'model', '../out/model.gguf'],
    ["{'init': './w.pt'}", 'w.pt', './w.pt'],
    ['see [weights](models/b.pt) here', 'b.pt', 'models/b.pt'],
  ])('%s', (line, word, path) => {
    expect(at(line, word)).toContain(path);
  });

  it('takes no address of the web and no plain word', () => {
    expect(at('from https://example.org/a.pt load', 'example')).toEqual([]);
    expect(at('nothing to see', 'nothing')).toEqual([]);
  });

  it('takes a bare name in quotes as the name of a folder beside the document', () => {
    expect(pathsAt('runs: "my runs-2"', 9)).toEqual([{ text: 'my runs-2', start: 7, end: 16, isName: true }]);
    expect(pathsAt("print('100 %, done!')", 9)).toEqual([]);
    expect(pathsAt('init = "runs/a"', 10)[0]).toMatchObject({ text: 'runs/a', isName: false });
  });

  it('leaves lines of data alone', () => {
    expect(pathsAt(`"${'a/'.repeat(10_000)}"`, 5)).toEqual([]);
  });

  it('marks the span that it read', () => {
    const line = 'x = "a/b.pt"';
    const [span] = pathsAt(line, 6);
    expect(line.slice(span!.start, span!.end)).toBe('a/b.pt');
  });
});
