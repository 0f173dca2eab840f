import type { Reply } from '../../contract/calls.js';
import { GeometryError } from '../../contract/errors.js';
import {
  installerEventSchemas,
  installerSchemas,
  type InstallerCalls,
  type InstallerEvents,
} from '../../contract/installer.js';
import { serveParentWithEvents } from '../ground/serving/channel.js';
import type { CudaManifest } from '../runtime/cudaManifest.js';
import {
  cudaOffer,
  describeOffer,
  installCuda,
  installedCuda,
  uninstallCuda,
  type CudaOffer,
} from '../runtime/installCuda.js';

const ok = <T>(value: T): Reply<T> => ({ ok: true, value });
const done: Reply<void> = { ok: true, value: undefined };
/** Minimum interval between progress events, in milliseconds. */
const TELL_EVERY_MS = 100;

/** What is installed, and where; tests replace it. */
export interface InstallerPlace {
  readonly manifest?: CudaManifest;
  readonly folder?: string;
}

/**
 * The role `installer` of the engine's bundle: downloads, verifies and removes the CUDA provider for its
 * parent. When the parent ends, the download is aborted. The process ends when nothing half done is left.
 */
export const serveInstaller = ({ manifest, folder }: InstallerPlace = {}): void => {
  let offered: CudaOffer | undefined;
  let working: Promise<void> = Promise.resolve();
  const work = async (act: () => Promise<void>): Promise<Reply<void>> => {
    working = act();
    await working;
    return done;
  };
  const stop = new AbortController();
  const download = { fetch: globalThis.fetch, signal: stop.signal };
  serveParentWithEvents<InstallerCalls, InstallerEvents>(
    installerSchemas,
    installerEventSchemas,
    (events) => ({
      installed: async () => ok(await installedCuda(folder)),
      offer: async () => {
        offered = await cudaOffer(download, manifest, folder);
        const { packageName } = offered.manifest;
        return ok({ packageName, bytes: offered.bytes, sentence: describeOffer(offered) });
      },
      install: () => {
        const offer = offered;
        if (offer === undefined) {
          throw new GeometryError('invalid-argument', 'Nothing is fetched that was not offered before.');
        }
        // The clock starts with the process: the first event must not wait for it.
        let told = -Infinity;
        const onProgress = (bytes: number, total: number): void => {
          const now = performance.now();
          if (now - told < TELL_EVERY_MS) return;
          told = now;
          events.fetched(bytes, total);
        };
        return work(() => installCuda(offer, { ...download, onProgress }));
      },
      cancel: () => {
        stop.abort();
        return Promise.resolve(done);
      },
      remove: () => work(() => uninstallCuda(folder)),
    }),
    () => {
      stop.abort();
      void working.catch(() => undefined).finally(() => process.exit(0));
    },
  );
};
