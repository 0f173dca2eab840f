import type { TensorEntry } from '../../extension/contract/report.js';

/** One matrix of a model by its place. */
export interface PlacedMatrix {
  readonly place?: TensorEntry['place'];
}

/** Kinds of matrix × layers: the index of the matrix in each place. */
export interface LayerPlaces {
  /** Row names, in the order of the first layer that has them; the file's own first: `up_proj (FF1)`. */
  readonly kinds: readonly string[];
  /** Ascending. */
  readonly layers: readonly number[];
  /** One row per kind; undefined if a layer has no such matrix. */
  readonly at: readonly (readonly (number | undefined)[])[];
  /** Indices of matrices outside layers, and of those whose place is taken. */
  readonly outside: readonly number[];
}

/** Common kinds first, in the order of a block's computation; the others follow in their own order. */
const usual = ['Q', 'K', 'V', 'O', 'gate', 'FF1', 'FF2'];

/** A kind of matrix by the file's own name, with the short one beside. */
export const namedKind = ({ kind, own }: Pick<NonNullable<TensorEntry['place']>, 'kind' | 'own'>): string =>
  own === undefined || own === kind ? kind : `${own} (${kind})`;

/**
 * The place of each matrix of a model. In models with an encoder and a decoder the stack's name precedes the
 * kind.
 */
export function layerPlaces(matrices: readonly PlacedMatrix[]): LayerPlaces {
  const stacks = new Set(matrices.flatMap(({ place }) => (place ? [place.stack] : [])));
  const short = shortStacks([...stacks]);
  const rows = new Map<string, Map<number, number>>();
  const names = new Map<string, Set<string>>();
  const layers = new Set<number>();
  const outside: number[] = [];
  for (const [index, { place }] of matrices.entries()) {
    const inStack = (name: string): string =>
      place !== undefined && stacks.size > 1 ? `${short.get(place.stack)!} ${name}` : name;
    const kind = place && inStack(place.kind);
    const row = kind === undefined ? undefined : (rows.get(kind) ?? new Map<number, number>());
    if (place === undefined || kind === undefined || row === undefined || row.has(place.layer)) {
      outside.push(index);
      continue;
    }
    row.set(place.layer, index);
    rows.set(kind, row);
    names.set(kind, (names.get(kind) ?? new Set()).add(inStack(namedKind(place))));
    layers.add(place.layer);
  }
  const order = (kind: string): number => {
    const at = usual.indexOf(kind.split(/[ ,[]/).find((word) => usual.includes(word)) ?? '');
    return at < 0 ? usual.length : at;
  };
  const kinds = [...rows.keys()];
  if (stacks.size <= 1) kinds.sort((a, b) => order(a) - order(b));
  const columns = [...layers].sort((a, b) => a - b);
  return {
    kinds: kinds.map((kind) => {
      // Layers may differ in what they call it.
      const [name, ...others] = names.get(kind)!;
      return others.length > 0 ? kind : name!;
    }),
    layers: columns,
    at: kinds.map((kind) => columns.map((layer) => rows.get(kind)!.get(layer))),
    outside,
  };
}

/**
 * The distinguishing part of stack names: `model.encoder.layers` and `model.decoder.layers` give encoder and
 * decoder.
 */
function shortStacks(stacks: readonly string[]): Map<string, string> {
  const parts = stacks.map((stack) => stack.split('.'));
  const isShared = (part: string): boolean => parts.every((one) => one.includes(part));
  return new Map(
    stacks.map((stack, i) => [stack, parts[i]!.filter((part) => !isShared(part)).join('.') || stack]),
  );
}
