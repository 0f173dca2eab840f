/** ‖A − B‖_F/‖B‖_F over all of several tensors, and the same with each one's entries in another order. */
export const relativeDistanceOf = (
  tensors: readonly PairSums['squares'][],
): { value: number; null: number } | undefined => {
  const sum = (key: keyof PairSums['squares']): number => tensors.reduce((all, one) => all + one[key], 0);
  const base = sum('base');
  if (!(base > 0)) return undefined;
  return { value: Math.sqrt(sum('distance') / base), null: Math.sqrt(sum('shuffled') / base) };
};

/** Sums over the entries of two tensors of one shape, from which distance, cosine and their nulls follow. */
export class PairSums {
  private elements = 0;
  private a = 0;
  private b = 0;
  private aa = 0;
  private bb = 0;
  private ab = 0;
  private dd = 0;

  add(first: Float64Array, second: Float64Array, length: number): void {
    this.elements += length;
    let [a, b, aa, bb, ab, dd] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < length; i++) {
      const [x, y] = [first[i]!, second[i]!];
      const difference = x - y;
      a += x;
      b += y;
      aa += x * x;
      bb += y * y;
      ab += x * y;
      dd += difference * difference;
    }
    this.a += a;
    this.b += b;
    this.aa += aa;
    this.bb += bb;
    this.ab += ab;
    this.dd += dd;
  }

  get isFinite(): boolean {
    return Number.isFinite(this.aa) && Number.isFinite(this.bb) && Number.isFinite(this.dd);
  }

  get isEqual(): boolean {
    return this.dd === 0;
  }

  /** Σ(a − b)², its mean over A's entries in another order (E⟨πA, B⟩ = ΣaΣb/n), and Σb². */
  get squares(): { readonly distance: number; readonly shuffled: number; readonly base: number } {
    const shuffled = this.aa + this.bb - (2 * this.a * this.b) / this.elements;
    return { distance: this.dd, shuffled: Math.max(0, shuffled), base: this.bb };
  }

  /** What two tensors have in common that are each other's copies: their sums to the last bit. */
  readonly prints = (): { readonly first: string; readonly second: string } => ({
    first: `${this.a} ${this.aa}`,
    second: `${this.b} ${this.bb}`,
  });

  /**
   * ‖A − B‖_F/‖B‖_F and its mean over A's entries in another order: the root of the mean square. Undefined where B is
   * zero.
   */
  relativeDistance(): { value: number; null: number } | undefined {
    return relativeDistanceOf([this.squares]);
  }

  /** Undefined where one is zero. */
  cosine(): { value: number; null: number } | undefined {
    const norms = Math.sqrt(this.aa) * Math.sqrt(this.bb);
    if (!(norms > 0)) return undefined;
    const within = (value: number): number => Math.max(-1, Math.min(1, value));
    return { value: within(this.ab / norms), null: within((this.a * this.b) / this.elements / norms) };
  }
}
