import type { PickleMachine } from './pickleMachine.js';
import { PickleFault } from './pickleFault.js';
import { unescapeString, unescapeUnicode } from './pythonText.js';
import type { PickleValue } from './values.js';

export type Instruction = (machine: PickleMachine) => void;

const HIGHEST_PROTOCOL = 5;
export const STOP = 0x2e;

const constant =
  (value: PickleValue): Instruction =>
  (m) =>
    m.push(value);

/** `latin1` for the string opcodes of Python 2, whose strings are bytes. */
const text = (length: (m: PickleMachine) => number, encoding: 'utf8' | 'latin1'): Instruction =>
  encoding === 'utf8'
    ? (m) => m.pushContainer(m.reader.text(length(m)))
    : (m) => m.pushContainer(m.reader.latin1(length(m)));

const binary =
  (length: (m: PickleMachine) => number): Instruction =>
  (m) =>
    m.pushContainer(m.reader.take(length(m)).slice());

const uint8 = (m: PickleMachine): number => m.reader.uint8();
const uint16 = (m: PickleMachine): number => m.reader.uint16();
const uint32 = (m: PickleMachine): number => m.reader.uint32();
const uint64 = (m: PickleMachine): number => m.reader.uint64();

const signed = (length: number): number => {
  if (length < 0) throw new PickleFault('a length is negative');
  return length;
};

/** `'…'` as Python's repr writes it; Python 2 wrote bytes so, hence one character for each. */
const quotedLine: Instruction = (m) => {
  const [, single, double] = /^(?:'([^]*)'|"([^]*)")$/.exec(m.reader.latin1Line()) ?? [];
  const text = single ?? double;
  if (text === undefined) throw new PickleFault('a string has no quotes');
  m.push(unescapeString(text));
};

const integerLine: Instruction = (m) => {
  const at = m.reader.position;
  const line = m.reader.line();
  if (line === '01' || line === '00') {
    m.push(line === '01');
    return;
  }
  m.reader.position = at;
  m.push(m.reader.integerLine(0));
};

const startOfProtocol: Instruction = (m) => {
  const protocol = m.reader.uint8();
  if (protocol > HIGHEST_PROTOCOL) throw new PickleFault(`pickle protocol ${protocol} is not known`);
};

const instance: Instruction = (m) => {
  const module = m.reader.line();
  const name = m.reader.line();
  const args = m.popToMark();
  m.global(module, name);
  m.call(m.pop(), args);
};

const object: Instruction = (m) => {
  const [type, ...args] = m.popToMark();
  if (type === undefined) throw new PickleFault('an object has no class');
  m.call(type, args);
};

const pair = (m: PickleMachine): void => {
  const value = m.pop();
  m.setItems([m.pop(), value]);
};

const noBuffers: Instruction = () => {
  throw new PickleFault('its buffers are kept outside the file');
};

/** Bytes that are in the file can be declared read-only as well. */
const readOnlyBuffer: Instruction = (m) => {
  if (!(m.top() instanceof Uint8Array)) throw new PickleFault('what it makes read-only is no bytes');
};

/** Protocols 0 to 5, by opcode (CPython, Lib/pickletools.py). */
const table: readonly (readonly [string | number, Instruction])[] = [
  ['N', constant(null)],
  [0x88, constant(true)],
  [0x89, constant(false)],
  ['I', integerLine],
  ['J', (m) => m.push(m.reader.int32())],
  ['K', (m) => m.push(m.reader.uint8())],
  ['M', (m) => m.push(m.reader.uint16())],
  ['L', (m) => m.push(m.reader.integerLine(0))],
  [0x8a, (m) => m.pushContainer(m.reader.integer(m.reader.uint8()))],
  [0x8b, (m) => m.pushContainer(m.reader.integer(signed(m.reader.int32())))],
  ['F', (m) => m.push(Number(m.reader.line()))],
  ['G', (m) => m.push(m.reader.float64())],
  ['S', quotedLine],
  ['V', (m) => m.push(unescapeUnicode(m.reader.latin1Line()))],
  ['T', text((m) => signed(m.reader.int32()), 'latin1')],
  ['U', text(uint8, 'latin1')],
  ['X', text(uint32, 'utf8')],
  [0x8c, text(uint8, 'utf8')],
  [0x8d, text(uint64, 'utf8')],
  ['B', binary(uint32)],
  ['C', binary(uint8)],
  [0x8e, binary(uint64)],
  [0x96, binary(uint64)],
  [0x97, noBuffers],
  [0x98, readOnlyBuffer],
  [']', (m) => m.pushContainer([])],
  ['a', (m) => m.append([m.pop()])],
  ['e', (m) => m.append(m.popToMark())],
  ['l', (m) => m.pushContainer(m.popToMark())],
  [')', (m) => m.tuple([])],
  ['t', (m) => m.tuple(m.popToMark())],
  [0x85, (m) => m.popTuple(1)],
  [0x86, (m) => m.popTuple(2)],
  [0x87, (m) => m.popTuple(3)],
  ['}', (m) => m.pushContainer(new Map())],
  ['d', (m) => m.dictionary(m.popToMark())],
  ['s', pair],
  ['u', (m) => m.setItems(m.popToMark())],
  [0x8f, (m) => m.pushContainer(new Set())],
  [0x90, (m) => m.addItems(m.popToMark())],
  [0x91, (m) => m.pushContainer(new Set(m.popToMark()))],
  ['0', (m) => m.drop()],
  ['1', (m) => void m.popToMark()],
  ['2', (m) => m.push(m.top())],
  ['(', (m) => m.mark()],
  ['g', (m) => m.recall(m.textIndex())],
  ['h', (m) => m.recall(uint8(m))],
  ['j', (m) => m.recall(uint32(m))],
  ['p', (m) => m.remember(m.textIndex())],
  ['q', (m) => m.remember(uint8(m))],
  ['r', (m) => m.remember(uint32(m))],
  [0x94, (m) => m.rememberNext()],
  ['c', (m) => m.global(m.reader.line(), m.reader.line())],
  [0x93, (m) => m.stackGlobal()],
  [0x82, (m) => m.extension(uint8(m))],
  [0x83, (m) => m.extension(uint16(m))],
  [0x84, (m) => m.extension(m.reader.int32())],
  ['R', (m) => m.reduce()],
  ['b', (m) => m.build()],
  ['i', instance],
  ['o', object],
  [0x81, (m) => m.newObject()],
  [0x92, (m) => m.newObjectWithKeywords()],
  [0x80, startOfProtocol],
  // Frames are a hint for buffered readers.
  [0x95, (m) => void m.reader.uint64()],
  ['P', (m) => m.persistent(m.reader.line())],
  ['Q', (m) => m.persistent(m.pop())],
];

/** Instructions by opcode; undefined where pickle has none. STOP ends the loop before it is looked up. */
export const instructions: readonly (Instruction | undefined)[] = (() => {
  const byCode = new Array<Instruction | undefined>(256).fill(undefined);
  for (const [code, run] of table) byCode[typeof code === 'number' ? code : code.charCodeAt(0)] = run;
  return byCode;
})();
