import * as v from 'valibot';
import { progressSchema } from './progressSchema.js';
import type { CallSchemas, EventSchemas } from './boundary.js';
import { errorValueSchema } from './boundary.js';
import type { ComputeCalls, ComputeEvents, ReaderCalls } from './calls.js';
import { focuses } from './calls.js';
import { descriptorSchema } from './descriptor.js';
import {
  analysisRequestSchema,
  inspectSettingsSchema,
  reportAdditionSchema,
  warningSchema,
  nullSchemas,
  statisticSchemas,
} from './report.js';
import { runConfigSchema } from './run.js';
import { placeSchema, sweepRecordSchema, sweepSubmissionSchema } from './sweep.js';
import { paperSchema, presetSchema, runRecordSchema } from './training.js';

/** Schemas of the calls between the host and its child processes. */
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
const shape = v.array(bytes);
const nothing = v.undefined();
const job = v.string();
const path = v.pipe(v.string(), v.minLength(1));
const warnings = v.array(warningSchema);

export const cachedStatisticsSchema = v.object({
  tensor: v.string(),
  part: v.optional(v.string()),
  rows: bytes,
  columns: bytes,
  exact: v.boolean(),
  ...statisticSchemas,
  nulls: v.object(nullSchemas),
});

const fileSummary = v.object({
  path,
  format: v.string(),
  bytes,
  step: v.exactOptional(finite),
  parameters: bytes,
  tensors: v.array(v.object({ name: v.string(), shape, dtype: v.string() })),
  warnings,
  cached: v.array(cachedStatisticsSchema),
});

const seriesListing = v.object({
  root: path,
  place: path,
  name: v.string(),
  checkpoints: v.array(v.object({ label: v.string(), step: v.exactOptional(finite), path, bytes })),
  warnings,
  isRun: v.boolean(),
});

export const readerSchemas: CallSchemas<ReaderCalls> = {
  describe: { args: v.tuple([path]), value: fileSummary },
  discover: { args: v.tuple([path]), value: v.array(seriesListing) },
  seriesOf: {
    args: v.tuple([path, v.array(path)]),
    value: v.object({ series: v.array(seriesListing), warnings }),
  },
  quickStatistics: { args: v.tuple([path, v.string()]), value: v.optional(cachedStatisticsSchema) },
  presets: { args: v.tuple([]), value: v.array(presetSchema) },
  papers: { args: v.tuple([]), value: v.array(paperSchema) },
  runConfig: { args: v.tuple([path, v.array(v.string())]), value: runConfigSchema },
  run: { args: v.tuple([path]), value: v.optional(runRecordSchema) },
  sweep: { args: v.tuple([path, v.nullable(path)]), value: sweepRecordSchema },
  places: { args: v.tuple([path]), value: v.array(placeSchema) },
  submitSweep: { args: v.tuple([path, v.nullable(sweepSubmissionSchema)]), value: bytes },
  stopSweep: { args: v.tuple([path, v.nullable(v.array(path))]), value: nothing },
};

const inspectRequest = v.object({
  path,
  settings: inspectSettingsSchema,
  descriptor: v.exactOptional(v.object({ value: descriptorSchema, path: v.exactOptional(path) })),
  evaluation: v.exactOptional(v.object({ model: path, data: path })),
  analyses: v.exactOptional(v.array(analysisRequestSchema)),
  metrics: v.exactOptional(path),
  metricsAlone: v.exactOptional(v.array(path)),
  cacheFolder: v.exactOptional(path),
});

export const computeSchemas: CallSchemas<ComputeCalls> = {
  inspect: { args: v.tuple([job, inspectRequest]), value: nothing },
  focus: { args: v.tuple([job, v.picklist(focuses)]), value: nothing },
  analyse: { args: v.tuple([job, analysisRequestSchema]), value: nothing },
  cancel: { args: v.tuple([job]), value: nothing },
};

const outcome = v.union([
  v.object({ ok: v.literal(true), value: nothing }),
  v.object({ ok: v.literal(false), error: errorValueSchema }),
]);

export const computeEventSchemas: EventSchemas<ComputeEvents> = {
  addition: v.tuple([job, reportAdditionSchema]),
  progress: v.tuple([job, progressSchema]),
  ended: v.tuple([job, outcome]),
};
