import { randomUUID } from 'node:crypto';
import { rm, type FileHandle } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { GeometryError } from '../contract/errors.js';
import { createExclusively } from './atomicFile.js';
import {
  BEAT_MS,
  LAPSE_MS,
  findClaim,
  heldHere,
  livenessOf,
  type FoundClaim,
  type Holder,
  type Liveness,
} from './liveness.js';
import { thisProcess } from './processIdentity.js';
import { systemCode, writeError } from './systemErrors.js';

/** A lock is held briefly. One whose holder cannot be asked is removed after this time. */
const LOCK_MS = 2.5 * BEAT_MS;
/** Wait for a process of this host that may be about to end: it was told to, or its parent has ended. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 50;
/** Interval between looks at another host's beat. */
const BEAT_LOOK_MS = 500;
/** Each further attempt follows a claim that was released or removed, some after a short wait. */
const ATTEMPTS = 20;

/** A claim held by this process. */
export interface Claim {
  /** Aborted when the claim is lost to another process, or its file is gone. */
  readonly lost: AbortSignal;
  /**
   * Must be awaited before each write that the claim allows.
   * @throws GeometryError `in-use` if the claim was lost.
   */
  readonly requireHeld: () => Promise<void>;
  /** Removes this claim, and no other. */
  readonly release: () => Promise<void>;
}

export interface ClaimOptions {
  /** How long to wait for a holder of this host that may be about to end. */
  readonly patienceMs?: number;
  /** How long a holder that cannot be asked must be watched without a beat. */
  readonly lapseMs?: number;
}

const inUse = (what: string, held: Extract<Liveness, { kind: 'here' | 'elsewhere' }>): GeometryError => {
  const place = held.kind === 'elsewhere' && held.host !== undefined ? ` on ${held.host}` : '';
  const who = held.pid === undefined ? 'another process' : `process ${held.pid}${place}`;
  return new GeometryError('in-use', `${what} is in use by ${who}; stop it first.`);
};

/** Only one process can create the file; undefined for all others. */
const createAlone = async (file: string, holder: Holder): Promise<FileHandle | undefined> => {
  let handle: FileHandle;
  try {
    handle = await createExclusively(file);
  } catch (thrown) {
    if (systemCode(thrown) === 'EEXIST') return undefined;
    throw thrown;
  }
  try {
    await handle.writeFile(JSON.stringify(holder));
    return handle;
  } catch (thrown) {
    await handle.close();
    await rm(file, { force: true });
    throw thrown;
  }
};

/**
 * Watches a claim until its holder beats, releases it, or has been silent for long enough. A clock alone never
 * gives `lapsed`.
 * @param isLock whether it is held briefly and does not beat: a holder elsewhere is watched even if it looks
 * recent.
 */
const watched = async (file: string, lapseMs: number, isLock = false): Promise<Liveness> => {
  for (;;) {
    const state = livenessOf(await findClaim(file), lapseMs);
    const isOpen =
      (state.kind === 'lapsed' && state.by === 'clock') || (isLock && state.kind === 'elsewhere');
    if (!isOpen) return state;
    await setTimeout(Math.min(lapseMs / 2, isLock ? LOOK_MS : BEAT_LOOK_MS));
  }
};

/**
 * Removes an abandoned claim. The caller holds a lock and checks again under it: otherwise it could remove the
 * new claim of a faster process.
 */
const takeAway = async (file: string, stale: FoundClaim, holder: Holder, lapseMs: number): Promise<void> => {
  const lock = `${file}.takeover`;
  const handle = await createAlone(lock, holder);
  if (handle === undefined) {
    const locked = await watched(lock, Math.min(lapseMs, LOCK_MS), true);
    if (locked.kind === 'lapsed') await rm(lock, { force: true });
    else await setTimeout(LOOK_MS);
    return;
  }
  try {
    const found = await findClaim(file);
    if (found && found.holder?.token === stale.holder?.token && found.beatMs === stale.beatMs) {
      await rm(file, { force: true });
    }
  } finally {
    await handle.close();
    await rm(lock, { force: true });
  }
};

const obtain = async (
  file: string,
  what: string,
  holder: Holder,
  options: ClaimOptions,
): Promise<FileHandle> => {
  const { patienceMs = PATIENCE_MS, lapseMs = LAPSE_MS } = options;
  const patientUntil = performance.now() + patienceMs;
  for (let attempt = 0; attempt < ATTEMPTS;) {
    const handle = await createAlone(file, holder);
    if (handle) return handle;
    const found = await findClaim(file);
    const state = livenessOf(found, lapseMs);
    const isBeingWritten = state.kind === 'elsewhere' && found?.holder === undefined;
    const mayEnd = isBeingWritten || (state.kind === 'here' && state.pid !== holder.pid);
    if (mayEnd && performance.now() < patientUntil) {
      await setTimeout(LOOK_MS);
      continue;
    }
    attempt++;
    if (found === undefined || state.kind === 'none') continue;
    if (state.kind !== 'lapsed') throw inUse(what, state);
    if (state.by === 'clock') await watched(file, lapseMs);
    else await takeAway(file, found, holder, lapseMs);
  }
  throw new GeometryError('in-use', `Several processes want ${what} at once; try again.`);
};

/**
 * Claims a resource for this process alone, among the processes of this host and of other hosts that share the
 * folder. The claim of an ended process is taken over at once. If the process cannot be asked (another host),
 * the claim is taken over after this process has watched it for a minute without a beat, by this host's clock
 * alone. A stopped or sleeping process keeps its claim.
 * @param file the claim file; its folder exists.
 * @param what what is claimed, for the message.
 * @throws GeometryError `in-use`, naming the holder and its host; `unwritable`, `disk-full`.
 */
export const takeClaim = async (file: string, what: string, options: ClaimOptions = {}): Promise<Claim> => {
  const holder: Holder = { ...thisProcess(), token: randomUUID() };
  // Before the file exists: another call of this process may look at it in between.
  heldHere.add(holder.token);
  const handle = await obtain(file, what, holder, options).catch((thrown: unknown) => {
    heldHere.delete(holder.token);
    throw writeError(file, thrown);
  });
  const loss = new AbortController();
  const isHeld = async (): Promise<boolean> => {
    if (loss.signal.aborted) return false;
    const found = await findClaim(file);
    if (found?.holder?.token === holder.token) return true;
    loss.abort();
    return false;
  };
  // Through the handle: whatever the name points to by then, the beat belongs to this claim.
  const beat = setInterval(() => {
    const now = new Date();
    void handle.utimes(now, now).catch(() => undefined);
    void isHeld();
  }, BEAT_MS);
  beat.unref();
  return {
    lost: loss.signal,
    requireHeld: async () => {
      if (await isHeld()) return;
      throw new GeometryError(
        'in-use',
        `Another process has taken over ${what}; this one writes nothing more.`,
      );
    },
    release: async () => {
      clearInterval(beat);
      heldHere.delete(holder.token);
      await handle.close();
      const found = await findClaim(file);
      if (found?.holder?.token === holder.token) await rm(file, { force: true });
    },
  };
};
