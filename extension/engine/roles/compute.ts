import { computeEventSchemas, computeSchemas } from '../../contract/callSchemas.js';
import type { ComputeCalls, ComputeEvents, Focus, InspectRequest, Reply } from '../../contract/calls.js';
import type { AnalysisRequest } from '../../contract/report.js';
import { GeometryError, toErrorValue } from '../../contract/errors.js';
import { openEvaluate } from '../evaluation/openEvaluate.js';
import { inspect } from '../inspection/inspect.js';
import { requestedAnalysis } from '../inspection/runAnalyses.js';
import { serveParentWithEvents } from '../ground/serving/channel.js';
import { endWithParent } from '../ground/serving/orphanWatch.js';

interface Job {
  readonly request: InspectRequest;
  readonly stop: AbortController;
  /** Analyses requested while it runs; the job lasts until they are complete. */
  readonly analyses: AnalysisRequest[];
  focus: Focus;
}

/** The role that runs inspections. They take turns chunk by chunk, so several progress at once. */
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
      const job: Job = { request, stop: new AbortController(), analyses: [], focus: 'overview' };
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
    analyse: (id, request) => {
      requestedAnalysis(request);
      workedOn(id).analyses.push(request);
      return accepted;
    },
    cancel: (id) => {
      jobs.get(id)?.stop.abort();
      return accepted;
    },
  }));
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
      analyses: () => job.analyses.splice(0),
    });
    return done;
  } catch (thrown) {
    return { ok: false, error: toErrorValue(thrown) };
  }
}
