import { PickleFault } from './pickleFault.js';
import type { PickleReader } from './pickleReader.js';
import { callsOfArguments } from './callsOfArguments.js';
import { GlobalReference, NumpyArray, NumpyDtype, Opaque, Tuple, type PickleValue } from './values.js';
import { setNumpyState } from './numpyValues.js';

/** What the machine may build by a call, by {@link GlobalReference.knownAs}. Everything else becomes a placeholder. */
export type AllowedCalls = ReadonlyMap<string, (args: readonly PickleValue[]) => PickleValue>;

/** What Python would do with a name of the file when it loads it. */
export type Use = 'refer' | 'change' | 'call';

export interface PickleEnvironment {
  readonly calls: AllowedCalls;
  /**
   * Told of every global that the file names and of what would be done with it; of a placeholder where its value would be
   * called; of {@link computedName} where the file names a global by what Python would compute.
   */
  readonly onUse: (use: Use, subject: GlobalReference | Opaque, args: readonly PickleValue[]) => void;
  /** A persistent id: PyTorch's storages. */
  readonly persistentLoad: (id: PickleValue) => PickleValue;
}

/** In place of a global whose module or name is no text of the file, but the outcome of something in Python. */
export const computedName = new Opaque('a name that is computed');

/** Bounds on memory: containers, remembered values and stack together stay well under 300 MB. */
const MOST_CONTAINERS = 600_000;
const MOST_REMEMBERED = 1_000_000;
const MOST_STACKED = 2_000_000;
/** What is read on behind a limit is named only: it gets a part of the memory. */
const PART_BEHIND_LIMIT = 1 / 16;

/**
 * The state of one running pickle: stack, marks and memo. No instruction is recursive. After its first
 * fault it continues with placeholders for what is missing, so that every name is reported that a less
 * strict Python may reach.
 */
export class PickleMachine {
  private readonly stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  /** What the file has set on globals, by their path: a later global may name it. */
  private readonly attributes = new Map<string, PickleValue>();
  /** Globals that the file itself has registered under numbers. */
  private readonly extensions = new Map<number, GlobalReference>();
  private containers = 0;
  private firstFault: PickleFault | undefined;
  /** Part of the bounds that holds now. */
  private allowance = 1;

  constructor(
    readonly reader: PickleReader,
    readonly environment: PickleEnvironment,
  ) {}

  get fault(): PickleFault | undefined {
    return this.firstFault;
  }

  /** Remembers the first fault. Where a limit was reached, what was held is let go. */
  failed(fault: PickleFault): void {
    this.firstFault ??= fault;
    if (!fault.isTooLarge) return;
    this.allowance = PART_BEHIND_LIMIT;
    this.stack.length = 0;
    this.marks.length = 0;
    this.memo.clear();
    this.containers = 0;
  }

  /** The result of `make`, or a placeholder where it fails: the stack keeps the depth of Python's. */
  private attempt(make: () => PickleValue): PickleValue {
    try {
      return make();
    } catch (thrown) {
      if (!(thrown instanceof PickleFault)) throw thrown;
      this.failed(thrown);
      return new Opaque('unknown');
    }
  }

  push(value: PickleValue): void {
    if (this.stack.length >= MOST_STACKED * this.allowance)
      throw new PickleFault('its stack grows too high', true);
    this.stack.push(value);
  }

  /** Pushes something that takes memory of its own. */
  pushContainer(value: PickleValue): void {
    if (++this.containers > MOST_CONTAINERS * this.allowance)
      throw new PickleFault('it holds too many objects', true);
    this.push(value);
  }

  private get floor(): number {
    return this.marks.at(-1) ?? 0;
  }

  pop(): PickleValue {
    const value = this.top();
    if (this.stack.length > this.floor) this.stack.pop();
    return value;
  }

  top(): PickleValue {
    if (this.stack.length > this.floor) return this.stack.at(-1)!;
    const fault = new PickleFault('its stack is empty where a value is needed');
    if (this.firstFault === undefined) throw fault;
    return new Opaque('unknown');
  }

  /** POP takes a mark where one is on top. */
  drop(): void {
    if (this.marks.length > 0 && this.stack.length === this.floor) this.marks.pop();
    else this.pop();
  }

  mark(): void {
    if (this.marks.length >= MOST_STACKED * this.allowance)
      throw new PickleFault('its stack grows too high', true);
    this.marks.push(this.stack.length);
  }

  popToMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined && this.firstFault === undefined) throw new PickleFault('a mark is missing');
    return this.stack.splice(mark ?? 0);
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
    if (this.memo.size >= MOST_REMEMBERED * this.allowance)
      throw new PickleFault('it remembers too many values', true);
    this.memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(index: number): void {
    this.push(
      this.attempt(() => {
        const value = this.memo.get(index);
        if (value === undefined) throw new PickleFault(`it recalls value ${index}, which it never stored`);
        return value;
      }),
    );
  }

  textIndex(): number {
    const index = this.reader.integerLine(10);
    if (typeof index !== 'number' || index < 0) throw new PickleFault('it stores a value under no number');
    return index;
  }

  global(module: string, name: string): void {
    const global = new GlobalReference(module, name);
    const set = this.attributes.get(global.path);
    if (set === undefined) this.environment.onUse('refer', global, []);
    this.pushContainer(set ?? global);
  }

  stackGlobal(): void {
    const name = this.pop();
    const module = this.pop();
    if (typeof name === 'string' && typeof module === 'string') this.global(module, name);
    else {
      this.environment.onUse('refer', computedName, []);
      this.pushContainer(computedName);
    }
  }

  /** A number that `copyreg` of the loading program gives a meaning, unless the file itself has given it one. */
  extension(code: number): void {
    const registered = this.extensions.get(code);
    this.global(registered?.module ?? 'copyreg', registered?.name ?? `extension_${code}`);
  }

  /** REDUCE, NEWOBJ, INST, OBJ: builds what the allow-list knows; anything else is a placeholder. */
  call(callee: PickleValue, args: readonly PickleValue[]): void {
    if (callee instanceof GlobalReference) {
      this.tellOfCall(callee, args);
      const build = this.environment.calls.get(callee.knownAs);
      if (build !== undefined) this.containers += args.reduce<number>((sum, arg) => sum + weight(arg), 0);
      this.pushContainer(build === undefined ? new Opaque(callee.path) : this.attempt(() => build(args)));
      return;
    }
    const result = callee instanceof Opaque ? callee : new Opaque('unknown');
    this.environment.onUse('call', result, args);
    this.pushContainer(new Opaque(result.origin));
  }

  /** Tells of a call, and of those that it makes of its own arguments. */
  private tellOfCall(callee: GlobalReference, args: readonly PickleValue[]): void {
    this.environment.onUse('call', callee, args);
    for (const [inner, innerArgs] of callsOfArguments(callee.knownAs, args))
      if (inner instanceof GlobalReference || inner instanceof Opaque)
        this.environment.onUse('call', inner, innerArgs);
    if (callee.knownAs !== 'copyreg.add_extension') return;
    const [module, name, code] = args;
    if (typeof module === 'string' && typeof name === 'string' && typeof code === 'number')
      this.extensions.set(code, new GlobalReference(module, name));
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
    else if (target instanceof GlobalReference) this.setAttributes(target, state);
    else if (target instanceof NumpyArray || target instanceof NumpyDtype) setNumpyState(target, state);
  }

  /** A function or class of Python itself gets new attributes, by which a later global may reach anything. */
  private setAttributes(target: GlobalReference, state: PickleValue): void {
    this.environment.onUse('change', target, []);
    for (const part of state instanceof Tuple ? state.items : [state])
      if (part instanceof Map)
        for (const [key, value] of part)
          if (typeof key === 'string') this.attributes.set(`${target.path}.${key}`, value);
  }

  /** A list, set or dictionary that lies in Python (`sys.path`), or a method of that name of anything else. */
  private changes(target: PickleValue): boolean {
    if (target instanceof GlobalReference) this.environment.onUse('change', target, []);
    return target instanceof GlobalReference || target instanceof Opaque;
  }

  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (Array.isArray(list)) for (const item of items) list.push(item);
    else if (!this.changes(list)) throw new PickleFault('it appends to what is not a list');
  }

  setItems(items: readonly PickleValue[]): void {
    if (items.length % 2 !== 0) throw new PickleFault('a dictionary has a key without a value');
    const target = this.top();
    if (target instanceof GlobalReference) {
      this.changes(target);
      return;
    }
    if (target instanceof Opaque) target.entries ??= new Map();
    if (Array.isArray(target) && setByIndex(target, items)) return;
    const map = target instanceof Opaque ? target.entries : target;
    if (!(map instanceof Map)) throw new PickleFault('it sets an item of what is not a dictionary');
    for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  }

  addItems(items: readonly PickleValue[]): void {
    const set = this.top();
    if (set instanceof Set) for (const item of items) set.add(item);
    else if (!this.changes(set)) throw new PickleFault('it adds to what is not a set');
  }

  dictionary(items: readonly PickleValue[]): void {
    this.pushContainer(new Map());
    this.setItems(items);
  }

  persistent(id: PickleValue): void {
    this.pushContainer(this.attempt(() => this.environment.persistentLoad(id)));
  }

  result(): PickleValue {
    return this.pop();
  }
}

/** `list[index] = value`; false where an index is none of the list's. */
const setByIndex = (list: PickleValue[], items: readonly PickleValue[]): boolean => {
  for (let i = 0; i < items.length; i += 2) {
    const index = Number(items[i]);
    const at = index < 0 ? list.length + index : index;
    if (typeof items[i] !== 'number' || !Number.isInteger(at) || at < 0 || at >= list.length) return false;
    list[at] = items[i + 1]!;
  }
  return true;
};

/** What copying a value costs, in containers: a short pickle may ask for many copies of one long list. */
const weight = (value: PickleValue): number => {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  return typeof value === 'string' ? Math.floor(value.length / 64) : 0;
};
