/** Files that trainers write beside the weights and that hold none: optimiser, schedule, random state, arguments, vocabulary. */
const companionNames: readonly RegExp[] = [
  /^(?:optimi[sz]er|scheduler|scaler|rng_state|random_states|training_args|sampler|dl_state_dict)(?:[-_.\d].*)?$/i,
  /_optim(?:izer)?_states?\.(?:pt|pth|bin)$/i,
  /^optim[-_.].*$/i,
  // SentencePiece's vocabularies end like pickled models.
  /(?:token|spiece|sentencepiece|spm|bpe|unigram|vocab|\bsp).*\.model$/i,
  /^extra_state_world_size_\d+_rank_\d+\.pt$/i,
  /^(?:trainer_state|scheduler_state|common)\.pt$/i,
];

/** Whether a file's base name says that it accompanies a checkpoint without holding weights. */
export const isCompanionFile = (name: string): boolean =>
  companionNames.some((pattern) => pattern.test(name));
