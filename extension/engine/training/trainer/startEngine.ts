import type { ProviderName, RunConfig } from '../../../contract/run.js';
import { chooseProvider, type ChosenProvider } from '../../runtime/providers.js';
import { createTrainingEngine } from './onnxEngine.js';
import type { TrainingEngine } from './trainingEngine.js';

/** How the provider is chosen and the model is built; tests put in their own. */
export interface TrainOptions {
  readonly choose?: (wanted: ProviderName) => Promise<ChosenProvider>;
  readonly createEngine?: (
    config: RunConfig,
    provider: ChosenProvider['name'],
    options: { readonly threads?: number },
  ) => Promise<TrainingEngine>;
}

export interface EngineRequest {
  readonly config: RunConfig;
  readonly wanted: ProviderName;
  readonly threads: number | undefined;
}

export interface StartedEngine {
  readonly engine: TrainingEngine;
  readonly provider: ChosenProvider;
}

/**
 * The model of a run on the provider that was asked for, or the best one here.
 * @throws GeometryError `no-provider`, `invalid-config` for a split that cannot be made.
 */
export const startEngine = async (
  { config, wanted, threads }: EngineRequest,
  { choose = chooseProvider, createEngine = createTrainingEngine }: TrainOptions,
): Promise<StartedEngine> => {
  const provider = await choose(wanted);
  const engine = await createEngine(config, provider.name, threads === undefined ? {} : { threads });
  return { engine, provider };
};
