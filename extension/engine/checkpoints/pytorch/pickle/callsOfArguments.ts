import { Tuple, type PickleValue } from './values.js';

type InnerCall = readonly [callee: PickleValue | undefined, args: readonly PickleValue[]];

const itemsOf = (value: PickleValue | undefined): readonly PickleValue[] =>
  value instanceof Tuple ? value.items : Array.isArray(value) ? value : value === undefined ? [] : [value];

/** Functions of Python and PyTorch that do no more than call what they are given. */
const table: Readonly<Record<string, (args: readonly PickleValue[]) => readonly InnerCall[]>> = {
  // `func(*args)`, made an instance of a class and given its state.
  'torch._tensor._rebuild_from_type_v2': ([func, type, args, state]) => [
    [func, itemsOf(args)],
    [type, itemsOf(state)],
  ],
  // `base.__new__(class, state)` and, where it is not `object`, `base.__init__(instance, state)`.
  'copyreg._reconstructor': ([type, base, state]) => [
    [type, itemsOf(state)],
    [base, itemsOf(state)],
  ],
  'copyreg.__newobj__': ([type, ...args]) => [[type, args]],
  'copyreg.__newobj_ex__': ([type, args]) => [[type, itemsOf(args)]],
};

/** The calls that a call makes of its own arguments. */
export const callsOfArguments = (callee: string, args: readonly PickleValue[]): readonly InnerCall[] =>
  Object.hasOwn(table, callee) ? table[callee]!(args) : [];
