import type { Checkpoint } from '../tensors/checkpoint.js';
import { isTensor, type PickleValue } from './pickle/values.js';

/** Keys under which scripts keep the weights of every checkpoint of a run, and the steps or epochs of these. */
const historyKeys = /checkpoint|snapshot|state_?dicts$|weights?_history|params_history|history_of_weights/i;
const stepKeys = /step|epoch|iter/i;
const FEWEST = 2;
const MOST = 100_000;

/** One state of a run, and its step where the file says it. */
export interface StateInRun {
  readonly state: PickleValue;
  readonly step?: number;
}

type Dictionary = Map<PickleValue, PickleValue>;

const isState = (value: PickleValue): value is Dictionary =>
  value instanceof Map && [...value.values()].some((child) => isTensor(child));

const isStep = (value: PickleValue | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

const isDictionary = (value: PickleValue): value is Dictionary => value instanceof Map;

/** A state dict, or one in a dictionary with its step. */
const stateOf = (value: PickleValue): StateInRun | undefined => {
  if (!isDictionary(value)) return undefined;
  if ([...value.values()].some((child) => isTensor(child))) return { state: value };
  const inner = [...value.values()].find(isState);
  if (inner === undefined) return undefined;
  for (const [key, step] of value)
    if (typeof key === 'string' && stepKeys.test(key) && isStep(step)) return { state: inner, step };
  return { state: inner };
};

const namesOf = ({ state }: StateInRun): string =>
  state instanceof Map
    ? [...state.keys()].map((key) => (typeof key === 'string' ? key : '?')).join('\n')
    : '';

/** Values in a list, or under numbers in a dictionary, that are states of one model. */
const statesIn = (value: PickleValue): StateInRun[] | undefined => {
  const keyed =
    value instanceof Map && [...value.keys()].every((key) => isStep(key))
      ? [...value].map(([key, each]) => ({ each, step: key as number }))
      : Array.isArray(value)
        ? value.map((each) => ({ each, step: undefined }))
        : [];
  if (keyed.length < FEWEST || keyed.length > MOST) return undefined;
  const states = keyed.map(({ each, step }) => {
    const state = stateOf(each);
    return state === undefined || step === undefined ? state : { ...state, step };
  });
  const first = states[0];
  const names = first === undefined ? '' : namesOf(first);
  return states.every((state): state is StateInRun => state !== undefined && namesOf(state) === names)
    ? states
    : undefined;
};

/**
 * The checkpoints of a run that is saved as one file: a list of state dicts of one model, with a list of their steps or
 * epochs beside it (the grokking demo of TransformerLens saves so); undefined for any other file.
 */
export const runInFile = (root: PickleValue): StateInRun[] | undefined => {
  if (!(root instanceof Map)) return undefined;
  for (const [key, value] of root) {
    if (typeof key !== 'string' || !historyKeys.test(key)) continue;
    const states = statesIn(value);
    if (states === undefined) continue;
    const steps = [...root].find(
      ([name, list]) =>
        typeof name === 'string' &&
        name !== key &&
        stepKeys.test(name) &&
        Array.isArray(list) &&
        list.length === states.length &&
        list.every(isStep),
    )?.[1] as number[] | undefined;
    return states.map((state, i) => ({ ...state, ...(steps === undefined ? {} : { step: steps[i]! }) }));
  }
  return undefined;
};

const KEPT_OPEN_MS = 2000;

/** A file that several checkpoints read from: opened once, and closed a little after the last one is. */
export class SharedFile<Opened extends { close(): Promise<void> }> {
  private opened: Promise<Opened> | undefined;
  private users = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly open: () => Promise<Opened>) {}

  /** A checkpoint over the file; closing it lets the file go. */
  async use(make: (opened: Opened) => Checkpoint): Promise<Checkpoint> {
    clearTimeout(this.timer);
    this.users++;
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      this.release();
    };
    try {
      const checkpoint = make(await (this.opened ??= this.open()));
      return {
        ...checkpoint,
        close: () => {
          release();
          return Promise.resolve();
        },
      };
    } catch (thrown) {
      release();
      throw thrown;
    }
  }

  private release(): void {
    if (--this.users > 0) return;
    this.timer = setTimeout(() => {
      const { opened } = this;
      this.opened = undefined;
      // A file that could not be opened has told so to whoever asked for it.
      opened?.then((file) => file.close()).catch(() => undefined);
    }, KEPT_OPEN_MS);
    this.timer.unref();
  }
}
