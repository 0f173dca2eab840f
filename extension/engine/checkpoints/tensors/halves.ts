import { halvesBase64 } from './halves.generated.js';

/** What assembly/ exports: numbers at byte `from` to float64 at byte `to`. */
type Widening = (from: number, count: number, to: number) => void;

interface Halves {
  readonly bfloat16: Widening;
  readonly float16: Widening;
  readonly bytes: Uint8Array;
  readonly numbers: Float64Array;
}

/** Numbers of a block: with their bytes they stay in the processor's second cache. */
const BLOCK = 8192;
const PAGE = 65536;
/**
 * Where the numbers begin. Large arrays begin some bytes behind a multiple of 4096, and AMD's processors copy at a twentieth
 * of the speed where the target lies so little behind the source in its page.
 */
const NUMBERS_AT = 2 * BLOCK + 1024;

let opened: Halves | undefined;

/** Calls are synchronous, so that one memory serves all of a thread. */
const halves = (): Halves => {
  if (opened) return opened;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((NUMBERS_AT + 8 * BLOCK) / PAGE) });
  const module = new WebAssembly.Module(Buffer.from(halvesBase64, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const numbers = new Float64Array(memory.buffer, NUMBERS_AT, BLOCK);
  const bytes = new Uint8Array(memory.buffer, 0, 2 * BLOCK);
  return (opened = { ...(exports as unknown as Pick<Halves, 'bfloat16' | 'float16'>), bytes, numbers });
};

/** Decodes 16-bit floats of the machine's byte order, which begin at any byte, to `into[at…]`. */
export const widenHalves = (
  kind: 'bfloat16' | 'float16',
  bytes: Uint8Array,
  into: Float64Array,
  at: number,
): void => {
  const memory = halves();
  const length = bytes.length / 2;
  for (let from = 0; from < length; from += BLOCK) {
    const count = Math.min(BLOCK, length - from);
    memory.bytes.set(bytes.subarray(2 * from, 2 * (from + count)));
    memory[kind](0, count, NUMBERS_AT);
    into.set(count === BLOCK ? memory.numbers : memory.numbers.subarray(0, count), at + from);
  }
};
