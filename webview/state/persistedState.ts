import { useCallback, useState } from 'preact/hooks';
import type { PanelState } from '../../extension/contract/panel.js';

/** Storage of state that survives hiding, moving and reloading: VS Code's state, or the tab's session. */
export interface StateKeeper {
  read(): PanelState | undefined;
  write(state: PanelState): void;
}

const nowhere: StateKeeper = { read: () => undefined, write: () => undefined };
let keeper = nowhere;
let state: PanelState = { version: 1, values: {} };

/** Called once, before the first render. */
export function keepStateIn(place: StateKeeper): void {
  keeper = place;
  state = place.read() ?? state;
}

/** The source of a restored panel, and its base. */
export function rememberSource(source: string, base?: string): void {
  state = { ...state, source, base };
  keeper.write(state);
}

/** The stored value of a name, if it is still valid. */
export function keptValue<T>(name: string, accepts: (value: unknown) => value is T): T | undefined {
  const kept = state.values[name];
  return accepts(kept) ? kept : undefined;
}

/** Like `useState`, but stored under a name. A stored value is used only if `accepts` still allows it. */
export function usePersistedState<T>(
  name: string,
  initial: T,
  accepts: (value: unknown) => value is T,
): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(keptValue(name, accepts) ?? initial);
  const set = useCallback(
    (next: T) => {
      setValue(next);
      state = { ...state, values: { ...state.values, [name]: next } };
      keeper.write(state);
    },
    [name],
  );
  return [value, set];
}

export const oneOf =
  <const T>(allowed: readonly T[]) =>
  (value: unknown): value is T =>
    (allowed as readonly unknown[]).includes(value);
export const isText = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => Number.isFinite(value);
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
export const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(isText);

/** Stores a value without a render: the page reads it on its next render. */
export function chooseFor(name: string, value: unknown): void {
  state = { ...state, values: { ...state.values, [name]: value } };
  keeper.write(state);
}
