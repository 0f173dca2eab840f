import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimRun, trainingProcess } from '../../../../extension/engine/training/run/liveness.js';
import { makeRunFolders } from '../../../../extension/engine/training/run/runDirectory.js';

let run: string;
let claim: string;
beforeEach(async () => {
  run = mkdtempSync(path.join(tmpdir(), 'wg-claim-'));
  await makeRunFolders(run);
  claim = path.join(run, 'state', 'trainer.pid');
});
afterEach(() => rmSync(run, { recursive: true }));

/** A claim as another process left it; `age` is how long its last beat is past. */
const leave = (owner: { host?: string; pid?: number; token?: string } | string, age = 0): void => {
  const whole = { host: hostname(), pid: process.ppid, token: 'another', ...(owner as object) };
  writeFileSync(claim, typeof owner === 'string' ? owner : JSON.stringify(whole));
  const beat = new Date(Date.now() - age);
  utimesSync(claim, beat, beat);
};
const endedProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid;
const MINUTE = 60_000;

describe('a claim on a run', () => {
  it('names the process until it is released', async () => {
    expect(await trainingProcess(run)).toBeUndefined();
    const release = await claimRun(run);
    expect(await trainingProcess(run)).toBe(process.pid);
    expect(JSON.parse(readFileSync(claim, 'utf8'))).toMatchObject({ host: hostname(), pid: process.pid });
    await release();
    expect(await trainingProcess(run)).toBeUndefined();
    expect(readdirSync(path.dirname(claim))).toEqual([]);
  });

  it.each([
    ['a free run', () => undefined],
    ['a run that a killed process left', () => leave({ pid: endedProcess() })],
  ])('goes to one of many that want %s at once', async (_what, prepare) => {
    prepare();
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => claimRun(run)));
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'invalid-argument' });
    }
    await winners[0]!.value();
    expect(readdirSync(path.dirname(claim))).toEqual([]);
  });

  it.each([
    ['a process of this host that lives', { pid: process.ppid }, 0],
    ['another host, whatever lives here under that id', { host: 'elsewhere', pid: endedProcess() }, 0],
    ['somebody who is writing his claim', '', 0],
  ])('is refused while %s holds it', async (_who, owner, age) => {
    leave(owner, age);
    await expect(claimRun(run)).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(existsSync(claim)).toBe(true);
  });

  it('says on which host a run is trained, and names only a process of this one', async () => {
    leave({ host: 'elsewhere', pid: 77 });
    await expect(claimRun(run)).rejects.toThrow(/process 77 on elsewhere/);
    expect(await trainingProcess(run)).toBeUndefined();
    leave({ pid: process.ppid });
    await expect(claimRun(run)).rejects.toThrow(new RegExp(`process ${process.ppid};`));
    expect(await trainingProcess(run)).toBe(process.ppid);
  });

  it.each([
    ['a process that has ended', { pid: endedProcess() }, 0],
    ['a process whose beat stopped', { pid: process.ppid }, MINUTE],
    ['a host whose beat stopped', { host: 'elsewhere', pid: process.ppid }, MINUTE],
    ['a killed process that had the id of this one', { pid: process.pid }, 0],
    ['a crash before the first word', '', MINUTE],
  ])('is taken from %s', async (_whom, owner, age) => {
    leave(owner, age);
    expect(await trainingProcess(run)).toBeUndefined();
    const release = await claimRun(run);
    expect(await trainingProcess(run)).toBe(process.pid);
    await release();
    expect(readdirSync(path.dirname(claim))).toEqual([]);
  });

  it('that was lost to another is not released in its place', async () => {
    const release = await claimRun(run);
    leave({ host: 'elsewhere', token: 'theirs' });
    await release();
    expect(JSON.parse(readFileSync(claim, 'utf8'))).toMatchObject({ token: 'theirs' });
  });
});
