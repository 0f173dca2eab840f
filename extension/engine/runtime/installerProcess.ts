import type { Reply } from '../../contract/calls.js';
import { GeometryError } from '../../contract/errors.js';
import {
  installerEventSchemas,
  installerSchemas,
  type InstallerCalls,
  type InstallerEvents,
} from '../../contract/installer.js';
import { serveParentWithEvents } from '../process/channel.js';
import {
  cudaOffer,
  describeOffer,
  installCuda,
  installedCuda,
  uninstallCuda,
  type CudaOffer,
} from './installCuda.js';

const ok = <T>(value: T): Reply<T> => ({ ok: true, value });
const done: Reply<void> = { ok: true, value: undefined };
/** Progress is told this often at most, in milliseconds. */
const TELL_EVERY_MS = 100;

/** The role `installer` of the engine's bundle: fetches, verifies and removes the CUDA provider for its parent. */
export const serveInstaller = (): void => {
  let offered: CudaOffer | undefined;
  const stop = new AbortController();
  const download = { fetch: globalThis.fetch, signal: stop.signal };
  serveParentWithEvents<InstallerCalls, InstallerEvents>(
    installerSchemas,
    installerEventSchemas,
    (events) => ({
      installed: async () => ok(await installedCuda()),
      offer: async () => {
        offered = await cudaOffer(download);
        const { manifest, bytes } = offered;
        return ok({ packageName: manifest.packageName, bytes, sentence: describeOffer(offered) });
      },
      install: async () => {
        if (offered === undefined) {
          throw new GeometryError('invalid-argument', 'Nothing is fetched that was not offered before.');
        }
        let told = 0;
        const onProgress = (bytes: number, total: number): void => {
          const now = performance.now();
          if (now - told < TELL_EVERY_MS) return;
          told = now;
          events.fetched(bytes, total);
        };
        await installCuda(offered, { ...download, onProgress });
        return done;
      },
      cancel: () => {
        stop.abort();
        return Promise.resolve(done);
      },
      remove: async () => {
        await uninstallCuda();
        return done;
      },
    }),
  );
};
