import type { ByteCursor } from '../bytes/byteCursor.js';
import { malformed, tooLarge } from '../bytes/fileErrors.js';
import type { Span } from './onnxTensorProto.js';
import { eachField, textOf, varintsOf, type ProtobufField } from './protobufFields.js';

/** A tensor in the model's text: an initialiser, or the value of a Constant node. */
export interface FoundTensor {
  readonly message: Span;
  readonly isSparse: boolean;
  /** Name of a Constant's output; an initialiser bears its own. */
  readonly name?: string;
  /** Where it lies: names of the nodes and branches around it, outermost first; empty in the main graph. */
  readonly scope: readonly string[];
}

/** A node that computes weights from codes. */
export interface CodeNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly integers: ReadonlyMap<string, number>;
}

export interface GraphTensors {
  readonly initialisers: readonly FoundTensor[];
  readonly constants: readonly FoundTensor[];
  readonly codeNodes: readonly CodeNode[];
}

const MODEL_GRAPH = 7;
const MODEL_FUNCTION = 25;
const FUNCTION_NODE = 7;
const GRAPH_NODE = 1;
const GRAPH_INITIALIZER = 5;
const GRAPH_SPARSE_INITIALIZER = 15;
const MOST_TENSORS = 1_000_000;
const MOST_TEXT_BYTES = 65_536;
const DEEPEST = 32;

/** Operators whose attributes are looked at: those with graphs inside, and Constant. */
const withGraphs = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);
/** Operators that multiply codes by scales. */
const codeOperators = new Set([
  ...['DequantizeLinear', 'QLinearMatMul', 'QLinearConv', 'MatMulInteger', 'ConvInteger'],
  ...[
    'DynamicQuantizeMatMul',
    'DynamicQuantizeLSTM',
    'MatMulIntegerToFloat',
    'QGemm',
    'MatMulNBits',
    'GatherBlockQuantized',
  ],
]);

interface Attribute {
  readonly name: string;
  readonly integer?: number;
  readonly tensor?: Span;
  readonly sparse?: Span;
  readonly graphs: readonly Span[];
}

/** A walk over the nodes and graphs of a model. Values are stepped over. */
class Walk {
  readonly initialisers: FoundTensor[] = [];
  readonly constants: FoundTensor[] = [];
  readonly codeNodes: CodeNode[] = [];

  constructor(
    private readonly file: string,
    private readonly cursor: ByteCursor,
  ) {}

  async graph(span: Span, scope: readonly string[]): Promise<void> {
    if (scope.length > DEEPEST) throw malformed(this.file, 'its graphs are nested too deep');
    await this.fields(span, (field) => {
      if (field.number === GRAPH_NODE) return this.node(field, scope);
      const isSparse = field.number === GRAPH_SPARSE_INITIALIZER;
      if (field.number !== GRAPH_INITIALIZER && !isSparse) return undefined;
      if (!field.isDelimited)
        throw malformed(this.file, `the initialiser at byte ${field.start} is not a message`);
      this.add(this.initialisers, { message: field, isSparse, scope });
      return undefined;
    });
  }

  async function(span: Span): Promise<void> {
    await this.fields(span, (field) => (field.number === FUNCTION_NODE ? this.node(field, []) : undefined));
  }

  private async node(span: ProtobufField, scope: readonly string[]): Promise<void> {
    if (!span.isDelimited) throw malformed(this.file, `the node at byte ${span.start} is not a message`);
    const inputs: string[] = [];
    const outputs: string[] = [];
    const attributes: Span[] = [];
    let [name, operator] = ['', ''];
    await this.fields(span, async (field) => {
      if (field.number === 1) inputs.push(await this.text(field, 'a name of an input'));
      if (field.number === 2) outputs.push(await this.text(field, 'a name of an output'));
      if (field.number === 3) name = await this.text(field, 'the name of a node');
      if (field.number === 4) operator = await this.text(field, 'the name of an operator');
      if (field.number === 5) attributes.push(field);
    });
    if (operator !== 'Constant' && !withGraphs.has(operator) && !codeOperators.has(operator)) return;
    const integers = new Map<string, number>();
    for (const each of attributes) {
      const attribute = await this.attribute(each);
      if (attribute.integer !== undefined) integers.set(attribute.name, attribute.integer);
      const value = attribute.tensor ?? attribute.sparse;
      if (operator === 'Constant' && value !== undefined) {
        const isSparse = attribute.tensor === undefined;
        this.add(this.constants, { message: value, isSparse, name: outputs[0] ?? name, scope });
      }
      const inner = [...scope, ...(name === '' ? [] : [name]), attribute.name];
      for (const graph of attribute.graphs) await this.graph(graph, inner);
    }
    if (codeOperators.has(operator)) this.codeNodes.push({ operator, inputs, integers });
  }

  private async attribute(span: Span): Promise<Attribute> {
    let name = '';
    let integer: number | undefined;
    let tensor: Span | undefined;
    let sparse: Span | undefined;
    const graphs: Span[] = [];
    await this.fields(span, async (field) => {
      if (field.number === 1) name = await this.text(field, 'the name of an attribute');
      if (field.number === 3) {
        const [value] = await varintsOf(this.file, this.cursor, field);
        integer = Number(BigInt.asIntN(64, value ?? 0n));
      }
      if (field.number === 5 && field.isDelimited) tensor = field;
      if (field.number === 22 && field.isDelimited) sparse = field;
      if ((field.number === 6 || field.number === 11) && field.isDelimited) graphs.push(field);
    });
    return {
      name,
      graphs,
      ...(integer === undefined ? {} : { integer }),
      ...(tensor === undefined ? {} : { tensor }),
      ...(sparse === undefined ? {} : { sparse }),
    };
  }

  private add(list: FoundTensor[], found: FoundTensor): void {
    if (this.initialisers.length + this.constants.length >= MOST_TENSORS)
      throw tooLarge(this.file, `it has more than ${MOST_TENSORS} initialisers`);
    list.push(found);
  }

  private text(field: ProtobufField, what: string): Promise<string> {
    return textOf(this.file, this.cursor, field, what, MOST_TEXT_BYTES);
  }

  private async fields(
    { start, end }: Span,
    visit: (field: ProtobufField) => Promise<void> | undefined,
  ): Promise<void> {
    this.cursor.position = start;
    await eachField(this.file, this.cursor, end, visit);
  }
}

/**
 * Where the tensors of a model lie: initialisers and Constant nodes of its graph, of the graphs inside its nodes, and of
 * its functions.
 * @throws GeometryError `malformed-file` for a file without a graph, `too-large`.
 */
export const graphTensors = async (file: string, cursor: ByteCursor): Promise<GraphTensors> => {
  const walk = new Walk(file, cursor);
  let graphs = 0;
  await eachField(file, cursor, cursor.position + cursor.remaining, (field) => {
    if (!field.isDelimited) return undefined;
    if (field.number === MODEL_FUNCTION) return walk.function(field);
    if (field.number !== MODEL_GRAPH) return undefined;
    graphs++;
    return walk.graph(field, []);
  });
  if (graphs === 0) throw malformed(file, 'not an ONNX model, there is no graph');
  return walk;
};
