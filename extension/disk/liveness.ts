import { lstat } from 'node:fs/promises';
import * as v from 'valibot';
import { GeometryError } from '../contract/errors.js';
import { processIdentitySchema, processState, thisProcess } from './processIdentity.js';
import { limits, openRegular } from './regularFile.js';
import { systemCode } from './systemErrors.js';

export const BEAT_MS = 5_000;
/**
 * A claim whose holder cannot be asked (another host) is valid until it has been watched for this long without
 * a beat.
 */
export const LAPSE_MS = 60_000;
/** An empty claim is being written; one that stays empty was left by a crash. */
const TORN_MS = 5_000;

/** The holder of a claim. The token distinguishes several claims of one process. */
export const holderSchema = v.object({ ...processIdentitySchema.entries, token: v.string() });
export type Holder = v.InferOutput<typeof holderSchema>;

/** The current content of a claim file. */
export interface FoundClaim {
  /** Time of the last beat, by the clock of the holder's host. Comparable only with the claim's other beats. */
  readonly beatMs: number;
  readonly watched: Watched;
  /** Absent if the file does not say. */
  readonly holder?: Holder;
}

/** The holder of a claim file. */
export type Liveness =
  | { readonly kind: 'none' }
  /** A process of this system, running, stopped or asleep. */
  | { readonly kind: 'here'; readonly pid: number }
  /** A process that cannot be asked, whose beat is recent. No name if it has not written one yet. */
  | { readonly kind: 'elsewhere'; readonly host?: string; readonly pid?: number }
  | {
      readonly kind: 'lapsed';
      /**
       * The evidence: the process was asked; or its claim was watched for {@link LAPSE_MS} without a beat.
       * `clock` is a guess for tables and lists: the last beat looks old, which proves nothing if clocks
       * differ.
       */
      readonly by: 'process' | 'watch' | 'clock';
    };

/** What repeated looks at a claim have seen. */
export interface Watched {
  /** How long they have seen the same beat. */
  readonly silentMs: number;
  /** Whether they have seen it beat. */
  readonly hasBeaten: boolean;
}

/**
 * This process's looks at claims. A changing beat proves a live holder. Silence is measured by the clock of
 * this process: clocks of several hosts need not agree.
 */
export class ClaimWatch {
  private readonly seen = new Map<
    string,
    Watched & { readonly beatMs: number; readonly token?: string; readonly at: number }
  >();

  constructor(private readonly now: () => number = () => performance.now()) {}

  look(file: string, beatMs: number, token: string | undefined): Watched {
    const at = this.now();
    const last = this.seen.get(file);
    const isSame = last !== undefined && last.token === token;
    // A gap between looks counts as one beat interval: a hung file system or a stopped process saw nothing.
    const watched: Watched =
      !isSame || last.beatMs !== beatMs
        ? { silentMs: 0, hasBeaten: isSame }
        : { silentMs: last.silentMs + Math.min(at - last.at, BEAT_MS), hasBeaten: last.hasBeaten };
    // The number of watched claims is bounded; a forgotten one is watched anew.
    if (this.seen.size >= mostWatched && last === undefined) this.seen.clear();
    this.seen.set(file, { ...watched, beatMs, at, ...(token === undefined ? {} : { token }) });
    return watched;
  }
}

const mostWatched = 100_000;
const watch = new ClaimWatch();

/** Tokens of the claims held by this very process. A killed process may have had the same id and start. */
export const heldHere = new Set<string>();

const parseHolder = (text: string): Holder | undefined => {
  try {
    const parsed = v.safeParse(holderSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
};

/** An invalid claim: no holder, and old. */
const noClaim: FoundClaim = {
  beatMs: Number.NEGATIVE_INFINITY,
  watched: { silentMs: 0, hasBeaten: false },
};

/** The claim in a file; undefined if the file does not exist. A link, a pipe or a device is no claim. */
export const findClaim = async (file: string): Promise<FoundClaim | undefined> => {
  try {
    if (!(await lstat(file)).isFile()) return noClaim;
    const { handle, stats } = await openRegular(file);
    try {
      const bytes = Buffer.alloc(Math.min(Number(stats.size), limits.settings));
      await handle.read(bytes, 0, bytes.length, 0);
      const holder = parseHolder(bytes.toString('utf8'));
      const beatMs = Number(stats.mtimeMs);
      const watched = watch.look(file, beatMs, holder?.token);
      return { beatMs, watched, ...(holder === undefined ? {} : { holder }) };
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    const isAbsent =
      thrown instanceof GeometryError ? thrown.code === 'not-found' : systemCode(thrown) === 'ENOENT';
    return isAbsent ? undefined : noClaim;
  }
};

/** Asks the process if possible; otherwise the beat decides. */
export const livenessOf = (found: FoundClaim | undefined, lapseMs = LAPSE_MS): Liveness => {
  if (found === undefined) return { kind: 'none' };
  const { beatMs, holder, watched } = found;
  // A beat in the future comes from an unreliable clock.
  const age = Math.abs(Date.now() - beatMs);
  if (holder === undefined) {
    if (found === noClaim) return { kind: 'lapsed', by: 'process' };
    if (watched.silentMs >= Math.min(TORN_MS, lapseMs)) return { kind: 'lapsed', by: 'watch' };
    return age < TORN_MS ? { kind: 'elsewhere' } : { kind: 'lapsed', by: 'clock' };
  }
  const { host, pid, token } = holder;
  const state = processState(holder);
  const isOwn = state === 'alive' && pid === thisProcess().pid;
  if (state === 'ended' || (isOwn && !heldHere.has(token))) return { kind: 'lapsed', by: 'process' };
  if (state === 'alive') return { kind: 'here', pid };
  if (watched.silentMs >= lapseMs) return { kind: 'lapsed', by: 'watch' };
  if (!watched.hasBeaten && age >= LAPSE_MS) return { kind: 'lapsed', by: 'clock' };
  return { kind: 'elsewhere', host, pid };
};

/** The current holder of a claim file. Never throws: an unreadable claim is held by nobody. */
export const liveness = async (file: string): Promise<Liveness> => livenessOf(await findClaim(file));
