/** Parts that wrappers put into names anywhere: `torch.compile`, fully sharded training, activation checkpoints. */
const wrapperParts = new Set(['_orig_mod', '_fsdp_wrapped_module', '_checkpoint_wrapped_module']);
/** What data-parallel wrappers put in front of every name. */
const WRAPPER_PREFIX = 'module';

const withoutWrappers = (name: string): string => {
  const parts = name.split('.');
  const last = parts.pop()!;
  const kept = parts.filter((part) => !wrapperParts.has(part));
  while (kept[0] === WRAPPER_PREFIX) kept.shift();
  return [...kept, last].join('.');
};

/**
 * Names as the bare model has them: `module.` in front and `_orig_mod.` anywhere are dropped, so that wrapped and
 * bare checkpoints of one series meet. Where that would make two names equal, all names stay as they are.
 */
export const dropPrefixes = (names: readonly string[]): readonly string[] => {
  const bare = names.map(withoutWrappers);
  return new Set(bare).size === new Set(names).size ? bare : names;
};
