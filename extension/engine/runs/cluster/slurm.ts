import path from 'node:path';
import { GeometryError, toErrorValue } from '../../../contract/errors.js';
import { writeAtomically } from '../../../disk/atomicFile.js';
import type { ArrayJob, AskedJob, ElementState, Scheduler, Submitted } from './scheduler.js';
import { shellWord, slurmScript } from './slurmScript.js';
import { runCommand, type CommandResult, type RunCommand } from './systemCommand.js';

/** The warning signal comes this long before the time limit: submitit's convention. */
const warningSeconds = 90;
/** Default for the maximum number of concurrent elements: submitit's convention. */
const defaultAtOnce = 256;
/** Slurm's own default of `MaxArraySize`, for controllers that do not report theirs. */
const defaultArraySize = 1001;

/** Field separator: no node, state or reason contains it. */
const separator = '|';
/** Array job, element, state, reason, node, name. */
const format = ['%F', '%K', '%T', '%r', '%N', '%j'].join(separator);

/** The states of an element that has not started; in every other listed state it runs or ends. */
const waiting: ReadonlySet<string> = new Set([
  'PENDING',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'SPECIAL_EXIT',
  'RESV_DEL_HOLD',
]);
const working: ReadonlySet<string> = new Set([
  'RUNNING',
  'COMPLETING',
  'CONFIGURING',
  'STAGE_OUT',
  'SIGNALING',
  'SUSPENDED',
  'STOPPED',
  'RESIZING',
]);

/**
 * The reason of an element whose launch was interrupted by the controller's death. Slurm holds it until it is
 * released, although nothing is wrong with it.
 */
const launchFailed = 'launch failed requeued held';

const sbatchArguments = (
  job: ArrayJob,
  { first, count }: Omit<Submitted, 'id'>,
  script: string,
): string[] => {
  const { partition, time, gpusPerRun, cpusPerRun, maxAtOnce = defaultAtOnce } = job.options;
  return [
    '--parsable',
    '--requeue',
    '--open-mode=append',
    `--job-name=${job.name}`,
    `--array=0-${count - 1}%${maxAtOnce}`,
    `--output=${path.join(job.folder, '%A_%a.out')}`,
    // To the script, which forwards it: its child then writes a checkpoint.
    `--signal=B:USR1@${warningSeconds}`,
    // Parts of one array share the limit of concurrent elements: the next begins when the one before has ended.
    ...(job.elements > count ? ['--dependency=singleton'] : []),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(gpusPerRun === undefined ? [] : [`--gres=gpu:${gpusPerRun}`]),
    ...(cpusPerRun === undefined ? [] : [`--cpus-per-task=${cpusPerRun}`]),
    script,
    String(first),
  ];
};

/** Splits elements 0 … n−1 into parts that the controller accepts. */
const partsOf = (elements: number, arraySize: number): Omit<Submitted, 'id'>[] => {
  const parts: Omit<Submitted, 'id'>[] = [];
  for (let first = 0; first < elements; first += arraySize) {
    parts.push({ first, count: Math.min(arraySize, elements - first) });
  }
  return parts;
};

/**
 * The elements of the queried jobs in `squeue`'s lines: matched by id and name, because a controller killed
 * before saving its state reuses an id.
 */
export const parseQueue = (text: string, jobs: readonly AskedJob[]): ElementState[] => {
  const parts = new Map(jobs.flatMap(({ name, parts }) => parts.map((part) => [part.id, { name, part }])));
  return text.split('\n').flatMap((line): ElementState[] => {
    const [id = '', index = '', state = '', reason = '', node = '', name = ''] = line.split(separator);
    const known = parts.get(id);
    if (known?.name !== name || !/^\d+$/.test(index)) return [];
    const element = known.part.first + Number(index);
    if (waiting.has(state)) return [{ job: known.name, element, state: 'waiting', reason }];
    if (!working.has(state)) return [];
    return [{ job: known.name, element, state: 'working', ...(node === '' ? {} : { node }) }];
  });
};

const refused = (program: string, { stderr, stdout }: CommandResult): GeometryError => {
  const [line = 'no reason given'] = (stderr.trim() || stdout.trim()).split('\n');
  // A controller that did not answer in time may have accepted the job.
  if (/timed out|unable to contact|zero bytes/i.test(stderr)) {
    return new GeometryError('process-died', `Slurm does not answer (${program}): ${line}`, {
      cause: stderr,
    });
  }
  return new GeometryError('invalid-argument', `Slurm refuses (${program}): ${line}`, { cause: stderr });
};

/** Slurm, driven by its own commands. */
export const slurm = (run: RunCommand = runCommand): Scheduler => {
  const arraySize = async (): Promise<number> => {
    const { stdout } = await run('scontrol', ['show', 'config']);
    const size = Number(/MaxArraySize\s*=\s*(\d+)/.exec(stdout)?.[1] ?? defaultArraySize);
    return size > 0 ? size : defaultArraySize;
  };
  const scriptOf = (job: ArrayJob): string => path.join(job.folder, `${job.name}.sh`);
  /** The submitted parts of a name, for a submission that ended before it was recorded. */
  const found = async (job: AskedJob): Promise<AskedJob> => {
    if (job.parts.length > 0) return job;
    const { stdout } = await run('squeue', [
      '--array',
      '--noheader',
      `--name=${job.name}`,
      '--format=%F|%K|%o',
    ]);
    const parts = new Map<string, Submitted>();
    for (const line of stdout.split('\n')) {
      const [id = '', index = '', command = ''] = line.split(separator);
      const first = /\s(\d+)$/.exec(command)?.[1];
      if (!/^\d+$/.test(index)) continue;
      const count = Math.max(parts.get(id)?.count ?? 0, Number(index) + 1);
      parts.set(id, { id, first: Number(first ?? 0), count });
    }
    return { ...job, parts: [...parts.values()] };
  };
  const ask: Scheduler['ask'] = async (asked) => {
    try {
      const jobs = await Promise.all(asked.map(found));
      const ids = jobs.flatMap(({ parts }) => parts.map(({ id }) => id));
      if (ids.length === 0) return { ok: true, elements: [] };
      const result = await run('squeue', [
        '--array',
        '--noheader',
        `--jobs=${ids.join(',')}`,
        `--format=${format}`,
      ]);
      // All have left the queue, long ago.
      if (/invalid job id/i.test(result.stderr)) return { ok: true, elements: [] };
      if (result.status !== 0) throw refused('squeue', result);
      return { ok: true, elements: parseQueue(result.stdout, jobs) };
    } catch (thrown) {
      return { ok: false, error: toErrorValue(thrown) };
    }
  };
  return {
    name: 'slurm',
    takes: ['partition', 'time', 'gpusPerRun', 'cpusPerRun', 'maxAtOnce', 'setup', 'cudaFrom'],
    preview: async (job) => {
      const size = await arraySize().catch(() => defaultArraySize);
      const calls = partsOf(job.elements, size).map((part) =>
        ['sbatch', ...sbatchArguments(job, part, scriptOf(job))].map(shellWord).join(' '),
      );
      return `# ${scriptOf(job)}\n${slurmScript(job)}\n# submitted with\n${calls.join('\n')}\n`;
    },
    submit: async (job) => {
      const size = await arraySize();
      await writeAtomically(scriptOf(job), slurmScript(job));
      const submitted: Submitted[] = [];
      for (const part of partsOf(job.elements, size)) {
        const result = await run('sbatch', sbatchArguments(job, part, scriptOf(job)));
        // `id` or `id;cluster`.
        const id = /^(\d+)/m.exec(result.stdout)?.[1];
        if (result.status !== 0 || id === undefined) {
          // No half of an array stays behind without a record.
          await Promise.all(submitted.map((earlier) => run('scancel', [earlier.id])));
          throw refused('sbatch', result);
        }
        submitted.push({ id, ...part });
      }
      return submitted;
    },
    ask,
    cancel: async (asked, elements) => {
      const job = await found(asked);
      const wanted = new Set(elements);
      const targets = job.parts.flatMap(({ id, first, count }) => {
        const indices = Array.from({ length: count }, (_, i) => i).filter((i) => wanted.has(first + i));
        return indices.length === count ? [id] : indices.map((i) => `${id}_${i}`);
      });
      if (targets.length === 0) return;
      // Running elements get SIGTERM and write a checkpoint; Slurm kills them after KillWait, 30 s by default.
      const result = await run('scancel', [`--name=${job.name}`, ...targets]);
      if (result.status !== 0 && !/invalid job id/i.test(result.stderr)) throw refused('scancel', result);
    },
    release: async (asked) => {
      const answer = await ask(asked);
      const held = (answer.ok ? answer.elements : []).filter(({ reason }) => reason === launchFailed);
      const targets = held.flatMap(({ job, element }) => {
        const parts = asked.find(({ name }) => name === job)?.parts ?? [];
        const part = parts.find(({ first, count }) => element >= first && element < first + count);
        return part === undefined ? [] : [`${part.id}_${element - part.first}`];
      });
      for (const target of targets) await run('scontrol', ['release', target]);
    },
    outputFile: ({ id, first }, element) => `${id}_${element - first}.out`,
  };
};
