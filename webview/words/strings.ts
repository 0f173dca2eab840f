/** Words that several pages use. */
export const sharedStrings = {
  step: 'step',
  weights: 'weights',
  change: 'change from the first checkpoint',
  changeShort: 'change',
  of: 'Show',
  statistic: 'Statistic',
  matrix: 'Matrix',
  group: 'Group',
  singularValue: 'singular value σᵢ',
  indexOf: 'index i',
  grokStep: 'groks, step {step}',
  'scope.trunk': 'trunk',
  'scope.all': 'all parameters',
} as const;
