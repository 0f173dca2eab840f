import * as v from 'valibot';
import { progressSchema } from './progressSchema.js';
import type { CallSchemas, EventSchemas } from './boundary.js';
import { errorValueSchema } from './boundary.js';
import type { Progress, Reply } from './calls.js';
import { focuses } from './calls.js';
import type { AnalysisRequest, ReportAddition } from './report.js';
import { analysisRequestSchema, reportAdditionSchema } from './report.js';
import { trainingActions, trainingStateSchema, type TrainingAction, type TrainingState } from './training.js';

/**
 * The boundary between the panel's page and the host. The page speaks first: it listens, then calls `ready`, and the
 * host answers with how to show things and afterwards sends everything it has as additions. A hidden view loses
 * messages, so the page calls `ready` again whenever it is made anew; additions replace by key, so repeats are harmless.
 *
 * Both sides post birpc's messages as they are (`serveCalls`, `callsOver`, `receiveEvents`, `eventsOver` check them).
 */
export const panelContractVersion = 1;

/**
 * State that survives hiding, moving and reloading. The page saves it with `setState`; a panel's
 * serializer reads `source`.
 */
export const panelStateSchema = v.object({
  version: v.literal(panelContractVersion),
  /** Path of the inspected file or folder, for a restored panel. */
  source: v.optional(v.string()),
  /** Path of what it is compared with. */
  base: v.optional(v.string()),
  /** Pickers, toggles and the page shown: name → plain JSON value. */
  values: v.record(v.string(), v.unknown()),
});
export type PanelState = v.InferOutput<typeof panelStateSchema>;

const panelStartSchema = v.object({
  source: v.string(),
  base: v.exactOptional(v.string()),
  /** BCP 47 tag for numbers and dates. */
  locale: v.string(),
  /** Translations of the page's strings: key → text. Default: English. */
  strings: v.record(v.string(), v.string()),
});
export type PanelStart = v.InferOutput<typeof panelStartSchema>;

const exportedFileSchema = v.object({
  /** Proposed file name with extension. */
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  mime: v.picklist(['image/png', 'image/svg+xml', 'text/csv', 'application/json']),
  content: v.union([v.string(), v.instance(ArrayBuffer), v.instance(Uint8Array)]),
});
export type ExportedFile = v.InferOutput<typeof exportedFileSchema>;

export const sweepActions = ['pause', 'resume', 'stop', 'submit'] as const;
export type SweepAction = (typeof sweepActions)[number];

/** Page → host. */
export interface PanelCalls {
  /** The page listens and can draw; `state` is what it saved in an earlier life. */
  ready(contract: number, state: PanelState | null): Promise<Reply<PanelStart>>;
  /** The visible page: its numbers are computed first. */
  focus(page: (typeof focuses)[number]): Promise<Reply<void>>;
  /** Stops the inspection; `ended` follows. */
  cancel(): Promise<Reply<void>>;
  /** Restarts a cancelled or failed inspection. Cached results are not computed again. */
  retry(): Promise<Reply<void>>;
  showLog(): Promise<Reply<void>>;
  /** Runs an analysis that is not part of every inspection; additions follow. */
  analyse(request: AnalysisRequest): Promise<Reply<void>>;
  /** Shows a save dialog; the value tells whether the file was written. */
  exportFile(file: ExportedFile): Promise<Reply<boolean>>;
  copy(text: string): Promise<Reply<void>>;
  /** Opens a file named in the report. */
  openFile(path: string): Promise<Reply<void>>;
  /**
   * Lets the user choose or confirm the model descriptor; an addition with a new header follows.
   */
  confirmDescriptor(): Promise<Reply<void>>;
  /**
   * Pauses, resumes or stops one run of a sweep, or all for null. `submit` resubmits the remaining
   * runs to the scheduler.
   */
  steerSweep(action: SweepAction, run: string | null): Promise<Reply<void>>;
  /** Pauses, resumes or stops the displayed run. */
  steerTraining(action: TrainingAction): Promise<Reply<void>>;
}

/** Host → page. */
export interface PanelEvents {
  /** The document starts again: settings changed, or the source was replaced. */
  reset(): void;
  addition(addition: ReportAddition): void;
  progress(progress: Progress): void;
  ended(outcome: Reply<void>): void;
  /** One sentence on the source's state (still growing, deleted, replaced); empty clears it. */
  status(text: string): void;
  /** The source is a run that this window controls or watches; null if it is not. */
  training(state: TrainingState | null): void;
  /** Show this page. */
  turnTo(page: (typeof focuses)[number]): void;
  /** Move by this number of tabs. */
  turnBy(tabs: number): void;
}

/**
 * VS Code posts messages as JSON (with byte arrays beside it): undefined arrives as a missing key.
 */
const nothing = v.optional(v.undefined());
const none = v.tuple([]);

export const panelSchemas: CallSchemas<PanelCalls> = {
  ready: { args: v.tuple([v.number(), v.nullable(panelStateSchema)]), value: panelStartSchema },
  focus: { args: v.tuple([v.picklist(focuses)]), value: nothing },
  cancel: { args: none, value: nothing },
  retry: { args: none, value: nothing },
  showLog: { args: none, value: nothing },
  analyse: { args: v.tuple([analysisRequestSchema]), value: nothing },
  exportFile: { args: v.tuple([exportedFileSchema]), value: v.boolean() },
  copy: { args: v.tuple([v.string()]), value: nothing },
  openFile: { args: v.tuple([v.string()]), value: nothing },
  confirmDescriptor: { args: none, value: nothing },
  steerSweep: { args: v.tuple([v.picklist(sweepActions), v.nullable(v.string())]), value: nothing },
  steerTraining: { args: v.tuple([v.picklist(trainingActions)]), value: nothing },
};

export const panelEventSchemas: EventSchemas<PanelEvents> = {
  reset: none,
  addition: v.tuple([reportAdditionSchema]),
  progress: v.tuple([progressSchema]),
  ended: v.tuple([
    v.union([
      v.pipe(
        v.object({ ok: v.literal(true) }),
        v.transform(({ ok }) => ({ ok, value: undefined })),
      ),
      v.object({ ok: v.literal(false), error: errorValueSchema }),
    ]),
  ]),
  status: v.tuple([v.string()]),
  training: v.tuple([v.nullable(trainingStateSchema)]),
  turnTo: v.tuple([v.picklist(focuses)]),
  turnBy: v.tuple([v.pipe(v.number(), v.integer())]),
};
