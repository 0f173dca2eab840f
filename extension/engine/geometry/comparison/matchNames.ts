/** What a tensor is matched by. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface NameMatches<T extends NamedTensor> {
  readonly pairs: readonly { readonly own: T; readonly base: T }[];
  readonly added: readonly T[];
  readonly missing: readonly T[];
  /**
   * The prefix dropped from the names of one side to find pairs, such as `model.`; absent where the names
   * agree.
   */
  readonly prefixes: readonly string[];
}

/** Leading parts that are tried: `base_model.model.model.layers`. */
const mostDropped = 4;

/**
 * Tensors of two models by their names; names that differ by leading parts alone (`model.layers.0…`, `layers.0…`) are
 * matched where there is one candidate. A name that stands in both is never matched otherwise.
 */
export const matchNames = <T extends NamedTensor>(own: readonly T[], base: readonly T[]): NameMatches<T> => {
  const named = new Map(base.map((tensor) => [tensor.name, tensor]));
  const pairs: { own: T; base: T }[] = [];
  const prefixes = new Set<string>();
  const mine: T[] = [];
  for (const tensor of own) {
    const other = named.get(tensor.name);
    if (other === undefined) mine.push(tensor);
    else {
      pairs.push({ own: tensor, base: other });
      named.delete(tensor.name);
    }
  }
  const byEnding = new Map<string, { tensor: T; prefix: string }[]>();
  for (const tensor of named.values()) {
    for (const { ending, prefix } of endings(tensor.name)) {
      const list = byEnding.get(ending) ?? [];
      list.push({ tensor, prefix });
      byEnding.set(ending, list);
    }
  }
  const added: T[] = [];
  for (const tensor of mine) {
    const found = endings(tensor.name)
      .map(({ ending, prefix }) => ({
        prefix,
        candidates: (byEnding.get(ending) ?? []).filter((candidate) => named.has(candidate.tensor.name)),
      }))
      .find(({ candidates }) => candidates.length > 0);
    const [only, second] = found?.candidates ?? [];
    if (only === undefined || second !== undefined) {
      added.push(tensor);
      continue;
    }
    pairs.push({ own: tensor, base: only.tensor });
    named.delete(only.tensor.name);
    for (const prefix of [found!.prefix, only.prefix]) if (prefix !== '') prefixes.add(prefix);
  }
  return { pairs, added, missing: [...named.values()], prefixes: [...prefixes] };
};

/**
 * The name without `.weight`, which adapters leave out, and without its first 0, 1, … parts, as long as something is left
 * that names a module. A number is never dropped: what follows it is of that layer.
 */
const endings = (name: string): { readonly ending: string; readonly prefix: string }[] => {
  const parts = name.replace(/(?<=.)\.weight$/, '').split('.');
  const number = parts.findIndex((part) => /^\d+$/.test(part));
  const module = parts.at(-1) === 'bias' ? 2 : 1;
  const most = Math.min(mostDropped, parts.length - module, number < 0 ? mostDropped : number);
  return Array.from({ length: Math.max(0, most) + 1 }, (_, dropped) => ({
    ending: parts.slice(dropped).join('.'),
    prefix: parts
      .slice(0, dropped)
      .map((part) => `${part}.`)
      .join(''),
  }));
};
