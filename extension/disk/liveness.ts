import { lstat } from 'node:fs/promises';
import * as v from 'valibot';
import { GeometryError } from '../contract/errors.js';
import { processIdentitySchema, processState, thisProcess } from './processIdentity.js';
import { limits, openRegular } from './regularFile.js';
import { systemCode } from './systemErrors.js';

/** A claim whose holder cannot be asked (it is on another host) counts for so long after its last beat. */
export const LAPSE_MS = 60_000;
/** A claim without words is being written; one that stays so was left by a crash. */
const TORN_MS = 5_000;

/** Who holds a claim. The token tells it from another claim of the same process. */
export const holderSchema = v.object({ ...processIdentitySchema.entries, token: v.string() });
export type Holder = v.InferOutput<typeof holderSchema>;

/** A claim file as it is now. */
export interface FoundClaim {
  /** Time of the last beat. */
  readonly beatMs: number;
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
  /** `certain` where the process was asked; else its beat has stopped, as seen by this host's clock. */
  | { readonly kind: 'lapsed'; readonly certain: boolean };

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
const noClaim: FoundClaim = { beatMs: Number.NEGATIVE_INFINITY };

/** The claim in a file; undefined where nothing has the name. A link, a pipe, a device is no claim. */
export const findClaim = async (file: string): Promise<FoundClaim | undefined> => {
  try {
    if (!(await lstat(file)).isFile()) return noClaim;
    const { handle, stats } = await openRegular(file);
    try {
      const bytes = Buffer.alloc(Math.min(Number(stats.size), limits.settings));
      await handle.read(bytes, 0, bytes.length, 0);
      const holder = parseHolder(bytes.toString('utf8'));
      return { beatMs: Number(stats.mtimeMs), ...(holder === undefined ? {} : { holder }) };
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
export const livenessOf = (found: FoundClaim | undefined): Liveness => {
  if (found === undefined) return { kind: 'none' };
  const { beatMs, holder } = found;
  // A beat from the future was set by a clock that is not to be trusted.
  const age = Math.abs(Date.now() - beatMs);
  if (holder === undefined) {
    return age < TORN_MS ? { kind: 'elsewhere' } : { kind: 'lapsed', certain: true };
  }
  const { host, pid, token } = holder;
  const state = processState(holder);
  const isOwn = state === 'alive' && pid === thisProcess().pid;
  if (state === 'ended' || (isOwn && !heldHere.has(token))) return { kind: 'lapsed', certain: true };
  if (state === 'alive') return { kind: 'here', pid };
  if (age >= LAPSE_MS) return { kind: 'lapsed', certain: false };
  return { kind: 'elsewhere', host, pid };
};

/** Who holds the claim in a file at this moment. Never throws: what cannot be read is held by nobody. */
export const liveness = async (file: string): Promise<Liveness> => livenessOf(await findClaim(file));
