import type { Warning } from '../../../contract/report.js';
import { malformed, quote, tooLarge } from '../bytes/fileErrors.js';
import { tensorOfArray } from './pickle/torchCalls.js';
import {
  NumpyArray,
  Opaque,
  Tuple,
  isTensor,
  type PickleValue,
  type TensorReference,
} from './pickle/values.js';

/**
 * Which part of a training checkpoint is the model. A key of the first row is the model in any case
 * (Lightning, PyTorch's tutorials). A key of the second row is the model if no other key could be part of
 * the model. Otherwise the model is everything but the state of the training.
 */
const surelyModel = [
  'state_dict',
  'model_state_dict',
  'model_state',
  'model_states',
  'network_state_dict',
] as const;
const probablyModel = [
  ...['model', 'module', 'net', 'network', 'weights', 'params', 'parameters', 'generator'],
  ...['ema', 'model_ema', 'ema_model', 'ema_state_dict', 'params_ema', 'g_ema'],
] as const;
const trainingState =
  /^(optim|opt$|opt_|sched|lr_sched|scaler|grad_scaler|amp$|callbacks|loops|rng|random|.*rng_state|hparams|hyper_param|args$|config|trainer|sampler|criterion|loss|best_|history|metrics|.*dataloader|.*optimizer|.*scheduler|.*ema$|ema.*)/i;

const MOST_DEEP = 64;
const MOST_VISITS = 500_000;
const MOST_TENSORS = 200_000;
const LONGEST_NAME = 4096;

type Entries = Iterable<readonly [PickleValue, PickleValue]>;

/** Objects of the training, which hold tensors that are no weights. */
const isTrainingObject = (origin: string): boolean => /^torch\.(?:optim|utils\.data|cuda)\b/.test(origin);

/** `nn.Module` keeps its parts in three dictionaries; TorchScript's objects have attributes only. */
const moduleEntries = (object: Opaque): Entries | undefined => {
  const { state } = object;
  if (!(state instanceof Map)) return undefined;
  if (object.origin.startsWith('__torch__.')) return state;
  if (!(state.get('_parameters') instanceof Map)) return undefined;
  return ['_parameters', '_buffers', '_modules'].flatMap((key) => {
    const part = state.get(key);
    return part instanceof Map ? [...part] : [];
  });
};

/** What a value holds by name, for those that hold anything. */
const entriesOf = (value: PickleValue): Entries | undefined => {
  if (value instanceof Map) return value;
  if (value instanceof Opaque) return value.entries ?? moduleEntries(value);
  if (Array.isArray(value)) return value.entries();
  if (value instanceof Tuple) return value.items.entries();
  return undefined;
};

const tensorOf = (value: PickleValue): TensorReference | undefined =>
  isTensor(value) ? value : value instanceof NumpyArray ? tensorOfArray(value) : undefined;

type Predicate = (value: PickleValue) => boolean;

/** Whether a tensor is anywhere inside a value. What was searched in vain is not searched again. */
const tensorSearch = (file: string): Predicate => {
  const barren = new Set<PickleValue>();
  let visits = 0;
  return (root) => {
    const seen = new Set<PickleValue>();
    const waiting = [root];
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      if (++visits > MOST_VISITS) throw tooLarge(file, 'its dictionaries hold too many entries');
      if (tensorOf(value) !== undefined) return true;
      const entries = entriesOf(value);
      if (entries === undefined || seen.has(value) || barren.has(value)) continue;
      seen.add(value);
      for (const [, child] of entries) if (typeof child === 'object' && child !== null) waiting.push(child);
    }
    for (const value of seen) barren.add(value);
    return false;
  };
};

const keyText = (key: PickleValue): string => {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean') return String(key);
  return key instanceof Tuple ? key.items.slice(0, 8).map(simpleKeyText).join(',') : '?';
};
const simpleKeyText = (key: PickleValue): string => (key instanceof Tuple ? '()' : keyText(key));

/** Names joined by dots, in the order of the file. */
const flatten = (file: string, root: Entries | TensorReference): Map<string, TensorReference> => {
  const tensors = new Map<string, TensorReference>();
  const used = new Map<string, number>();
  let visits = 0;
  const visit = (entries: Entries, prefix: string, depth: number): void => {
    for (const [key, value] of entries) {
      if (++visits > MOST_VISITS) throw tooLarge(file, 'its dictionaries hold too many entries');
      const tensor = tensorOf(value);
      const children = tensor === undefined ? entriesOf(value) : undefined;
      if (tensor === undefined && children === undefined) continue;
      const name = distinct(prefix + keyText(key), typeof key === 'string');
      if (name.length > LONGEST_NAME)
        throw malformed(file, `a name is longer than ${LONGEST_NAME} characters`);
      if (tensor !== undefined) add(name, tensor);
      else if (children !== undefined && depth < MOST_DEEP) visit(children, `${name}.`, depth + 1);
    }
  };
  /** Keys that are no strings may have one text; strings that join to one name are a fault of the file. */
  const distinct = (name: string, isText: boolean): string => {
    if (isText) return name;
    const before = used.get(name) ?? 0;
    used.set(name, before + 1);
    return before === 0 ? name : `${name}#${before + 1}`;
  };
  const add = (name: string, tensor: TensorReference): void => {
    if (tensors.size >= MOST_TENSORS) throw tooLarge(file, `it holds more than ${MOST_TENSORS} tensors`);
    // {'a': {'b': …}, 'a.b': …} names one thing twice.
    if (tensors.has(name)) throw malformed(file, `two tensors have the name ${quote(name)}`);
    tensors.set(name, tensor);
  };
  if ('kind' in root) add('tensor', root);
  else visit(root, '', 0);
  return tensors;
};

interface ModelPart {
  readonly entries: Entries;
  /** Keys beside the model that hold tensors which could be a model's as well. */
  readonly leftOut: readonly string[];
}

const modelPart = (root: Entries, holdsTensors: Predicate, depth = 0): ModelPart => {
  const holders = [...root].filter(([, value]) => holdsTensors(value));
  const has = (name: string): PickleValue | undefined =>
    holders.find(([key, value]) => key === name && tensorOf(value) === undefined)?.[1];
  const others = (name?: string): [PickleValue, PickleValue][] =>
    holders.filter(
      ([key, value]) => key !== name && (tensorOf(value) !== undefined || !trainingState.test(keyText(key))),
    ) as [PickleValue, PickleValue][];
  const descend = (value: PickleValue, leftOut: readonly string[]): ModelPart => {
    const inner =
      depth < 3
        ? modelPart(entriesOf(value)!, holdsTensors, depth + 1)
        : { entries: entriesOf(value)!, leftOut: [] };
    return { entries: inner.entries, leftOut: [...leftOut, ...inner.leftOut] };
  };
  const alternatives = (name: string): string[] =>
    holders
      .map(([key]) => keyText(key))
      .filter((key) => key !== name && /ema|model|state_dict|^net/i.test(key) && !/optim|sched/i.test(key));

  for (const name of surelyModel) {
    const value = has(name);
    if (value !== undefined) return descend(value, alternatives(name));
  }
  const isCandidate = (key: PickleValue): boolean => (probablyModel as readonly PickleValue[]).includes(key);
  for (const name of probablyModel) {
    const value = has(name);
    if (value !== undefined && others(name).every(([key]) => isCandidate(key))) {
      return descend(value, alternatives(name));
    }
  }
  const kept = others();
  return { entries: kept.length > 0 ? kept : holders, leftOut: [] };
};

export interface ModelState {
  readonly tensors: ReadonlyMap<string, TensorReference>;
  readonly warnings: readonly Warning[];
}

const isOptimizerState = (root: PickleValue): boolean =>
  root instanceof Map && root.has('state') && root.has('param_groups');

/** Whether an object of a class whose name matches is anywhere in a value. */
const holdsClass = (root: PickleValue, pattern: RegExp): boolean => {
  const seen = new Set<PickleValue>();
  const waiting = [root];
  for (let value = waiting.pop(); value !== undefined && seen.size < MOST_VISITS; value = waiting.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Opaque && pattern.test(value.origin)) return true;
    const own = value instanceof Opaque && value.state !== undefined ? value.state : undefined;
    const children = Array.from(entriesOf(value) ?? [], ([, child]) => child);
    for (const child of own === undefined ? children : [...children, own])
      if (typeof child === 'object' && child !== null) waiting.push(child);
  }
  return false;
};

/** What to say of a file without a model in it. */
export const describeRoot = (root: PickleValue): string => {
  if (isOptimizerState(root)) return 'it holds the state of an optimizer and no model';
  if (holdsClass(root, /quantized|PackedParams/i)) {
    return (
      'its weights are quantised and packed for one kind of processor (torch.ao.quantization), which is not read; ' +
      'inspect the state_dict of the model before or after quantization'
    );
  }
  if (root instanceof Map) {
    const keys = [...root.keys()].slice(0, 5).map((key) => quote(keyText(key)));
    return keys.length === 0
      ? 'it holds an empty dictionary'
      : `it holds no tensors (its keys: ${keys.join(', ')})`;
  }
  return 'it holds no tensors';
};

/**
 * The model's tensors in the object that `torch.save` was given, by their names in it, with the constants
 * of a TorchScript archive, which hold the weights of a frozen module.
 * @throws GeometryError `malformed-file`, `too-large`.
 */
export const modelState = (file: string, root: PickleValue, constants?: PickleValue): ModelState => {
  const plain = statesOf(file, root);
  const state = plain.tensors.size > 0 ? plain : statesOf(file, revealed(root));
  const entries = constants === undefined ? undefined : entriesOf(constants);
  if (entries === undefined) return state;
  // The code of a frozen module calls its weights c0, c1, …
  const named = [...entries].map(([key, value]) => [`CONSTANTS.c${keyText(key)}`, value] as const);
  return { ...state, tensors: new Map([...state.tensors, ...flatten(file, named)]) };
};

const DEEPEST_REVEALED = 4;

/** Attributes in the place of objects of unknown classes: where a file has no tensors otherwise. */
const revealed = (value: PickleValue, depth = 0): PickleValue => {
  if (depth === DEEPEST_REVEALED) return value;
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [key, revealed(each, depth + 1)]));
  if (!(value instanceof Opaque) || entriesOf(value) !== undefined) return value;
  const { state, origin } = value;
  return state instanceof Map && !isTrainingObject(origin) ? revealed(state, depth + 1) : value;
};

const statesOf = (file: string, root: PickleValue): ModelState => {
  const single = tensorOf(root);
  if (single !== undefined) return { tensors: flatten(file, single), warnings: [] };
  const entries = entriesOf(root);
  if (entries === undefined || isOptimizerState(root)) return { tensors: new Map(), warnings: [] };
  const { entries: model, leftOut } = modelPart(entries, tensorSearch(file));
  const list = leftOut.slice(0, 5).map(quote).join(', ');
  const message = `${file}: tensors under ${list} were left out, as they repeat or accompany the model.`;
  return {
    tensors: flatten(file, model),
    warnings: leftOut.length === 0 ? [] : [{ code: 'tensors-left-out', message, path: file }],
  };
};
