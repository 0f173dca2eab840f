import * as v from 'valibot';
import type { CallSchemas, EventSchemas } from './boundary.js';
import type { Reply } from './calls.js';

/**
 * What installing the CUDA provider would download. The sentence is shown for the user's consent.
 */
const offerSchema = v.object({
  packageName: v.string(),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  sentence: v.string(),
});
export type CudaOfferSummary = v.InferOutput<typeof offerSchema>;

/** The process that fetches, verifies and removes onnxruntime's CUDA provider. */
export interface InstallerCalls {
  /** Name of the installed package; undefined if none is installed. */
  installed(): Promise<Reply<string | undefined>>;
  /** Queries size and hash of the download: a few kilobytes. */
  offer(): Promise<Reply<CudaOfferSummary>>;
  /** Downloads the last offer. Nothing is installed if that fails or is cancelled. */
  install(): Promise<Reply<void>>;
  cancel(): Promise<Reply<void>>;
  /** Removes what `install` installed. */
  remove(): Promise<Reply<void>>;
}

export interface InstallerEvents {
  fetched(bytes: number, total: number): void;
}

const none = v.tuple([]);
const nothing = v.undefined();
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));

export const installerSchemas: CallSchemas<InstallerCalls> = {
  installed: { args: none, value: v.optional(v.string()) },
  offer: { args: none, value: offerSchema },
  install: { args: none, value: nothing },
  cancel: { args: none, value: nothing },
  remove: { args: none, value: nothing },
};

export const installerEventSchemas: EventSchemas<InstallerEvents> = { fetched: v.tuple([bytes, bytes]) };
