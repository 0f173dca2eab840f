import { useCallback, useState } from 'preact/hooks';
import type { PanelState } from '../../extension/contract/panel.js';

/** Where the page keeps what must survive hiding, moving and reloading: VS Code's state, or the tab's session. */
export interface StateKeeper {
  read(): PanelState | undefined;
  write(state: PanelState): void;
}

const nowhere: StateKeeper = { read: () => undefined, write: () => undefined };
let keeper = nowhere;
let state: PanelState = { version: 1, values: {} };

/** Once, before the page is drawn. */
export function keepStateIn(place: StateKeeper): void {
  keeper = place;
  state = place.read() ?? state;
}

/** What a panel that is restored inspects, and with what that is compared. */
export function rememberSource(source: string, base?: string): void {
  state = { ...state, source, base };
  keeper.write(state);
}

/** What was kept under a name, if it is still a value that makes sense. */
export function keptValue<T>(name: string, accepts: (value: unknown) => value is T): T | undefined {
  const kept = state.values[name];
  return accepts(kept) ? kept : undefined;
}

/**
 * As `useState`, but kept under a name. What was kept is used only if `accepts` says that it is still one of the
 * values that make sense.
 */
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

/** Keeps a value without drawing anything anew: a page finds it when it is next drawn. */
export function chooseFor(name: string, value: unknown): void {
  state = { ...state, values: { ...state.values, [name]: value } };
  keeper.write(state);
}
