import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import { writeError } from './atomicFile.js';
import { stateFolder } from './trainerState.js';

const BEAT_MS = 5_000;
/** A process id may be given out again after a reboot: a claim without a beat for so long is nobody's. */
const STALE_MS = 60_000;

const claimPath = (run: string): string => path.join(stateFolder(run), 'trainer.pid');

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The process that trains a run at this moment, undefined when none does. */
export const trainingProcess = async (run: string): Promise<number | undefined> => {
  try {
    const pid = Number(await readFile(claimPath(run), 'utf8'));
    const { mtimeMs } = await stat(claimPath(run));
    return Number.isInteger(pid) && Date.now() - mtimeMs < STALE_MS && isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Claims a run for this process, so that no second one trains in the same folder.
 * @returns the release.
 * @throws GeometryError `invalid-argument` when another process trains it, `unwritable`, `disk-full`.
 */
export const claimRun = async (run: string): Promise<() => Promise<void>> => {
  const other = await trainingProcess(run);
  if (other !== undefined && other !== process.pid) {
    throw new GeometryError(
      'invalid-argument',
      `${run} is being trained by process ${other}; stop it first.`,
    );
  }
  const claim = claimPath(run);
  await writeFile(claim, String(process.pid)).catch((cause: unknown) => {
    throw writeError(claim, cause);
  });
  const beat = setInterval(() => {
    const now = new Date();
    void utimes(claim, now, now).catch(() => undefined);
  }, BEAT_MS);
  beat.unref();
  return async () => {
    clearInterval(beat);
    await rm(claim, { force: true });
  };
};
