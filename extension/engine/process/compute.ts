import { computeEventSchemas, computeSchemas } from '../../contract/callSchemas.js';
import type { ComputeCalls, ComputeEvents, Focus, InspectRequest, Reply } from '../../contract/calls.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import { openEvaluate } from '../evaluation/openEvaluate.js';
import { inspect } from '../inspection/inspect.js';
import { refine } from '../inspection/refine.js';
import { seriesControls } from '../reproduction/seriesControls.js';
import { serveParentWithEvents } from './channel.js';
import { endWithParent } from './orphanWatch.js';

interface Job {
  readonly request: InspectRequest;
  readonly stop: AbortController;
  /** What was asked for besides, spectra exactly and controls; the job lasts until it is there. */
  readonly refinements: Promise<void>[];
  focus: Focus;
}

/** The role that runs inspections; they take turns at their chunks, so several go forward at once. */
export function serveCompute(): void {
  endWithParent();
  const jobs = new Map<string, Job>();
  const workedOn = (id: string): Job => {
    const job = jobs.get(id);
    if (job) return job;
    throw new GeometryError('invalid-argument', 'The inspection has ended; inspect again first.');
  };
  serveParentWithEvents<ComputeCalls, ComputeEvents>(computeSchemas, computeEventSchemas, (events) => ({
    inspect: (id, request) => {
      const job: Job = { request, stop: new AbortController(), refinements: [], focus: 'overview' };
      jobs.set(id, job);
      void run(id, job, events).then((outcome) => {
        jobs.delete(id);
        events.ended(id, outcome);
      });
      return accepted;
    },
    focus: (id, focus) => {
      const job = jobs.get(id);
      if (job) job.focus = focus;
      return accepted;
    },
    refine: (id, entry) => {
      const job = workedOn(id);
      also(
        job,
        refine(job.request, entry, job.stop.signal).then((spectrum) =>
          events.addition(id, { spectra: [spectrum] }),
        ),
      );
      return accepted;
    },
    controls: (id) => {
      const job = workedOn(id);
      also(
        job,
        seriesControls(job.request, {
          signal: job.stop.signal,
          onProgress: (progress) => events.progress(id, progress),
        }).then((controls) => events.addition(id, { controls })),
      );
      return accepted;
    },
    cancel: (id) => {
      jobs.get(id)?.stop.abort();
      return accepted;
    },
  }));
}

/** A failure is the job's outcome; until that is asked for it must not count as unhandled. */
function also(job: Job, refinement: Promise<void>): void {
  refinement.catch(() => undefined);
  job.refinements.push(refinement);
}

const done: Reply<void> = { ok: true, value: undefined };
const accepted = Promise.resolve(done);

async function run(id: string, job: Job, events: ComputeEvents): Promise<Reply<void>> {
  try {
    await inspect(job.request, {
      signal: job.stop.signal,
      onAddition: (addition) => events.addition(id, addition),
      onProgress: (progress) => events.progress(id, progress),
      focus: () => job.focus,
      evaluator: openEvaluate,
    });
    for (const refinement of job.refinements) await refinement;
    return done;
  } catch (thrown) {
    return { ok: false, error: toErrorValue(thrown) };
  }
}
