import os from 'node:os';
import { endWithParent } from '../ground/serving/orphanWatch.js';
import { graphicsDriver } from '../runtime/graphicsDriver.js';
import { nvidiaDevice, readInformation } from '../runtime/nvidiaDevice.js';
import type { ProbeAnswer } from '../runtime/probeAnswer.js';
import { probeModel } from '../runtime/probeModel.js';
import { createSession, type Provider } from '../runtime/session.js';

const SIDE = 512;
/** A software adapter takes seconds for one product: the first one shows that. */
const LONG_ENOUGH_MS = 1000;

/**
 * Runs the smallest graph on a provider. Runs in a throwaway child process, because a broken driver can crash
 * or hang its process, and because the reason is only written to standard error.
 * @throws GeometryError `no-provider`.
 */
export const probe = async (provider: Provider): Promise<ProbeAnswer> => {
  const session = await createSession(probeModel(), { provider });
  const matrix = { data: new Float32Array(SIDE * SIDE).fill(1 / SIDE), dims: [SIDE, SIDE] };
  let productMs = Infinity;
  const begun = performance.now();
  for (let attempt = 0; attempt < 5 && performance.now() - begun < LONG_ENOUGH_MS; attempt++) {
    const start = performance.now();
    await session.run({ a: matrix, b: matrix });
    productMs = Math.min(productMs, performance.now() - start);
  }
  const device = devices[provider]();
  await session.dispose();
  return { ...device, productMs };
};

const named = (device: string | undefined): Pick<ProbeAnswer, 'device'> =>
  device === undefined ? {} : { device };

const devices: Readonly<Record<Provider, () => Pick<ProbeAnswer, 'device' | 'isSoftware'>>> = {
  cpu: () => named(os.cpus()[0]?.model.trim()),
  webgpu: () => graphicsDriver(),
  cuda: () => named(nvidiaDevice(process.env, readInformation())),
};

/** The role `probe` of the engine's bundle: answers its parent with a {@link ProbeAnswer}, then ends. */
export const runProbeProcess = async (provider: string): Promise<void> => {
  // A hanging driver would keep the process alive for ever if its parent was killed before the time-out.
  endWithParent();
  try {
    const answer = await probe(provider as Provider);
    await new Promise((sent) => process.send?.(answer, sent));
    process.exit(0);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    process.exit(1);
  }
};
