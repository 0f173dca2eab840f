import { randomWalkGram } from '../randomWalkNull.js';
import { bandOf } from '../quantiles.js';
import { spectralEdge, type SpectralEdge } from './spectralEdge.js';
import { updateGram } from './updateGram.js';
import { windowSingularValues } from './windowSpectrum.js';

export interface IndependentUpdatesRequest {
  /** ‖δ_t‖ of the window's updates. */
  readonly lengths: readonly number[];
  /** Numbers of one update. */
  readonly dimensions: number;
  readonly centred: boolean;
  /** As for the run's own spectrum: what is rounding there is rounding here. */
  readonly distance?: number;
  readonly draws: number;
  readonly seeds: readonly number[];
}

interface Spread {
  readonly mean: number;
  readonly q05: number;
  readonly q95: number;
}

/** What independent updates of a run's own step lengths look like: the null of an update spectrum. */
export interface IndependentUpdates {
  readonly draws: number;
  /** Per singular value. */
  readonly mean: number[];
  readonly q05: number[];
  readonly q95: number[];
  readonly ratio12?: Spread;
  readonly g23?: Spread;
  readonly g23Squared?: Spread;
  /** Where the spectra of the draws break, under each definition. */
  readonly kStar: { readonly [Rule in keyof SpectralEdge['kStar']]?: Spread };
}

/**
 * Spectra of windows whose updates have the run's own lengths and independent directions, uniform on the sphere. In many
 * dimensions the directions are nearly orthogonal, so these spectra are about the sorted lengths: gaps fall because the
 * steps become equally long, whatever their directions.
 */
export const independentUpdates = async (request: IndependentUpdatesRequest): Promise<IndependentUpdates> => {
  const { lengths, dimensions, centred, distance, draws, seeds } = request;
  const drawn: number[][] = [];
  for (let draw = 0; draw < draws; draw++) {
    const walk = randomWalkGram(lengths, dimensions, ...seeds, draw);
    drawn.push(await windowSingularValues(updateGram(walk), centred, distance));
  }
  const columns = (drawn[0] ?? []).map((_, k) => spreadOf(drawn.map((values) => values[k]!)));
  const edges = drawn.map((values) => spectralEdge(values));
  return {
    draws,
    mean: columns.map(({ mean }) => mean),
    q05: columns.map(({ q05 }) => q05),
    q95: columns.map(({ q95 }) => q95),
    ...spreads({
      ratio12: edges.map(({ ratio12 }) => ratio12),
      g23: edges.map(({ g23 }) => g23),
      g23Squared: edges.map(({ g23Squared }) => g23Squared),
    }),
    kStar: spreads({
      ratio: edges.map(({ kStar }) => kStar.ratio),
      ratioUpTo10: edges.map(({ kStar }) => kStar.ratioUpTo10),
      weighted: edges.map(({ kStar }) => kStar.weighted),
    }),
  };
};

const spreads = <Name extends string>(
  columns: Record<Name, (number | undefined)[]>,
): Partial<Record<Name, Spread>> => {
  const found: Partial<Record<Name, Spread>> = {};
  for (const name of Object.keys(columns) as Name[]) {
    const values = columns[name].filter((value) => value !== undefined);
    if (values.length > 0 && values.length === columns[name].length) found[name] = spreadOf(values);
  }
  return found;
};

const spreadOf = (values: readonly number[]): Spread => {
  const ascending = Float64Array.from(values).sort();
  const { q05, q95 } = bandOf(ascending);
  return {
    mean: digits(ascending.reduce((sum, value) => sum + value, 0) / ascending.length),
    q05: digits(q05),
    q95: digits(q95),
  };
};

/** A null from a few draws knows fewer. */
const digits = (value: number): number => Number(value.toPrecision(6));
