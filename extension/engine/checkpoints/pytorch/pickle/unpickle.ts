import { STOP, instructions } from './opcodes.js';
import { PickleMachine, type PickleEnvironment } from './pickleMachine.js';
import { PickleFault, PickleReader } from './pickleReader.js';
import type { PickleValue } from './values.js';

/** A checkpoint of ten thousand tensors needs about a million. */
const MOST_INSTRUCTIONS = 20_000_000;

/**
 * Runs the pickle that begins at `start` and gives its value and the position after it. Only the calls in
 * `environment` build anything; no code of the file or of Python runs.
 * @throws PickleEnd where `bytes` end first, PickleFault where the pickle is broken or too large.
 */
export const unpickle = (
  bytes: Uint8Array,
  start: number,
  environment: PickleEnvironment,
): { readonly value: PickleValue; readonly end: number } => {
  const reader = new PickleReader(bytes, start);
  const machine = new PickleMachine(reader, environment);
  for (let count = 0; count < MOST_INSTRUCTIONS; count++) {
    const opcode = reader.uint8();
    if (opcode === STOP) return { value: machine.result(), end: reader.position };
    const run = instructions[opcode];
    if (run === undefined)
      throw new PickleFault(`it has no instruction 0x${opcode.toString(16).padStart(2, '0')}`);
    run(machine);
  }
  throw new PickleFault('it has too many instructions', true);
};
