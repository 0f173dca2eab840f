import type { SpectrumEntry } from '../../extension/contract/report.js';
import type { MatrixInfo, SpectraIndex } from './matrices.js';
import { substantial } from './matrices.js';

/** Maximum number of distinguishable curves. */
const mostPinned = 12;

export interface ChosenSpectrum {
  readonly matrix: MatrixInfo;
  readonly entry: SpectrumEntry;
}

/**
 * The last spectra of the pinned matrices, or of at most `most` substantial shown ones, evenly spaced from the
 * lowest to the highest stable rank.
 */
export function severalMatrices(
  { shown, pinned }: { readonly shown: readonly MatrixInfo[]; readonly pinned: readonly MatrixInfo[] },
  spectra: SpectraIndex,
  most = 4,
): ChosenSpectrum[] {
  const ranked = (pinned.length > 0 ? pinned : substantial(shown))
    .flatMap((matrix): ChosenSpectrum[] => {
      const entry = spectra.of(matrix, 'weights').at(-1);
      return entry?.stableRank === undefined ? [] : [{ matrix, entry }];
    })
    .sort((a, b) => a.entry.stableRank! - b.entry.stableRank!);
  const count = Math.min(pinned.length > 0 ? mostPinned : most, ranked.length);
  return Array.from(
    { length: count },
    (_, index) => ranked[count === 1 ? 0 : Math.round((index * (ranked.length - 1)) / (count - 1))]!,
  );
}
