import { useCallback, useState } from 'preact/hooks';
import type { Reply } from '../../extension/contract/calls.js';
import { say } from '../words/say.js';

export interface Requests {
  /** The failure of the last request, in a sentence; empty if it succeeded. */
  readonly failure: string;
  /** Sends a request and keeps its failure, worded by `says`, until the next one. */
  readonly ask: (request: Promise<Reply<unknown>>, says?: (reason: string) => string) => void;
}

/** The sentence for a file or a run that could not be opened. */
export const notOpened =
  (name: string) =>
  (reason: string): string =>
    say('files.notOpened', { name, reason });

const asItIs = (reason: string): string => reason;

/** Requests to the host; every failure is shown. */
export function useRequests(): Requests {
  const [failure, setFailure] = useState('');
  const ask = useCallback<Requests['ask']>((request, says = asItIs) => {
    void request.then((reply) => setFailure(reply.ok ? '' : says(reply.error.message)));
  }, []);
  return { failure, ask };
}
