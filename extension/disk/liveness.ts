import { lstat } from 'node:fs/promises';
import * as v from 'valibot';
import { GeometryError } from '../contract/errors.js';
import { processIdentitySchema, processState, thisProcess } from './processIdentity.js';
import { limits, openRegular } from './regularFile.js';
import { systemCode } from './systemErrors.js';

export const BEAT_MS = 5_000;
/** A claim whose holder cannot be asked (it is on another host) counts until it has been seen not to beat for so long. */
export const LAPSE_MS = 60_000;
/** A claim without words is being written; one that stays so was left by a crash. */
const TORN_MS = 5_000;

/** Who holds a claim. The token tells it from another claim of the same process. */
export const holderSchema = v.object({ ...processIdentitySchema.entries, token: v.string() });
export type Holder = v.InferOutput<typeof holderSchema>;

/** A claim file as it is now. */
export interface FoundClaim {
  /** Time of the last beat, by the clock of the holder's host: to be compared with another of its beats alone. */
  readonly beatMs: number;
  readonly watched: Watched;
  /** Absent where the file does not say. */
  readonly holder?: Holder;
}

/** Who holds what a claim file stands for. */
export type Liveness =
  | { readonly kind: 'none' }
  /** A process of this system, be it stopped or asleep. */
  | { readonly kind: 'here'; readonly pid: number }
  /** A process that cannot be asked, whose beat is recent; without a name where it has not written it yet. */
  | { readonly kind: 'elsewhere'; readonly host?: string; readonly pid?: number }
  | {
      readonly kind: 'lapsed';
      /**
       * How that is known: the process was asked; or its claim was watched for {@link LAPSE_MS} and did not beat. `clock`
       * is a guess, for tables and lists: its last beat looks old, which says nothing where clocks differ.
       */
      readonly by: 'process' | 'watch' | 'clock';
    };

/** What looks at a claim have seen. */
export interface Watched {
  /** For how long they have found the same beat. */
  readonly silentMs: number;
  /** Whether they have seen it beat. */
  readonly hasBeaten: boolean;
}

/**
 * The looks of this process at claims. A beat that changes proves a live holder, and silence is measured by the clock of
 * the process that looks: clocks of several hosts need not agree.
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
    // A gap between looks counts for one beat: a file system that hung, or a process that was stopped, saw nothing.
    const watched: Watched =
      !isSame || last.beatMs !== beatMs
        ? { silentMs: 0, hasBeaten: isSame }
        : { silentMs: last.silentMs + Math.min(at - last.at, BEAT_MS), hasBeaten: last.hasBeaten };
    // What a process looks at has no bound; what it forgets it watches anew.
    if (this.seen.size >= mostWatched && last === undefined) this.seen.clear();
    this.seen.set(file, { ...watched, beatMs, at, ...(token === undefined ? {} : { token }) });
    return watched;
  }
}

const mostWatched = 100_000;
const watch = new ClaimWatch();

/** Tokens of the claims that this very process holds: a killed one may have had the same id and the same start. */
export const heldHere = new Set<string>();

const parseHolder = (text: string): Holder | undefined => {
  try {
    const parsed = v.safeParse(holderSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
};

/** What cannot be a claim: without a holder, from long ago. */
const noClaim: FoundClaim = {
  beatMs: Number.NEGATIVE_INFINITY,
  watched: { silentMs: 0, hasBeaten: false },
};

/** The claim in a file; undefined where nothing has the name. A link, a pipe, a device is no claim. */
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

/** The process is asked where it can be; only where it cannot, the beat decides. */
export const livenessOf = (found: FoundClaim | undefined, lapseMs = LAPSE_MS): Liveness => {
  if (found === undefined) return { kind: 'none' };
  const { beatMs, holder, watched } = found;
  // A beat from the future was set by a clock that is not to be trusted.
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

/** Who holds the claim in a file at this moment. Never throws: what cannot be read is held by nobody. */
export const liveness = async (file: string): Promise<Liveness> => livenessOf(await findClaim(file));
