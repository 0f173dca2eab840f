import type { Reply } from '../../contract/calls.js';
import { gpuSchemas, type GpuCalls, type ProbedProvider } from '../../contract/gpu.js';
import { serveParent } from '../ground/serving/channel.js';
import { linkCuda } from '../runtime/cuda/links.js';
import { surveyCuda } from '../runtime/cuda/survey.js';
import { engineProbeEntry, probeAll } from '../runtime/providers.js';

const ok = <T>(value: T): Reply<T> => ({ ok: true, value });

/** The role `gpu` of the engine's bundle: looks for CUDA's files and tries the providers, for its parent. */
export const serveGpu = (): void =>
  serveParent<GpuCalls>(gpuSchemas, {
    survey: async (places) => ok(await surveyCuda({ ...places, environment: process.env })),
    link: async (survey, folder) => ok(await linkCuda(survey, folder)),
    probe: async (environment, survey) =>
      ok<readonly ProbedProvider[]>(await probeAll({ ...engineProbeEntry(), environment }, survey)),
  });
