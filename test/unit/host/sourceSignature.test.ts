import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { thisProcess } from '../../../extension/disk/processIdentity.js';
import { globOf, mayConcern, signatureOf } from '../../../extension/host/inspector/sourceSignature.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'signature-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...parts: string[]): string => path.join(folder, ...parts);
const write = (name: string, content = 'x'): void => {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
};
/** Whether something done makes another signature of the source. */
const isNoticed = async (source: string, happens: () => void): Promise<boolean> => {
  const before = await signatureOf(at(source));
  happens();
  return (await signatureOf(at(source))).text !== before.text;
};

describe('the signature of a source', () => {
  it('changes with the weights of a folder, to the third level', async () => {
    write('lab/a/1.pt');
    expect(await isNoticed('lab', () => write('lab/2.pt'))).toBe(true);
    expect(await isNoticed('lab', () => write('lab/a/b/3.safetensors'))).toBe(true);
    expect(await isNoticed('lab', () => write('lab/2.pt', 'longer'))).toBe(true);
    expect(await isNoticed('lab', () => utimesSync(at('lab/2.pt'), 1, 1))).toBe(true);
    expect(await isNoticed('lab', () => renameSync(at('lab/2.pt'), at('lab/4.pt')))).toBe(true);
    expect(await isNoticed('lab', () => write('lab/a/b/c/5.pt'))).toBe(false);
  });

  it('changes with the files that describe the model, in the folder or beside it', async () => {
    write('lab/run/step_1.pt');
    expect(await isNoticed('lab/run', () => write('lab/run/weight-geometry.json'))).toBe(true);
    expect(await isNoticed('lab/run', () => write('lab/run.json'))).toBe(true);
    expect(await isNoticed('lab/run/step_1.pt', () => write('lab/weight-geometry.json'))).toBe(true);
    expect(await isNoticed('lab/run/step_1.pt', () => write('lab/run/weight-geometry.json', '{}'))).toBe(
      true,
    );
  });

  it('does not change with other files, hidden ones and third-party ones', async () => {
    write('lab/1.pt');
    expect(await isNoticed('lab', () => write('lab/metrics.jsonl'))).toBe(false);
    expect(await isNoticed('lab', () => write('lab/.cache/2.pt'))).toBe(false);
    expect(await isNoticed('lab', () => write('lab/node_modules/x/2.onnx'))).toBe(false);
    expect(await isNoticed('lab/1.pt', () => write('lab/2.pt'))).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'changes when the process that trains a run is killed, which changes no file',
    async () => {
      write('grid/sweep.json');
      write('grid/runs/a/run.json');
      const trainer = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      const { pid } = trainer;
      const [, rest] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
      const holder = { ...thisProcess(), pid, started: rest!.split(' ')[19], token: 'its' };
      write('grid/runs/a/state/trainer.pid', JSON.stringify(holder));
      for (const source of ['grid', 'grid/runs/a']) {
        expect(await isNoticed(source, () => undefined)).toBe(false);
      }
      const before = await Promise.all([signatureOf(at('grid')), signatureOf(at('grid/runs/a'))]);
      const ended = once(trainer, 'exit');
      trainer.kill('SIGKILL');
      await ended;
      const after = await Promise.all([signatureOf(at('grid')), signatureOf(at('grid/runs/a'))]);
      after.forEach(({ text }, i) => expect(text).not.toBe(before[i]!.text));
    },
  );

  it('counts the records of the runs of a sweep', async () => {
    write('grid/sweep.json');
    write('grid/runs/a/run.json');
    expect(await isNoticed('grid', () => write('grid/runs/a/metrics.jsonl'))).toBe(true);
    expect(await signatureOf(at('grid'))).toMatchObject({ isSweep: true, holdsSource: true });
  });

  it('distinguishes a folder whose weights are gone from one that only has a descriptor', async () => {
    write('run/run.json');
    expect(await signatureOf(at('run'))).toMatchObject({ holdsSource: false, isFolder: true });
    write('run/checkpoints/step_1.safetensors');
    expect(await signatureOf(at('run'))).toMatchObject({ holdsSource: true });
    rmSync(at('run'), { recursive: true });
    expect(await signatureOf(at('run'))).toEqual({
      text: '',
      holdsSource: false,
      isFolder: false,
      isSweep: false,
    });
  });
});

describe('a change near a source', () => {
  it('counts if it can change the signature', () => {
    expect(['1.pt', 'run.json', 'new-folder'].map((name) => mayConcern(at(name), false))).toEqual(
      Array.from({ length: 3 }, () => true),
    );
    expect(mayConcern(at('metrics.jsonl'), false)).toBe(false);
    expect(mayConcern(at('metrics.jsonl'), true)).toBe(true);
    expect(mayConcern(at('notes.md'), true)).toBe(false);
  });
});

describe('a name as a glob', () => {
  it('is not recursive, and matches no other name', () => {
    expect(globOf('model.pt')).toBe('model.pt');
    expect(globOf('run [3] {a,b}*.pt')).toBe('run [[]3[]] [{]a,b[}][*].pt');
    fc.assert(
      fc.property(fc.string(), (name) => {
        const glob = globOf(name);
        expect(glob).not.toContain('**');
        // Every mark stands alone in brackets; without these it is the name.
        expect(glob.replace(/\[([[\]{}*?])\]/g, '$1')).toBe(name);
      }),
    );
  });
});
