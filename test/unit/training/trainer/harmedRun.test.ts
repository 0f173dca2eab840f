import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainRequest } from '../../../../extension/contract/calls.js';
import { checkpointPath } from '../../../../extension/engine/training/run/runDirectory.js';
import { RunControl } from '../../../../extension/engine/training/trainer/runControl.js';
import { train } from '../../../../extension/engine/training/trainer/train.js';
import { canMount, mountDisk } from '../../disk/mountedDisk.js';
import { onToy, ToyRuns } from './toyRuns.js';

const runs = new ToyRuns();
const { request, run, checkpoints, metrics } = runs;

describe('a run whose files were harmed', () => {
  const stopAt = async (step: number): Promise<void> => {
    const control = new RunControl();
    const advanced = (at: number): void => {
      if (at >= step) control.stop();
    };
    await train(request('a'), control, { advanced }, onToy());
  };
  const resumed = async (): Promise<string[]> => {
    const warnings: string[] = [];
    await run('a', { resume: true }, { warning: ({ code }) => warnings.push(code) });
    return warnings;
  };
  const inRun = (...names: string[]): string => path.join(runs.folder, 'a', ...names);
  const lastState = (): string => inRun('state', readdirSync(inRun('state')).sort().at(-1)!);

  it('goes on from the state before when a bit of the last is flipped, says so, and ends as the unbroken one', async () => {
    await run('whole');
    await stopAt(200);
    const bytes = readFileSync(lastState());
    bytes[bytes.length - 60]! ^= 1;
    writeFileSync(lastState(), bytes);
    expect(await resumed()).toEqual(['state-damaged']);
    expect(checkpoints('a')).toEqual(checkpoints('whole'));
    expect(await metrics('a')).toEqual(await metrics('whole'));
  });

  it.each([
    ['nothing', () => undefined, []],
    ['the end of the last line', () => appendFileSync(inRun('metrics.jsonl'), '{"step":2'), []],
    ['its metrics', () => rmSync(inRun('metrics.jsonl')), ['metrics-missing']],
    [
      'a line of its metrics',
      () => {
        const text = readFileSync(inRun('metrics.jsonl'), 'utf8');
        writeFileSync(inRun('metrics.jsonl'), text.replace('"step":80', '"st'));
      },
      ['metrics-unreadable', 'metrics-missing'],
    ],
    ['a checkpoint', () => rmSync(inRun('checkpoints', 'step_000050.safetensors')), ['checkpoints-missing']],
    [
      'the bytes of one',
      () => writeFileSync(inRun('checkpoints', 'step_000100.safetensors'), ''),
      ['checkpoints-missing'],
    ],
  ])('says that it lacks %s', async (_what, harm, codes) => {
    await stopAt(200);
    harm();
    expect(await resumed()).toEqual(codes);
  });

  it('that another process has taken over is left to it', async () => {
    const theirs = '{"token":"theirs"}';
    let before = '';
    const advanced = (step: number): void => {
      if (step < 120 || before !== '') return;
      writeFileSync(inRun('state', 'trainer.pid'), theirs);
      before = JSON.stringify([checkpoints('a'), readFileSync(inRun('run.json'), 'utf8')]);
    };
    await expect(run('a', {}, { advanced })).rejects.toMatchObject({ code: 'in-use' });
    expect(JSON.stringify([checkpoints('a'), readFileSync(inRun('run.json'), 'utf8')])).toBe(before);
    expect(readFileSync(inRun('state', 'trainer.pid'), 'utf8')).toBe(theirs);
  });
});

describe('a run', () => {
  it.runIf(canMount)('on a full disk leaves every checkpoint whole, and resumes', async () => {
    await run('whole');
    const disk = mountDisk(2 ** 18);
    try {
      const out = path.join(disk.folder, 'a');
      const filler = path.join(disk.folder, 'filler');
      const fillDisk = (step: number): void => {
        if (step <= 100 || existsSync(filler)) return;
        writeFileSync(filler, '');
        expect(() => appendFileSync(filler, new Uint8Array(2 ** 18))).toThrow(/ENOSPC/);
      };
      const onDisk = (more: Partial<TrainRequest> = {}) => ({ ...request('a', more), out });
      const failing = train(onDisk(), new RunControl(), { advanced: fillDisk }, onToy());
      await expect(failing).rejects.toMatchObject({ code: 'disk-full' });
      expect(readdirSync(path.join(out, 'checkpoints')).sort()).toEqual(
        [0, 50, 100].map((step) => path.basename(checkpointPath(out, step))),
      );
      rmSync(filler);
      await train(onDisk({ resume: true }), new RunControl(), {}, onToy());
      cpSync(out, path.join(runs.folder, 'a'), { recursive: true });
      expect(checkpoints('a')).toEqual(checkpoints('whole'));
    } finally {
      disk.unmount();
    }
  });
});
