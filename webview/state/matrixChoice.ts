import { useCallback, useMemo } from 'preact/hooks';
import { fullLabel, type MatrixInfo } from '../report/matrices.js';
import { isText, isTextList, usePersistedState } from './persistedState.js';

/** The matrices that tables and charts show: the pinned ones first, then those of the filter. */
export interface MatrixChoice {
  readonly filter: string;
  readonly setFilter: (text: string) => void;
  readonly isPinned: (key: string) => boolean;
  readonly togglePin: (key: string) => void;
  readonly pinned: readonly MatrixInfo[];
  /** Never empty if there are matrices: a filter without matches hides nothing. */
  readonly shown: readonly MatrixInfo[];
  /** Whether the filter matches anything. */
  readonly finds: boolean;
}

export function chosenMatrices(
  matrices: readonly MatrixInfo[],
  filter: string,
  pins: readonly string[],
): Pick<MatrixChoice, 'pinned' | 'shown' | 'finds'> {
  const wanted = filter.trim().toLowerCase();
  const pinned = matrices.filter(({ key }) => pins.includes(key));
  const others = matrices.filter(({ key }) => !pins.includes(key));
  const found = others.filter((matrix) =>
    `${fullLabel(matrix)} ${matrix.key}`.toLowerCase().includes(wanted),
  );
  const shown = [...pinned, ...found];
  return {
    pinned,
    shown: shown.length > 0 ? shown : matrices,
    finds: found.length > 0 || others.length === 0,
  };
}

export function useMatrixChoice(matrices: readonly MatrixInfo[]): MatrixChoice {
  const [filter, setFilter] = usePersistedState('matrices.filter', '', isText);
  const [pins, setPins] = usePersistedState<readonly string[]>('matrices.pinned', [], isTextList);
  const togglePin = useCallback(
    (key: string) => setPins(pins.includes(key) ? pins.filter((one) => one !== key) : [...pins, key]),
    [pins, setPins],
  );
  return useMemo(
    () => ({
      ...chosenMatrices(matrices, filter, pins),
      filter,
      setFilter,
      isPinned: (key: string) => pins.includes(key),
      togglePin,
    }),
    [matrices, filter, pins, setFilter, togglePin],
  );
}
