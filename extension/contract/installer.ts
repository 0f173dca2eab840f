import * as v from 'valibot';
import type { CallSchemas, EventSchemas } from './boundary.js';
import type { Reply } from './calls.js';

/** What installing the CUDA provider would fetch; the user consents to the sentence. */
const offerSchema = v.object({
  packageName: v.string(),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  sentence: v.string(),
});
export type CudaOfferSummary = v.InferOutput<typeof offerSchema>;

/** The process that fetches, verifies and removes onnxruntime's CUDA provider. */
export interface InstallerCalls {
  /** Name of the package that was installed here; undefined when none was. */
  installed(): Promise<Reply<string | undefined>>;
  /** Asks for size and hash of what would be fetched: a few kilobytes. */
  offer(): Promise<Reply<CudaOfferSummary>>;
  /** Fetches what was offered last; nothing is installed when it fails or is cancelled. */
  install(): Promise<Reply<void>>;
  cancel(): Promise<Reply<void>>;
  /** Removes what `install` put there. */
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
