import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BEAT_MS, ClaimWatch, LAPSE_MS, type Holder } from '../../../../extension/disk/liveness.js';
import { thisProcess, type ProcessIdentity } from '../../../../extension/disk/processIdentity.js';
import { claimRun } from '../../../../extension/engine/training/run/claimRun.js';
import { findRun } from '../../../../extension/queue/localRun.js';
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
const leave = (holder: Partial<Holder> | string, age = 0): void => {
  const whole = { ...identityOf(process.ppid), token: 'another', ...(holder as object) };
  writeFileSync(claim, typeof holder === 'string' ? holder : JSON.stringify(whole));
  const beat = new Date(Date.now() - age);
  utimesSync(claim, beat, beat);
};
const identityOf = (pid: number): ProcessIdentity => ({ ...thisProcess(), pid, started: startOf(pid) });
const startOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')[19]!;
const endedProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid;
const MINUTE = 60_000;
/** Another host's holder is not waited for, nor watched, for longer than this. */
const soon = { patienceMs: 0, lapseMs: 50 };
const elsewhere = { host: 'elsewhere', boot: 'another' };

describe.runIf(process.platform === 'linux')('a claim on a run', () => {
  it('names the process until it is released', async () => {
    expect(await findRun(run)).toEqual({ kind: 'none' });
    const { release } = await claimRun(run);
    expect(await findRun(run)).toEqual({ kind: 'here', pid: process.pid });
    expect(JSON.parse(readFileSync(claim, 'utf8'))).toMatchObject(thisProcess());
    await release();
    expect(await findRun(run)).toEqual({ kind: 'none' });
    expect(readdirSync(path.dirname(claim))).toEqual([]);
  });

  it.each([
    ['a free run', () => undefined],
    ['a run that a killed process left', () => leave({ pid: endedProcess() })],
    ['a run that another host left', () => leave(elsewhere, 2 * MINUTE)],
  ])('goes to one of many that want %s at once', async (_what, prepare) => {
    prepare();
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => claimRun(run, soon)));
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'in-use' });
    }
    await winners[0]!.value.release();
    expect(readdirSync(path.dirname(claim))).toEqual([]);
  });

  it.each([
    ['a process of this host that lives', {}, 0],
    ['a process of this host that lives, whenever it last beat', {}, 100 * MINUTE],
    ['another host, whatever lives here under that id', { ...elsewhere, pid: endedProcess() }, 0],
    [
      'a container of this host with processes of its own',
      { pidNamespace: 'pid:[1]', pid: endedProcess() },
      0,
    ],
    ['somebody who is writing his claim', '', 0],
  ])('is refused while %s holds it', async (_who, holder, age) => {
    leave(holder, age);
    await expect(claimRun(run, soon)).rejects.toMatchObject({ code: 'in-use' });
    expect(existsSync(claim)).toBe(true);
  });

  it('says on which host a run is trained', async () => {
    leave({ ...elsewhere, pid: 77 });
    await expect(claimRun(run, soon)).rejects.toThrow(/process 77 on elsewhere/);
    expect(await findRun(run)).toEqual({ kind: 'elsewhere', host: 'elsewhere', pid: 77 });
    leave({});
    await expect(claimRun(run, soon)).rejects.toThrow(new RegExp(`process ${process.ppid};`));
    expect(await findRun(run)).toEqual({ kind: 'here', pid: process.ppid });
  });

  it.each([
    ['a process that has ended', { pid: endedProcess() }, 0],
    ['an earlier process of the same id', { started: '1' }, 0],
    ['a host whose beat stopped', elsewhere, MINUTE],
    ['a host whose clock is far ahead', elsewhere, -10 * MINUTE],
    ['this host before it was started anew', { boot: 'another' }, MINUTE],
    ['a killed process that had the id of this one', { pid: process.pid }, 0],
    ['a crash before the first word', '', MINUTE],
  ])('is taken from %s', async (_whom, holder, age) => {
    leave(holder, age);
    expect(await findRun(run)).toMatchObject({ kind: 'lapsed' });
    const { release } = await claimRun(run, soon);
    expect(await findRun(run)).toEqual({ kind: 'here', pid: process.pid });
    await release();
    expect(readdirSync(path.dirname(claim))).toEqual([]);
  });

  it.each([-7, 7].map((hours) => ({ hours })))(
    'is left to another host that beats, though its clock is $hours h off',
    async ({ hours }) => {
      const beatOf = (): Date => new Date(Date.now() + 60 * hours * MINUTE);
      leave(elsewhere, -60 * hours * MINUTE);
      const beating = setInterval(() => utimesSync(claim, beatOf(), beatOf()), 100);
      try {
        // Twenty times as long as the one who wants it has to see no beat.
        for (let i = 0; i < 20; i++) {
          const wanted = claimRun(run, { patienceMs: 0, lapseMs: 400 });
          await expect(wanted).rejects.toThrow(/on elsewhere/);
          await pause(100);
        }
        expect(await findRun(run)).toMatchObject({ kind: 'elsewhere', host: 'elsewhere' });
      } finally {
        clearInterval(beating);
      }
    },
  );

  it('is taken from another host that has died when it has been watched for long enough, and no earlier', async () => {
    leave(elsewhere, -7 * 60 * MINUTE);
    const start = performance.now();
    const { release } = await claimRun(run, { patienceMs: 0, lapseMs: 600 });
    expect(performance.now() - start).toBeGreaterThanOrEqual(600);
    await release();
  });

  it('is not taken where the lock of a takeover was left by a host that died in it, until that was watched', async () => {
    leave(elsewhere, 90 * MINUTE);
    const lock = `${claim}.takeover`;
    writeFileSync(lock, JSON.stringify({ ...identityOf(process.ppid), ...elsewhere, token: 'locked' }));
    const { release } = await claimRun(run, soon);
    expect(existsSync(lock)).toBe(false);
    await release();
  });

  it('is waited for where its process is about to end', async () => {
    const child = spawn('sleep', ['0.3']);
    leave(identityOf(child.pid!));
    const { release } = await claimRun(run);
    await release();
  });

  it.each([
    ['to another', () => leave({ token: 'theirs' })],
    ['with its folder', () => rmSync(path.dirname(claim), { recursive: true })],
  ])('that was lost %s allows no write, and is not released in its place', async (_how, lose) => {
    const { requireHeld, lost, release } = await claimRun(run);
    await requireHeld();
    lose();
    const left = existsSync(claim);
    await expect(requireHeld()).rejects.toMatchObject({ code: 'in-use' });
    expect(lost.aborted).toBe(true);
    await release();
    expect(existsSync(claim)).toBe(left);
  });

  it.each([
    ['a named pipe', () => execFileSync('mkfifo', [claim])],
    ['a link to a device', () => symlinkSync('/dev/zero', claim)],
    ['a link to nothing', () => symlinkSync('nowhere', claim)],
  ])('replaces %s under its name', async (_what, plant) => {
    plant();
    const { release } = await claimRun(run, soon);
    expect(lstatSync(claim).isFile()).toBe(true);
    await release();
  });
});

describe('looks at a claim', () => {
  const hour = 3_600_000;
  /** Looks of a process whose clock the test sets, at beats of a clock that is hours off. */
  const looks = () => {
    let now = 0;
    const watch = new ClaimWatch(() => now);
    return (at: number, beat: number, token = 'a') => {
      now = at;
      return watch.look('/claim', beat, token);
    };
  };

  it('measure silence by the clock of the one who looks', () => {
    const look = looks();
    look(0, -9 * hour);
    for (let at = 1000; at < LAPSE_MS; at += 1000) expect(look(at, -9 * hour).silentMs).toBe(at);
    expect(look(LAPSE_MS, -9 * hour)).toEqual({ silentMs: LAPSE_MS, hasBeaten: false });
  });

  it('take a beat for a beat, be it into the past', () => {
    const look = looks();
    look(0, 9 * hour);
    expect(look(4000, 2 * hour)).toEqual({ silentMs: 0, hasBeaten: true });
  });

  it('do not take a time in which nobody looked for silence', () => {
    const look = looks();
    look(0, 5);
    expect(look(10 * hour, 5).silentMs).toBe(BEAT_MS);
  });

  it('begin anew with another holder', () => {
    const look = looks();
    look(0, 5);
    look(1000, 6);
    expect(look(2000, 7, 'b')).toEqual({ silentMs: 0, hasBeaten: false });
  });
});
