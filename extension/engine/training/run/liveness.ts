import { randomUUID } from 'node:crypto';
import { open, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import * as v from 'valibot';
import { GeometryError } from '../../../contract/errors.js';
import { isAlive } from '../../ground/disk/isAlive.js';
import { writeError } from '../../ground/disk/atomicFile.js';
import { stateFolder } from './trainerState.js';

const BEAT_MS = 5_000;
/** A process id may be given out again after a reboot: a claim without a beat for so long is nobody's. */
const STALE_MS = 60_000;
/** A claim without words is being written, or is a lock that is held for a moment; one that stays so was left by a crash. */
const TORN_MS = BEAT_MS;
/** Each attempt after the first follows a claim that was released, or was nobody's; between some lies a short wait. */
const ATTEMPTS = 10;
const WAIT_MS = 20;

/** Who trains a run. The token tells a claim from another one of the same process id, before or after it. */
const ownerSchema = v.object({
  host: v.string(),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  token: v.string(),
});
type Owner = v.InferOutput<typeof ownerSchema>;

interface Claim {
  readonly mtimeMs: number;
  /** Absent where the file does not say. */
  readonly owner?: Owner;
}

const claimPath = (run: string): string => path.join(stateFolder(run), 'trainer.pid');

/** Tokens of the claims that this very process holds: a killed one may have had the same id. */
const held = new Set<string>();

const parseOwner = (text: string): Owner | undefined => {
  try {
    const parsed = v.safeParse(ownerSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
};

const readClaim = async (file: string): Promise<Claim | undefined> => {
  try {
    const text = await readFile(file, 'utf8');
    const { mtimeMs } = await stat(file);
    const owner = parseOwner(text);
    return { mtimeMs, ...(owner === undefined ? {} : { owner }) };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
};

/** Of a process on another host only the beat can be seen. */
const isHeld = ({ mtimeMs, owner }: Claim): boolean => {
  const age = Date.now() - mtimeMs;
  if (owner === undefined) return age < TORN_MS;
  if (age >= STALE_MS) return false;
  if (owner.host !== hostname()) return true;
  return owner.pid === process.pid ? held.has(owner.token) : isAlive(owner.pid);
};

/** The process of this host that trains a run at this moment, undefined when none does. */
export const trainingProcess = async (run: string): Promise<number | undefined> => {
  const claim = await readClaim(claimPath(run)).catch(() => undefined);
  if (claim?.owner?.host !== hostname() || !isHeld(claim)) return undefined;
  return claim.owner.pid;
};

/** Only one process can create a file that must not be there yet; undefined for all the others. */
const createAlone = async (file: string, text: string): Promise<FileHandle | undefined> => {
  let handle: FileHandle;
  try {
    handle = await open(file, 'wx');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw cause;
  }
  try {
    await handle.writeFile(text);
    return handle;
  } catch (cause) {
    await handle.close();
    await rm(file, { force: true });
    throw cause;
  }
};

/**
 * Takes a claim that is nobody's out of the way. Whoever does so holds a lock and looks again under it: else one could
 * remove the new claim of another that was quicker.
 */
const takeAway = async (file: string): Promise<void> => {
  const lock = `${file}.takeover`;
  const handle = await createAlone(lock, '');
  if (handle === undefined) {
    const locked = await readClaim(lock);
    if (locked && !isHeld(locked)) await rm(lock, { force: true });
    else await setTimeout(WAIT_MS);
    return;
  }
  try {
    const found = await readClaim(file);
    if (found && !isHeld(found)) await rm(file, { force: true });
  } finally {
    await handle.close();
    await rm(lock, { force: true });
  }
};

const inUse = (run: string, { owner }: Claim): GeometryError => {
  const place = owner === undefined || owner.host === hostname() ? '' : ` on ${owner.host}`;
  const who = owner === undefined ? 'another process' : `process ${owner.pid}${place}`;
  return new GeometryError('invalid-argument', `${run} is being trained by ${who}; stop it first.`);
};

const obtain = async (run: string, file: string, owner: Owner): Promise<FileHandle> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const handle = await createAlone(file, JSON.stringify(owner));
    if (handle) return handle;
    const found = await readClaim(file);
    if (found === undefined) continue;
    if (isHeld(found)) throw inUse(run, found);
    await takeAway(file);
  }
  throw new GeometryError('invalid-argument', `Several processes want to train ${run} at once; try again.`);
};

/**
 * Claims a run for this process, so that no second one trains in the same folder, on this host or on another that
 * shares it.
 * @returns the release, which takes away this claim and no other.
 * @throws GeometryError `invalid-argument` when another process trains it, `unwritable`, `disk-full`.
 */
export const claimRun = async (run: string): Promise<() => Promise<void>> => {
  const file = claimPath(run);
  const owner: Owner = { host: hostname(), pid: process.pid, token: randomUUID() };
  const handle = await obtain(run, file, owner).catch((cause: unknown) => {
    throw writeError(file, cause);
  });
  held.add(owner.token);
  // Through the handle: whatever lies under the name by then, the beat is this claim's.
  const beat = setInterval(() => {
    const now = new Date();
    void handle.utimes(now, now).catch(() => undefined);
  }, BEAT_MS);
  beat.unref();
  return async () => {
    clearInterval(beat);
    held.delete(owner.token);
    await handle.close();
    const claim = await readClaim(file).catch(() => undefined);
    if (claim?.owner?.token === owner.token) await rm(file, { force: true });
  };
};
