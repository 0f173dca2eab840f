import { STOP, instructions } from './opcodes.js';
import { PickleMachine, type PickleEnvironment } from './pickleMachine.js';
import { PickleEnd, PickleFault } from './pickleFault.js';
import { PickleReader } from './pickleReader.js';
import type { PickleValue } from './values.js';

/** A checkpoint of ten thousand tensors needs about a million. */
const MOST_INSTRUCTIONS = 20_000_000;
/** A pickle with so many faults is given up: each takes microseconds. */
const MOST_FAULTS = 100_000;

/**
 * Runs the pickle that begins at `start` and gives its value and the position after it. Only the calls in
 * `environment` build anything; no code of the file or of Python runs. A pickle with a fault is read on to its end all
 * the same, so that `environment` is told of everything in it; `known` is a fault that an earlier try came to.
 * @throws PickleEnd where `bytes` end first, PickleFault (the first) where the pickle is broken or too large.
 */
export const unpickle = (
  bytes: Uint8Array,
  start: number,
  environment: PickleEnvironment,
  known?: PickleFault,
): { readonly value: PickleValue; readonly end: number } => {
  const reader = new PickleReader(bytes, start);
  const machine = new PickleMachine(reader, environment);
  if (known !== undefined) machine.failed(known);
  try {
    return run(reader, machine);
  } catch (thrown) {
    throw thrown instanceof PickleEnd ? new PickleEnd(machine.fault) : thrown;
  }
};

const run = (reader: PickleReader, machine: PickleMachine): ReturnType<typeof unpickle> => {
  let faults = 0;
  for (let count = 0; ; count++) {
    const opcode = reader.uint8();
    if (opcode === STOP) break;
    try {
      if (count === MOST_INSTRUCTIONS) machine.failed(new PickleFault('it has too many instructions', true));
      const instruction = instructions[opcode];
      if (instruction === undefined) {
        // Python ends here as well, whatever follows.
        machine.failed(new PickleFault(`it has no instruction 0x${opcode.toString(16).padStart(2, '0')}`));
        break;
      }
      instruction(machine);
    } catch (thrown) {
      if (!(thrown instanceof PickleFault)) throw thrown;
      machine.failed(thrown);
      if (++faults < MOST_FAULTS) continue;
      throw new PickleFault(`${machine.fault!.message}, and what follows was not looked at`);
    }
  }
  if (machine.fault !== undefined) throw machine.fault;
  return { value: machine.result(), end: reader.position };
};
