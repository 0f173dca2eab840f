import { GeometryError } from '../../contract/errors.js';
import { kernelsBase64 } from './kernels.generated.js';

/** What assembly/ exports. Addresses are bytes; sizes are counts of float64. */
interface KernelFunctions {
  readonly dot: (x: number, y: number, n: number) => number;
  readonly factorPanel: (v: number, count: number, length: number, r: number, t: number) => void;
  readonly triangularFactor: (v: number, count: number, length: number, width: number, t: number) => void;
  readonly updatedRows: (
    c: number,
    columns: number,
    v: number,
    length: number,
    y: number,
    count: number,
    target: number,
  ) => void;
  readonly columnsAsRows: (c: number, rows: number, columns: number, count: number, target: number) => void;
  readonly bidiagonalise: (
    a: number,
    m: number,
    n: number,
    d: number,
    e: number,
    us: number,
    vs: number,
    tausU: number,
    tausV: number,
    work: number,
  ) => void;
  readonly applyReflectors: (
    vs: number,
    taus: number,
    count: number,
    length: number,
    x: number,
    columns: number,
    work: number,
  ) => void;
  readonly chase: (
    band: number,
    n: number,
    b: number,
    from: number,
    to: number,
    us: number,
    vs: number,
    tausU: number,
    tausV: number,
    steps: number,
    work: number,
  ) => void;
  readonly bidiagonalValues: (d: number, e: number, n: number) => number;
  readonly qdValues: (d: number, e: number, n: number, work: number) => number;
  readonly symmetricEigen: (
    a: number,
    n: number,
    rows: number,
    z: number,
    d: number,
    e: number,
    work: number,
  ) => number;
  readonly addStoredProducts: (
    stored: number,
    stride: number,
    rows: number,
    n: number,
    tile: number,
    work: number,
    sums: number,
    moments: number,
  ) => void;
  readonly summarise: (x: number, n: number, out: number) => void;
  readonly countBins: (
    x: number,
    n: number,
    perWidth: number,
    first: number,
    bins: number,
    counts: number,
    outside: number,
  ) => number;
  readonly addDifferenceProducts: (x: number, groups: number, columns: number, target: number) => void;
}

/** A stretch of a workspace: where the kernels find it, and how JavaScript sees it. */
export interface Block {
  readonly address: number;
  readonly data: Float64Array;
}

/** One instance of the kernels with memory of its own. */
export interface Workspace {
  readonly kernels: KernelFunctions;
  /** A zeroed stretch of `length` numbers, 64-byte aligned; the sum is bounded by what was asked of {@link withWorkspace}. */
  readonly allocate: (length: number) => Block;
}

const PAGE = 65536;
const ALIGNMENT = 64;
const FIRST_ADDRESS = 1024;
/** An idle instance that has grown beyond this is dropped: WebAssembly memory never shrinks. */
const KEPT_BYTES = 64 * 2 ** 20;

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly kernels: KernelFunctions;
}

let compiled: WebAssembly.Module | undefined;
const idle: Instance[] = [];

const instantiate = (): Instance => {
  compiled ??= new WebAssembly.Module(Buffer.from(kernelsBase64, 'base64'));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { memory, kernels: exports as unknown as KernelFunctions };
};

/** WebAssembly addresses 4 GiB. */
const grow = (memory: WebAssembly.Memory, pages: number): void => {
  try {
    memory.grow(pages);
  } catch (cause) {
    const gigabytes = ((pages * PAGE) / 2 ** 30).toFixed(1);
    throw new GeometryError(
      'too-large',
      `The exact decomposition would take ${gigabytes} GB of memory, more than there is: ask for an estimate.`,
      { cause },
    );
  }
};

const open = ({ memory, kernels }: Instance, bytes: number): Workspace => {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE);
  // Growing replaces the buffer, so it happens once, before the first view is handed out.
  if (missing > 0) grow(memory, missing);
  let next = FIRST_ADDRESS;
  return {
    kernels,
    allocate: (length) => {
      const address = next;
      next = Math.ceil((next + 8 * length) / ALIGNMENT) * ALIGNMENT;
      return { address, data: new Float64Array(memory.buffer, address, length).fill(0) };
    },
  };
};

/**
 * Calls `work` with memory for `blocks` allocations of `numbers` float64 in all. The workspace belongs to this call
 * alone, also across awaits, and nothing of it may be kept.
 */
export const withWorkspace = async <Result>(
  blocks: number,
  numbers: number,
  work: (workspace: Workspace) => Result | Promise<Result>,
): Promise<Result> => {
  const instance = idle.pop() ?? instantiate();
  try {
    return await work(open(instance, FIRST_ADDRESS + 8 * numbers + blocks * ALIGNMENT));
  } finally {
    if (instance.memory.buffer.byteLength <= KEPT_BYTES) idle.push(instance);
  }
};

/** A workspace that whoever opens it keeps. */
export const ownWorkspace = (blocks: number, numbers: number): Workspace =>
  open(instantiate(), FIRST_ADDRESS + 8 * numbers + blocks * ALIGNMENT);
