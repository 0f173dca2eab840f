import type { GapDeclineEntry, UpdateSpectrumEntry } from '../../../contract/report.js';
import { seedFromText } from '../../ground/seededRandom.js';
import { independentUpdates } from '../../geometry/updates/independentUpdates.js';
import { gapDecline, spectralEdge } from '../../geometry/updates/spectralEdge.js';
import { gramWindow, updateGram } from '../../geometry/updates/updateGram.js';
import { windowSpectrum } from '../../geometry/updates/windowSpectrum.js';
import type { Matrix } from '../../linalg/matrix.js';
import type { KeptGram } from '../trajectory/groupGrams.js';

/** How updates are windowed. */
export interface WindowChoice {
  readonly window: number;
  readonly centred: boolean;
}

export interface UpdateSpectraRequest {
  readonly steps: readonly number[];
  readonly choice: WindowChoice;
  readonly draws: number;
  readonly seed: number;
}

/** A window's spectrum, and its right singular vectors as combinations of its updates. */
export interface FoundWindow {
  readonly entry: UpdateSpectrumEntry;
  /** Index of the window's first update. */
  readonly start: number;
  readonly coefficients: readonly (readonly number[])[];
}

/**
 * The spectrum of every full window of a group's updates; none for windows with a checkpoint that is not
 * finite.
 */
export async function* windowsOf(
  { group, parameters, gram }: KeptGram,
  { steps, choice, draws, seed }: UpdateSpectraRequest,
): AsyncGenerator<FoundWindow, void> {
  const updates = updateGram(gram);
  const { window, centred } = choice;
  for (let start = 0; start + window <= updates.rows; start++) {
    const windowed = gramWindow(updates, start, window);
    if (!windowed.data.every(Number.isFinite)) continue;
    const distance = farthest(gram, start, start + window);
    const { singularValues, coefficients } = await windowSpectrum(windowed, centred, distance);
    const lengths = Array.from({ length: window }, (_, i) =>
      Math.sqrt(Math.max(0, windowed.data[i * window + i]!)),
    );
    const independent = await independentUpdates({
      ...{ lengths, dimensions: parameters, centred, distance, draws },
      seeds: [seed, seedFromText(group), start],
    });
    const entry: UpdateSpectrumEntry = {
      ...{ group, parameters, window, centred, singularValues, lengths },
      lastStep: steps[start + window]!,
      ...spectralEdge(singularValues),
      nulls: { independent: { ...independent, seed } },
    };
    yield { entry, start, coefficients };
  }
}

/** Distance of the checkpoints first … last from the one that all differences were taken from, at most. */
const farthest = ({ rows, data }: Matrix, first: number, last: number): number => {
  let squared = 0;
  for (let t = first; t <= last; t++) squared = Math.max(squared, data[t * rows + t]!);
  return Math.sqrt(squared);
};

/** The decline of both gaps over a group's windows, and that of the null's mean gaps. */
export const gapDeclinesOf = (
  entries: readonly UpdateSpectrumEntry[],
  grokStep: number | undefined,
): GapDeclineEntry[] =>
  (['g23', 'g23Squared'] as const).flatMap((gap): GapDeclineEntry[] => {
    const measured = entries.flatMap((entry) =>
      entry[gap] === undefined ? [] : [{ lastStep: entry.lastStep, gap: entry[gap] }],
    );
    const drawn = entries.flatMap(({ lastStep, nulls }) =>
      nulls.independent[gap] === undefined ? [] : [{ lastStep, gap: nulls.independent[gap].mean }],
    );
    const [found, independent] = [gapDecline(measured, grokStep), gapDecline(drawn, grokStep)];
    const [first] = entries;
    if (first === undefined || found === undefined || independent === undefined) return [];
    const { group, window, centred } = first;
    return [
      {
        ...{ group, window, centred, gap },
        ...(grokStep === undefined ? {} : { grokStep }),
        ...found,
        independent,
      },
    ];
  });
