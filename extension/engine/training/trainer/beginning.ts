import { cpus } from 'node:os';
import type { UsedBasis } from '../../../contract/interventions.js';
import type { RunConfig, RunFile, TrainingSession } from '../../../contract/run.js';
import { reportVersions } from '../../ground/versions.js';
import { onnxruntime } from '../../runtime/onnxruntime.js';
import type { ChosenProvider } from '../../runtime/providers.js';
import { optimiserFormulas } from '../optimiser/formulas.js';
import type { StartState } from './startState.js';

const named = ({ name, device }: ChosenProvider): TrainingSession['provider'] => ({
  name,
  ...(device === undefined ? {} : { device }),
});

/** The sessions whose steps remain when a new session continues from a step. */
const sessionsBefore = (fromStep: number, existing: RunFile | undefined): readonly TrainingSession[] => {
  if (existing === undefined) return [];
  // A run of an earlier version records only its last session.
  const { provider, versions, sessions = [{ fromStep: 0, provider: named(provider), versions }] } = existing;
  return sessions.filter((session) => session.fromStep < fromStep);
};

export interface SessionStart {
  readonly existing: RunFile | undefined;
  readonly config: RunConfig;
  readonly threads: number | undefined;
  readonly asRow: boolean;
  readonly provider: ChosenProvider;
  readonly start: StartState;
  readonly bases: readonly UsedBasis[];
}

/** `run.json` at the start of a session. */
export const beginningOf = async (begun: SessionStart): Promise<RunFile> => {
  const { existing, config, threads, asRow, provider, start, bases } = begun;
  const { state, origin } = start;
  const { step: fromStep, grokStep } = state.progress;
  const ort = await onnxruntime();
  const versions = {
    ...reportVersions(),
    onnxruntime: ort.env.versions.node ?? ort.env.versions.common,
  };
  const session: TrainingSession = {
    fromStep,
    provider: named(provider),
    versions,
    ...(threads === undefined ? {} : { threads }),
    processors: cpus().length,
    ...(asRow ? { asRow } : {}),
  };
  const firstThreads = existing ? existing.threads : threads;
  return {
    schema: 'weight-geometry/run@1',
    config,
    model: config.model,
    data: config.data,
    // A provider named on resume skips none: the first choice recorded why.
    provider: existing?.provider.name === provider.name ? existing.provider : provider,
    versions,
    sessions: [...sessionsBefore(fromStep, existing), session],
    ...(firstThreads === undefined ? {} : { threads: firstThreads }),
    formulas: optimiserFormulas(config),
    ...(bases.length === 0 ? {} : { bases: [...bases] }),
    ...origin,
    status: 'running',
    lastStep: fromStep,
    ...(grokStep === undefined ? {} : { grokStep }),
  };
};
