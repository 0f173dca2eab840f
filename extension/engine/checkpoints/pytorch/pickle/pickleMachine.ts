import { PickleFault, type PickleReader } from './pickleReader.js';
import { GlobalReference, NumpyArray, NumpyDtype, Opaque, Tuple, type PickleValue } from './values.js';
import { setNumpyState } from './numpyValues.js';

/** What the machine may build by a call, by `module.name`. Everything else becomes a placeholder. */
export type AllowedCalls = ReadonlyMap<string, (args: readonly PickleValue[]) => PickleValue>;

export interface PickleEnvironment {
  readonly calls: AllowedCalls;
  /** Told of every global that the file names and of every call that it asks for. */
  readonly onGlobal: (global: GlobalReference) => void;
  readonly onCall: (callee: GlobalReference, args: readonly PickleValue[]) => void;
  /** A persistent id: PyTorch's storages. */
  readonly persistentLoad: (id: PickleValue) => PickleValue;
}

/** Bounds on memory: containers, remembered values and stack together stay well under 300 MB. */
const MOST_CONTAINERS = 600_000;
const MOST_REMEMBERED = 1_000_000;
const MOST_STACKED = 2_000_000;

/** The state of one running pickle: stack, marks and memo. No instruction is recursive. */
export class PickleMachine {
  private readonly stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private containers = 0;

  constructor(
    readonly reader: PickleReader,
    readonly environment: PickleEnvironment,
  ) {}

  push(value: PickleValue): void {
    if (this.stack.length >= MOST_STACKED) throw new PickleFault('its stack grows too high', true);
    this.stack.push(value);
  }

  /** Pushes something that takes memory of its own. */
  pushContainer(value: PickleValue): void {
    if (++this.containers > MOST_CONTAINERS) throw new PickleFault('it holds too many objects', true);
    this.push(value);
  }

  private get floor(): number {
    return this.marks.at(-1) ?? 0;
  }

  pop(): PickleValue {
    if (this.stack.length <= this.floor) throw new PickleFault('its stack is empty where a value is needed');
    return this.stack.pop()!;
  }

  top(): PickleValue {
    if (this.stack.length <= this.floor) throw new PickleFault('its stack is empty where a value is needed');
    return this.stack.at(-1)!;
  }

  /** POP takes a mark where one is on top. */
  drop(): void {
    if (this.marks.length > 0 && this.stack.length === this.floor) this.marks.pop();
    else this.pop();
  }

  mark(): void {
    if (this.marks.length >= MOST_STACKED) throw new PickleFault('its stack grows too high', true);
    this.marks.push(this.stack.length);
  }

  popToMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw new PickleFault('a mark is missing');
    return this.stack.splice(mark);
  }

  tuple(items: readonly PickleValue[]): void {
    this.pushContainer(new Tuple(items));
  }

  popTuple(length: number): void {
    const items = new Array<PickleValue>(length).fill(null);
    for (let i = length - 1; i >= 0; i--) items[i] = this.pop();
    this.tuple(items);
  }

  remember(index: number): void {
    if (this.memo.size >= MOST_REMEMBERED) throw new PickleFault('it remembers too many values', true);
    this.memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleFault(`it recalls value ${index}, which it never stored`);
    this.push(value);
  }

  textIndex(): number {
    const index = this.reader.decimalInteger();
    if (typeof index !== 'number' || index < 0) throw new PickleFault('it stores a value under no number');
    return index;
  }

  global(module: string, name: string): void {
    const global = new GlobalReference(module, name);
    this.environment.onGlobal(global);
    this.pushContainer(global);
  }

  stackGlobal(): void {
    const name = this.pop();
    const module = this.pop();
    if (typeof name !== 'string' || typeof module !== 'string') throw new PickleFault('a global has no name');
    this.global(module, name);
  }

  /** REDUCE, NEWOBJ, INST, OBJ: builds what the allow-list knows; anything else is a placeholder. */
  call(callee: PickleValue, args: readonly PickleValue[]): void {
    if (!(callee instanceof GlobalReference)) {
      this.pushContainer(new Opaque(callee instanceof Opaque ? callee.origin : 'unknown'));
      return;
    }
    this.environment.onCall(callee, args);
    const build = this.environment.calls.get(callee.path);
    if (build !== undefined) this.containers += args.reduce<number>((sum, arg) => sum + weight(arg), 0);
    this.pushContainer(build === undefined ? new Opaque(callee.path) : build(args));
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    this.call(callee, args instanceof Tuple ? args.items : []);
  }

  newObject(): void {
    const args = this.pop();
    const type = this.pop();
    this.call(type, args instanceof Tuple ? args.items : []);
  }

  newObjectWithKeywords(): void {
    this.pop();
    this.newObject();
  }

  /** BUILD: attributes of a placeholder are kept as data; those of a Map or tensor mean nothing to us. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof Opaque) target.state = state;
    else if (target instanceof NumpyArray || target instanceof NumpyDtype) setNumpyState(target, state);
  }

  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (Array.isArray(list)) for (const item of items) list.push(item);
    else if (!(list instanceof Opaque)) throw new PickleFault('it appends to what is not a list');
  }

  setItems(items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) throw new PickleFault('a dictionary has a key without a value');
    const target = this.top();
    if (target instanceof Opaque) target.entries ??= new Map();
    const map = target instanceof Opaque ? target.entries : target;
    // Lists and tensors take items by index in Python; no checkpoint does so.
    if (!(map instanceof Map)) throw new PickleFault('it sets an item of what is not a dictionary');
    for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  }

  addItems(items: readonly PickleValue[]): void {
    const set = this.top();
    if (set instanceof Set) for (const item of items) set.add(item);
    else if (!(set instanceof Opaque)) throw new PickleFault('it adds to what is not a set');
  }

  dictionary(items: readonly PickleValue[]): void {
    this.pushContainer(new Map());
    this.setItems(items);
  }

  persistent(id: PickleValue): void {
    this.pushContainer(this.environment.persistentLoad(id));
  }

  result(): PickleValue {
    return this.pop();
  }
}

/** What copying a value costs, in containers: a short pickle may ask for many copies of one long list. */
const weight = (value: PickleValue): number => {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  return typeof value === 'string' ? Math.floor(value.length / 64) : 0;
};
