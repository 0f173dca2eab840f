import { GeometryError } from '../../../contract/errors.js';

const LONGEST_GLOB = 1000;
const MOST_ALTERNATIVES = 64;

/** Commas outside braces part the patterns of a list. */
const splitAtCommas = (glob: string): string[] => {
  const parts = [''];
  let depth = 0;
  for (const character of glob) {
    if (character === '{') depth++;
    if (character === '}') depth = Math.max(0, depth - 1);
    if (character === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()!}${character}`);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
};

/** `a{b,c}d` as `abd` and `acd`; a brace without its partner stands for itself. */
const expandBraces = (pattern: string): string[] => {
  const found = /\{([^{}]*)\}/.exec(pattern);
  if (found === null) return [pattern];
  const before = pattern.slice(0, found.index);
  const after = pattern.slice(found.index + found[0].length);
  const expanded = found[1]!.split(',').flatMap((choice) => expandBraces(before + choice + after));
  if (expanded.length > MOST_ALTERNATIVES) {
    throw new GeometryError(
      'invalid-argument',
      `The pattern ${JSON.stringify(pattern)} has too many alternatives.`,
    );
  }
  return expanded;
};

/** `**` passes over dots, `*` and `?` do not: parts of a name are like folders of a path. */
const tokensOf = (pattern: string): string[] => pattern.match(/\*\*+|\*|\?|[^*?]/g) ?? [];

/** Every pair of positions is visited at most once, so no pattern makes matching slow. */
const matchesPattern = (pattern: string, name: string): boolean => {
  if (pattern === '*') return true;
  let reached = new Set([0]);
  for (const token of tokensOf(pattern)) {
    const next = new Set<number>();
    for (const at of reached) {
      if (token === '?') {
        if (at < name.length && name[at] !== '.') next.add(at + 1);
      } else if (token.startsWith('*')) {
        for (let end = at; end <= name.length && !next.has(end); end++) {
          next.add(end);
          if (token === '*' && name[end] === '.') break;
        }
      } else if (name[at] === token) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(name.length);
};

/** A list of patterns, read once: whether it takes a name. */
export type TensorChoice = (name: string) => boolean;

/**
 * A choice of tensors by name: patterns parted by commas, each with `*` (within a part between dots; alone it takes every name), `**` (over
 * dots), `?` and `{a,b}`; one that begins with `!` takes names out again, and later ones win. A list of exclusions
 * alone starts from all names.
 * @throws GeometryError `invalid-argument` for an empty or excessive pattern.
 */
export const tensorChoice = (glob: string): TensorChoice => {
  const list = splitAtCommas(glob);
  if (list.length === 0)
    throw new GeometryError('invalid-argument', 'The pattern for tensor names is empty.');
  if (glob.length > LONGEST_GLOB) {
    throw new GeometryError(
      'invalid-argument',
      `The pattern for tensor names is longer than ${LONGEST_GLOB} characters.`,
    );
  }
  const rules = list.map((part) => {
    const takes = !part.startsWith('!');
    return { takes, patterns: expandBraces(takes ? part : part.slice(1).trim()) };
  });
  const startsWithAll = rules.every(({ takes }) => !takes);
  return (name) =>
    rules.reduce(
      (taken, { takes, patterns }) =>
        patterns.some((pattern) => matchesPattern(pattern, name)) ? takes : taken,
      startsWithAll,
    );
};

/** Whether {@link tensorChoice} takes one name. */
export const matchesTensorGlob = (glob: string, name: string): boolean => tensorChoice(glob)(name);
