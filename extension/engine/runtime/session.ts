import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { GeometryError } from '../../contract/errors.js';
import { boundCores } from './boundCores.js';
import { onnxruntime } from './onnxruntime.js';

export type Provider = 'cpu' | 'webgpu' | 'cuda';

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;
export interface NamedTensor {
  readonly data: TensorData;
  readonly dims: readonly number[];
}

export interface SessionOptions {
  readonly provider: Provider;
  /** Threads of one operator. When absent: those of the affinity mask, without a mask onnxruntime's choice, one per core. */
  readonly threads?: number;
  /** Writes onnxruntime's profile to files that begin so. */
  readonly profilePrefix?: string;
}

/** A graph that can be run. One process holds sessions in one thread only. */
export interface GraphSession {
  readonly provider: Provider;
  /**
   * Runs the graph once; the calling thread is busy until it is done. Feeds are copied into buffers that the session
   * owns and uses again: a reduction over a fed view depends, in its last bits, on where the view lies.
   */
  run(feeds: Readonly<Record<string, NamedTensor>>): Promise<Record<string, NamedTensor>>;
  dispose(): Promise<void>;
}

const elementTypes = new Map<unknown, Tensor.Type>([
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int32Array, 'int32'],
  [BigInt64Array, 'int64'],
  [Uint8Array, 'uint8'],
]);

/** Whatever a provider leaves to the CPU runs there, so CPU always comes last. */
const executionProviders: Readonly<Record<Provider, readonly string[]>> = {
  cpu: ['cpu'],
  webgpu: ['webgpu', 'cpu'],
  cuda: ['cuda', 'cpu'],
};

const WARNINGS_ARE_NOISE = 3;

/**
 * A session for a serialised ONNX model.
 * @throws GeometryError `no-provider` where the provider does not start, `invalid-graph` where the CPU refuses the model.
 */
export const createSession = async (model: Uint8Array, options: SessionOptions): Promise<GraphSession> => {
  const ort = await onnxruntime();
  const threads = options.threads ?? boundCores();
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [...executionProviders[options.provider]],
    graphOptimizationLevel: 'all',
    logSeverityLevel: WARNINGS_ARE_NOISE,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(options.profilePrefix === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: options.profilePrefix }),
  }).catch((cause: unknown) => {
    throw options.provider === 'cpu'
      ? new GeometryError('invalid-graph', 'onnxruntime refused the graph.', { cause })
      : new GeometryError('no-provider', `The ${options.provider} execution provider did not start.`, {
          cause,
        });
  });
  const owned = new Map<string, NamedTensor>();
  const own = (name: string, fed: NamedTensor): NamedTensor => {
    let mine = owned.get(name);
    if (mine?.data.length !== fed.data.length || mine.data.constructor !== fed.data.constructor) {
      mine = { data: fed.data.slice(), dims: fed.dims };
    } else {
      (mine.data as Float32Array).set(fed.data as Float32Array);
      mine = { data: mine.data, dims: fed.dims };
    }
    owned.set(name, mine);
    return mine;
  };
  const toTensor = ({ data, dims }: NamedTensor): Tensor =>
    new ort.Tensor(elementTypes.get(data.constructor)!, data as Float32Array, dims);
  return {
    provider: options.provider,
    run: async (feeds) => {
      const tensors = Object.entries(feeds).map(([name, fed]) => [name, toTensor(own(name, fed))] as const);
      const fetched = await runOrExplain(session, Object.fromEntries(tensors));
      return Object.fromEntries(
        Object.entries(fetched).map(([name, tensor]) => [
          name,
          { data: tensor.data as TensorData, dims: tensor.dims },
        ]),
      );
    },
    dispose: async () => {
      if (options.profilePrefix !== undefined) session.endProfiling();
      owned.clear();
      await session.release();
    },
  };
};

const runOrExplain = async (
  session: InferenceSession,
  feeds: Record<string, Tensor>,
): Promise<InferenceSession.OnnxValueMapType> => {
  try {
    return await session.run(feeds);
  } catch (cause) {
    throw new GeometryError('internal', 'onnxruntime could not run the graph.', { cause });
  }
};
