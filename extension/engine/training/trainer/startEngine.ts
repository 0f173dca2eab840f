import { GeometryError } from '../../../contract/errors.js';
import type { ProviderName, RunConfig } from '../../../contract/run.js';
import { chooseProvider, type ChosenProvider, type ProviderRequest } from '../../runtime/providers.js';
import { createTrainingEngine } from './onnxEngine.js';
import type { TrainingEngine } from './trainingEngine.js';

/** Selects the provider and builds the model; tests replace it. */
export interface TrainOptions {
  readonly choose?: (wanted: ProviderName, request: ProviderRequest) => Promise<ChosenProvider>;
  readonly createEngine?: (
    config: RunConfig,
    provider: ChosenProvider['name'],
    options: { readonly threads?: number; readonly folder: string },
  ) => Promise<TrainingEngine>;
  /** Whether the run steps as a row of a graph with other runs. */
  readonly asRow?: boolean;
}

export interface EngineRequest {
  readonly config: RunConfig;
  readonly wanted: ProviderName;
  readonly threads: number | undefined;
  /** Providers known to fail. */
  readonly passedOver?: ChosenProvider['passedOver'];
  /** The run's folder. */
  readonly folder: string;
}

export interface StartedEngine {
  readonly engine: TrainingEngine;
  readonly provider: ChosenProvider;
}

/**
 * Opens the model of a run on the requested provider. Under `auto`, a provider that answers its probe but does
 * not take this model is skipped, and the next best one is tried.
 * @throws GeometryError `no-provider`, `invalid-config` for an impossible split.
 */
export const startEngine = async (
  { config, wanted, threads, folder, passedOver: known = [] }: EngineRequest,
  { choose = chooseProvider, createEngine = createTrainingEngine }: TrainOptions,
): Promise<StartedEngine> => {
  let passedOver = known;
  for (;;) {
    const provider = await choose(wanted, { dtype: config.dtype, passedOver });
    try {
      const engine = await createEngine(config, provider.name, {
        folder,
        ...(threads === undefined ? {} : { threads }),
      });
      return { engine, provider };
    } catch (thrown) {
      const isProviders = thrown instanceof GeometryError && thrown.code === 'no-provider';
      if (wanted !== 'auto' || provider.name === 'cpu' || !isProviders) throw thrown;
      passedOver = [...provider.passedOver, { name: provider.name, reason: refusal(thrown) }];
    }
  }
};

/** Long enough for onnxruntime's message, without its stack. */
const MOST_CHARACTERS = 200;

const refusal = ({ cause }: GeometryError): string => {
  const why = cause instanceof Error ? `: ${cause.message.split('\n')[0]!.slice(0, MOST_CHARACTERS)}` : '';
  return `It answered its probe, but did not take this model${why}.`;
};
