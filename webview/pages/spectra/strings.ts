/** Sentences of the Rank spectra page and its cards. */
export const spectraStrings = {
  'heat.title': '{statistic} of the {of}, matrix × step',
  'heat.says':
    'The {statistic} of the {of} falls in {falling} of {all} from step {first} to {last}, most in {most}: {from} to {to}.',
  'heat.saysGrows':
    'The {statistic} of the {of} grows in {growing} of {all} from step {first} to {last}, most in {most}: {from} to {to}.',
  'heat.null': ' With shuffled entries ({draws}) {most} would have {null} at step {last}.',
  'heat.one': 'Only one checkpoint has these numbers so far: {low} to {high} over {all}.',
  'overview.spectra': 'Spectra of the weights at step {step}',
  'overview.spectraSays':
    '{low} has the lowest stable rank of these ({lowRank}) and {high} the highest ({highRank}); shuffled entries of {low} would give {nullRank} ({draws}).',
  'overview.spectrumSays':
    '{low} has the stable rank {lowRank}; its entries shuffled would give {nullRank} ({draws}).',
  'overview.spectrumSaysNoNull':
    '{low} has the stable rank {lowRank}; independent entries of its variance would stay below σ = {edge}.',
  'overview.spectraSaysNoNull':
    '{low} has the lowest stable rank of these ({lowRank}) and {high} the highest ({highRank}); independent entries of the variance of {low} would stay below σ = {edge}.',
  shuffled: 'shuffled entries of {matrix}',
  'shuffled.short': 'shuffled entries',
  'shuffled.band': 'shuffled, 5–95%',
  edge: 'Marchenko–Pastur edge',
  'spectra.title': 'Singular values of {matrix}, {of}',
  'spectra.atStep': 'step {step}',
  'spectra.overlay': 'Steps shown',
  'overlay.one': 'this step',
  'overlay.ends': 'first and last too',
  'overlay.some': 'six evenly spaced too',
  'overlay.all': 'every step',
  'spectra.step': 'Step',
  'spectra.says':
    'At step {step} the matrix has {above} of {values} above the Marchenko–Pastur edge {edge} (independent entries of the same variance); σ₁ is {ratio} times that edge.',
  'spectra.saysShuffled':
    ' Shuffling the entries ({draws}) gives σ₁ = {null} and stable rank {nullRank} in place of {sigma} and {rank}.',
  'spectra.computed': ' These weights are {how}.',
  'spectra.zero.weights': 'At step {step} the matrix is zero: there is no spectrum to compare with a null.',
  'spectra.zero.change': 'At step {step} the change is zero: there is no spectrum to compare with a null.',
  'spectra.noNull':
    'At step {step}: stable rank {rank}, σ₁ {sigma}; no null has been computed for this entry.',
  'statistics.title': 'Statistics',
  'statistics.name': 'statistic',
  'statistics.formula': 'formula',
  'statistics.value': 'value',
  'statistics.interval': 'interval {low} to {high}',
  'statistics.range': '{low} – {high}',
  'statistics.null': 'shuffled null',
  'statistics.isNull': 'itself a null',
  'statistics.noNull': 'not computed',
  'statistics.notEstimated': 'not estimated',
  'statistics.nullSays':
    'Shuffled null: the statistic of each of {shuffles} of the entries; mean, and 5% to 95% of the draws.',
  'statistics.exact': 'exact, each σ within {bound} ({method})',
  'statistics.estimated': 'estimated, each σ within {bound} ({method})',
  'statistics.farms': 'Compute α without the aspect ratio',
  'statistics.refine': 'Compute exactly',
  'statistics.edge': 'Marchenko–Pastur edge',
  'overSteps.title': 'Rank of {matrix} over training',
  'overSteps.axis': 'rank',
  'overSteps.says':
    'From step {first} to {last} the stable rank goes from {from} to {to} and the effective rank from {effectiveFrom} to {effectiveTo}',
  'overSteps.null': '; shuffled entries have {null} and {effectiveNull} at step {last}.',
  'overSteps.null.of': '{statistic}, shuffled',
  'angles.title': 'Turning of the leading {k}-dimensional subspaces of {matrix}',
  'angles.axis': 'angle from step to step (°)',
  'angles.left': 'left, root-mean-square cosine',
  'angles.right': 'right, root-mean-square cosine',
  'angles.largest': 'left, largest angle',
  'angles.null': 'random subspaces',
  'angles.says':
    'Between neighbouring checkpoints the leading {k}-dimensional left singular subspace turns by {first}° at step {firstStep} and {last}° at step {lastStep} (arccos of the root-mean-square cosine); random subspaces would be {null}° apart.',
} as const;
