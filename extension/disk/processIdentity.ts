import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as v from 'valibot';

/** Identifies a process across hosts and time: ids are reused, also by containers that share a host's name. */
export const processIdentitySchema = v.object({
  host: v.string(),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Boot id of the system; absent if unavailable. */
  boot: v.optional(v.string()),
  /** The process id namespace; absent on systems without namespaces. */
  pidNamespace: v.optional(v.string()),
  /** Start time of the process, in the system's own format. */
  started: v.optional(v.string()),
});
export type ProcessIdentity = v.InferOutput<typeof processIdentitySchema>;

/** Whether any process of this host has this id. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const orUndefined = (ask: () => string): string | undefined => {
  try {
    return ask().trim() || undefined;
  } catch {
    return undefined;
  }
};

const run = (command: string, args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 2000 });

/** `/proc/PID/stat` from its third field on (proc(5)): the name before it may contain spaces and brackets. */
const linuxFields = (pid: number): string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};

/** A zombie: it has ended but still has its id, because its parent has not waited for it. */
const ENDED = 'ended';

interface System {
  readonly boot: () => string | undefined;
  readonly pidNamespace: () => string | undefined;
  /** When a process started, or that it has ended. */
  readonly started: (pid: number) => string | undefined;
}

const systems: Partial<Record<NodeJS.Platform, System>> = {
  linux: {
    boot: () => orUndefined(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    pidNamespace: () => orUndefined(() => readlinkSync('/proc/self/ns/pid')),
    started: (pid) =>
      orUndefined(() => {
        const fields = linuxFields(pid);
        return fields[0] === 'Z' || fields[0] === 'X' ? ENDED : fields[19]!;
      }),
  },
  darwin: {
    boot: () => orUndefined(() => run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'])),
    pidNamespace: () => undefined,
    started: (pid) =>
      orUndefined(() => {
        const [state, ...started] = run('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)])
          .trim()
          .split(/\s+/);
        return state?.startsWith('Z') === true ? ENDED : started.join(' ');
      }),
  },
};

const system = systems[process.platform];

const identify = (): ProcessIdentity => {
  const boot = system?.boot();
  const pidNamespace = system?.pidNamespace();
  const started = system?.started(process.pid);
  return {
    ...{ host: hostname(), pid: process.pid },
    ...(boot === undefined ? {} : { boot }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
    ...(started === undefined ? {} : { started }),
  };
};

let own: ProcessIdentity | undefined;
export const thisProcess = (): ProcessIdentity => (own ??= identify());

/**
 * Whether the identified process runs (stopped and asleep included). `unknown` if it belongs to another system,
 * or the system does not tell when a process started.
 */
export const processState = (identity: ProcessIdentity): 'alive' | 'ended' | 'unknown' => {
  const { boot, pidNamespace } = thisProcess();
  const isOfThisSystem =
    identity.host === thisProcess().host && identity.boot === boot && identity.pidNamespace === pidNamespace;
  if (!isOfThisSystem) return 'unknown';
  if (!isAlive(identity.pid)) return 'ended';
  const started = system?.started(identity.pid);
  if (started === ENDED) return 'ended';
  if (started === undefined || identity.started === undefined) return 'unknown';
  return started === identity.started ? 'alive' : 'ended';
};
