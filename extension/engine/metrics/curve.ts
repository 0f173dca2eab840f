/** A quantity of a user's own run over its steps, in step order. */
export interface NamedCurve {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** The result of reading a file: its curves, and sentences on what could not be read. */
export interface ReadCurves {
  readonly curves: readonly NamedCurve[];
  readonly faults: readonly string[];
  /** The name matches but the content does not. Reported only for a file that the user named. */
  readonly isOther?: true;
}

/** Limits on a file's names and points: a hostile file must not exhaust the memory. */
const MOST_CURVES = 500;
const MOST_POINTS = 5_000_000;

/** Collects points by name. Values that are not finite and invalid steps are counted and dropped. */
export class CurveCollector {
  private readonly byName = new Map<string, Map<number, number>>();
  private points = 0;
  private odd = 0;
  private isFull = false;

  add(name: string, step: number, value: number): void {
    if (!Number.isFinite(step) || !Number.isFinite(value)) {
      this.odd++;
      return;
    }
    let curve = this.byName.get(name);
    if (curve === undefined) {
      if (this.byName.size >= MOST_CURVES) {
        this.isFull = true;
        return;
      }
      this.byName.set(name, (curve = new Map<number, number>()));
    }
    if (this.points >= MOST_POINTS) {
      this.isFull = true;
      return;
    }
    // A resumed run writes steps again: the later value is kept.
    if (!curve.has(step)) this.points++;
    curve.set(step, value);
  }

  read(faults: readonly string[] = []): ReadCurves {
    const curves = [...this.byName].map(([name, curve]) => {
      const points = [...curve].sort(([a], [b]) => a - b);
      return { name, steps: points.map(([step]) => step), values: points.map(([, value]) => value) };
    });
    return {
      curves,
      faults: [
        ...faults,
        ...(this.odd === 0
          ? []
          : [this.odd === 1 ? 'one value is no finite number' : `${this.odd} values are no finite numbers`]),
        ...(this.isFull
          ? [`it has more than ${MOST_CURVES} curves or ${MOST_POINTS} points, and the rest is left out`]
          : []),
      ],
    };
  }
}

/** Numbers of a JSON object by name; nested ones as `outer/inner`. */
export const numbersIn = (value: unknown, prefix = '', depth = 0): [string, number][] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 3) return [];
  return Object.entries(value).flatMap(([key, inner]): [string, number][] =>
    typeof inner === 'number' ? [[prefix + key, inner]] : numbersIn(inner, `${prefix}${key}/`, depth + 1),
  );
};
