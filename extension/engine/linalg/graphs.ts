import { create, toBinary } from '@bufbuild/protobuf';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { GeometryError } from '../../contract/errors.js';
import { ModelProtoSchema, TensorProto_DataType, AttributeProto_AttributeType } from '../onnx/onnx_pb.js';
import { boundCores } from '../runtime/boundCores.js';
import { onnxruntime } from '../runtime/onnxruntime.js';

/** One node: `target = alpha · op(left) · op(right) [+ plus]`; a T after a name transposes it. */
interface Product {
  readonly left: string;
  readonly right: string;
  readonly target: string;
  readonly plus?: string;
  readonly alpha?: number;
}

/** A chain of float64 matrix products that onnxruntime runs in one call. */
export interface ProductGraph {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly products: readonly Product[];
}

/** A matrix where it lies: its sizes and the view that holds exactly them. */
export interface View {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

const IR_VERSION = 9n;
const OPSET = 18n;
/**
 * Each session has threads of its own. If they wait in a loop (the default) they keep the cores from the other sessions
 * and from the kernels between two products: on busy cores a decomposition then takes three times as long.
 */
const sessionOptions = (bound = boundCores()): InferenceSession.SessionOptions => ({
  logSeverityLevel: 3,
  ...(bound === undefined ? {} : { intraOpNumThreads: bound }),
  extra: { session: { intra_op: { allow_spinning: '0' } } },
});

const plain = (name: string): string => (name.endsWith('ᵀ') ? name.slice(0, -1) : name);

const serialise = ({ inputs, output, products }: ProductGraph): Uint8Array => {
  const value = (name: string) => ({
    name,
    type: {
      value: {
        case: 'tensorType' as const,
        value: {
          elemType: TensorProto_DataType.DOUBLE,
          shape: {
            dim: ['rows', 'columns'].map((axis) => ({
              value: { case: 'dimParam' as const, value: `${name} ${axis}` },
            })),
          },
        },
      },
    },
  });
  const integer = (name: string, on: boolean) => ({
    name,
    type: AttributeProto_AttributeType.INT,
    i: on ? 1n : 0n,
  });
  const real = (name: string, f: number) => ({ name, type: AttributeProto_AttributeType.FLOAT, f });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      opsetImport: [{ domain: '', version: OPSET }],
      graph: {
        name: output,
        input: inputs.map(value),
        output: [value(output)],
        node: products.map(({ left, right, target, plus, alpha }) => ({
          name: target,
          opType: 'Gemm',
          input: [plain(left), plain(right), ...(plus === undefined ? [] : [plus])],
          output: [target],
          attribute: [
            real('alpha', alpha ?? 1),
            integer('transA', left.endsWith('ᵀ')),
            integer('transB', right.endsWith('ᵀ')),
          ],
        })),
      },
    }),
  );
};

/**
 * A function that runs the graph: views in, written into `target`. The target may be the view that is added (`plus`) in
 * the last product: onnxruntime then multiplies on top of it.
 */
export const compileProducts = (
  graph: ProductGraph,
): ((feeds: Readonly<Record<string, View>>, target: View) => Promise<void>) => {
  let session: Promise<InferenceSession> | undefined;
  return async (feeds, target) => {
    const ort = await onnxruntime();
    session ??= ort.InferenceSession.create(serialise(graph), sessionOptions());
    const tensor = ({ rows, columns, data }: View): Tensor =>
      new ort.Tensor('float64', data, [rows, columns]);
    const tensors = Object.fromEntries(Object.entries(feeds).map(([name, view]) => [name, tensor(view)]));
    try {
      await (await session).run(tensors, { [graph.output]: tensor(target) });
    } catch (cause) {
      throw new GeometryError('internal', 'onnxruntime could not multiply the matrices.', { cause });
    }
  };
};
