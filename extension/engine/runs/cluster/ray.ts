import { existsSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { GeometryError, toErrorValue } from '../../../contract/errors.js';
import { atATime } from '../../ground/atATime.js';
import type { ArrayJob, ElementState, Scheduler } from './scheduler.js';
import { shellWord } from './slurmScript.js';
import { stopPath } from './submission.js';

/**
 * Sends one request, without following redirections. The engine opens no connections: the command supplies
 * this.
 */
export type Send = (
  url: string,
  request: { readonly method: 'GET' | 'POST'; readonly body?: string },
) => Promise<{ readonly status: number; readonly text: string }>;

/** Maximum number of concurrent requests. */
const requestsAtOnce = 8;
/** Ray kills a job this long after the stop request: a checkpoint on a shared file system takes a moment. */
const graceSeconds = 25;

/** The fields of a job in `GET /api/jobs/`; other clients' jobs may have no submission id. */
const jobsSchema = v.array(
  v.object({
    submission_id: v.nullish(v.string()),
    status: v.string(),
    message: v.nullish(v.string()),
    driver_agent_http_address: v.nullish(v.string()),
  }),
);
type RayJob = v.InferOutput<typeof jobsSchema>[number];

/**
 * The user's address, without a path.
 * @throws GeometryError `invalid-argument`.
 */
const baseOf = (address: string): string => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new GeometryError(
      'invalid-argument',
      `${JSON.stringify(address)} is no address of Ray's dashboard: take one like http://127.0.0.1:8265.`,
    );
  }
  return url.href.replace(/\/$/, '');
};

const jobId = (name: string, element: number): string => `${name}-${element}`;

/**
 * The shell command of an element. `exec` leaves a single process, so that Ray's signal reaches the command.
 */
const entrypoint = (job: ArrayJob, element: number): string => {
  const id = jobId(job.name, element);
  const { setup } = job.options;
  const lines = [
    // Ray cannot withdraw a waiting job: it starts the job and then ends it.
    `[ ! -e ${shellWord(stopPath(job.folder, job.name, element))} ] || exit 0`,
    ...Object.entries(job.environment).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    ...(setup === undefined ? [] : [`. ${shellWord(setup)}`]),
    `exec ${[...job.command, String(element)].map(shellWord).join(' ')} >>${shellWord(path.join(job.folder, `${id}.out`))} 2>&1`,
  ];
  return `exec bash -c ${shellWord(lines.join('\n'))}`;
};

const requestOf = (job: ArrayJob, element: number) => ({
  entrypoint: entrypoint(job, element),
  submission_id: jobId(job.name, element),
  // A job's reserved resources limit the number of concurrent jobs, and let it run outside the head node.
  entrypoint_num_cpus: job.options.cpusPerRun ?? 1,
  ...(job.options.gpusPerRun === undefined ? {} : { entrypoint_num_gpus: job.options.gpusPerRun }),
  runtime_env: { env_vars: { RAY_JOB_STOP_WAIT_TIME_S: String(graceSeconds) } },
});

const hostIn = (address: string | null | undefined): string | undefined =>
  address && URL.canParse(address) ? new URL(address).hostname : undefined;

const elementOf = (
  { submission_id, status, message, driver_agent_http_address }: RayJob,
  names: ReadonlySet<string>,
): ElementState | undefined => {
  const [, job = '', element = ''] = /^(.+)-(\d+)$/.exec(submission_id ?? '') ?? [];
  if (!names.has(job)) return undefined;
  const known = { job, element: Number(element) };
  if (status === 'PENDING') {
    return { ...known, state: 'waiting', ...(message ? { reason: message } : {}) };
  }
  if (status !== 'RUNNING') return undefined;
  const node = hostIn(driver_agent_http_address);
  return { ...known, state: 'working', ...(node === undefined ? {} : { node }) };
};

/** Access to Ray: the user's address, and a function that sends requests. */
export interface RayAccess {
  readonly address: string;
  readonly send: Send;
}

/**
 * Ray, over the REST interface of its dashboard, only at the user's address: none is taken from a file. An
 * element is a job; Ray runs as many at a time as it has cores.
 */
export const ray = (access: RayAccess | undefined): Scheduler => {
  const needed = (): RayAccess => {
    if (access === undefined) {
      throw new GeometryError('invalid-argument', 'Ray is asked only where --address URL says so.');
    }
    return { ...access, address: baseOf(access.address) };
  };
  /**
   * @param mayBeAbsent whether an unknown job is acceptable.
   * @throws GeometryError if Ray is unreachable or refuses.
   */
  const request = async (
    method: 'GET' | 'POST',
    place: string,
    body?: object,
    mayBeAbsent = false,
  ): Promise<string> => {
    const { address, send } = needed();
    let answer: Awaited<ReturnType<Send>>;
    try {
      const content = body === undefined ? {} : { body: JSON.stringify(body) };
      answer = await send(`${address}/api/jobs/${place}`, { method, ...content });
    } catch (cause) {
      throw new GeometryError('process-died', `Ray does not answer at ${address}.`, { cause });
    }
    const { status, text } = answer;
    if ((status >= 200 && status < 300) || (mayBeAbsent && status === 404)) return text;
    const line = text.trim().split('\n').at(-1) ?? '';
    throw new GeometryError('invalid-argument', `Ray refuses (HTTP status ${status}): ${line}`, {
      cause: text,
    });
  };
  /** A job that Ray does not know, or that has ended, needs no stop. */
  const stop = (id: string): Promise<string> => request('POST', `${id}/stop`, undefined, true);
  const indices = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  return {
    name: 'ray',
    takes: ['gpusPerRun', 'cpusPerRun', 'setup', 'cudaFrom'],
    preview: (job) =>
      Promise.resolve(
        indices(job.elements)
          .map((i) => `POST ${needed().address}/api/jobs/\n${JSON.stringify(requestOf(job, i), null, 2)}\n`)
          .join(''),
      ),
    submit: async (job) => {
      const submitted: string[] = [];
      try {
        await atATime(indices(job.elements), requestsAtOnce, async (element) => {
          await request('POST', '', requestOf(job, element));
          submitted.push(jobId(job.name, element));
        });
      } catch (thrown) {
        // A failed submission leaves no part behind.
        await Promise.allSettled(submitted.map(stop));
        throw thrown;
      }
      return [{ id: job.name, first: 0, count: job.elements }];
    },
    ask: async (jobs) => {
      try {
        const parsed = v.safeParse(jobsSchema, jsonIn(await request('GET', '')));
        if (!parsed.success) {
          throw new GeometryError('protocol', `${needed().address} does not answer as Ray does.`);
        }
        const folders = new Map(jobs.map(({ name, folder }) => [name, folder]));
        const names = new Set(folders.keys());
        const elements = parsed.output.flatMap((job) => elementOf(job, names) ?? []);
        const kept = elements.filter((element) => {
          const file = stopPath(folders.get(element.job)!, element.job, element.element);
          return element.state !== 'waiting' || !existsSync(file);
        });
        return { ok: true, elements: kept };
      } catch (thrown) {
        return { ok: false, error: toErrorValue(thrown) };
      }
    },
    cancel: async ({ name }, elements) => {
      await atATime(elements, requestsAtOnce, (element) => stop(jobId(name, element)));
    },
    outputFile: ({ id }, element) => `${jobId(id, element)}.out`,
  };
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
