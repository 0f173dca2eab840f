/** A quantity of a user's own run over its steps, as its file has it, in the order of the steps. */
export interface NamedCurve {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** What a reader made of a file: its curves, and what could not be read, in sentences. */
export interface ReadCurves {
  readonly curves: readonly NamedCurve[];
  readonly faults: readonly string[];
  /** Its name fits, and it is something else: said only of a file that the user named. */
  readonly isOther?: true;
}

/** Names and points of a file are bounded: a hostile one must not take the memory of the process. */
const MOST_CURVES = 500;
const MOST_POINTS = 5_000_000;

/** Collects points by name. Values that are no finite numbers and steps that are none are counted, not kept. */
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
    // A run that was resumed writes steps again: the later value stands.
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

/** Numbers of a JSON object by name; those of objects inside it as `outer/inner`. */
export const numbersIn = (value: unknown, prefix = '', depth = 0): [string, number][] => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 3) return [];
  return Object.entries(value).flatMap(([key, inner]): [string, number][] =>
    typeof inner === 'number' ? [[prefix + key, inner]] : numbersIn(inner, `${prefix}${key}/`, depth + 1),
  );
};
