import * as v from 'valibot';
import { errorValueSchema, type CallSchemas, type EventSchemas } from './boundary.js';
import type { TrainerCalls, TrainerEvents, TrainRequest } from './calls.js';
import { warningSchema } from './report.js';
import { metricsSchema, providerNames, runConfigSchema, runFileSchema } from './run.js';

/** Schemas of the calls between a trainer process and its parent. */
const path = v.pipe(v.string(), v.minLength(1));
const step = v.pipe(v.number(), v.integer(), v.minValue(0));
const nothing = v.undefined();
const noArguments = v.tuple([]);

export const trainRequestSchema: v.GenericSchema<unknown, TrainRequest> = v.object({
  config: runConfigSchema,
  out: path,
  provider: v.picklist(providerNames),
  init: v.exactOptional(path),
  resume: v.exactOptional(v.boolean()),
  threads: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  whenLeft: v.exactOptional(v.picklist(['stop', 'continue'])),
  passedOver: v.exactOptional(runFileSchema.entries.provider.entries.passedOver),
});

export const trainerSchemas: CallSchemas<TrainerCalls> = {
  start: { args: v.tuple([trainRequestSchema]), value: nothing },
  pause: { args: noArguments, value: nothing },
  resume: { args: noArguments, value: nothing },
  stop: { args: noArguments, value: nothing },
};

const outcome = v.union([
  v.object({ ok: v.literal(true), value: runFileSchema }),
  v.object({ ok: v.literal(false), error: errorValueSchema }),
]);

export const trainerEventSchemas: EventSchemas<TrainerEvents> = {
  started: v.tuple([runFileSchema]),
  metrics: v.tuple([metricsSchema]),
  advanced: v.tuple([step]),
  warning: v.tuple([warningSchema]),
  status: v.tuple([runFileSchema.entries.status, step]),
  grokked: v.tuple([step]),
  ended: v.tuple([outcome]),
};
