/** Sentences of the Modes page. */
export const modesStrings = {
  'page.modes': 'Modes',
  'modes.offer':
    'Functional modes show what a small step along each leading update direction does to the hidden states of the test pairs, beside random directions. They need a model description.',
  'modes.compute': 'Compute functional modes',
  'modes.basis': 'Residue of',
  'modes.direction': 'direction',
  'modes.directionChoice': 'Direction',
  'modes.concentration': 'largest share of Fourier power',
  'modes.concentrationTitle': 'Fourier concentration of the modes, {basis}',
  'modes.published': 'published recipe',
  'modes.fixed': 'empty residues filled, half frequency halved',
  'modes.peak': 'frequency {peak}',
  'modes.fisher95': 'noise, 95%',
  'modes.randomMax': 'random directions, largest',
  'modes.concentrationSays':
    '{direction} is the most concentrated: {share} at frequency {peak}. The largest share of pure noise is {mean} on average and {q95} at its 95% quantile (Fisher’s g), which {above} of {all} pass; the largest of {draws} random directions is {max}, which {aboveRandom} of {all} pass.',
  'modes.residuesTitle': 'Mode {direction} by residue of {basis}',
  'modes.residue': 'residue of {basis}',
  'modes.mean': 'mean ‖δh‖²',
  'modes.overall': 'mean of all pairs',
  'modes.sizeSays':
    'A step along {direction} moves the hidden states by {mean} (mean square), along {count} random directions by {random}. Its cosine with the weights is {radial}.',
  'modes.otherStep': '{run} has no checkpoint of this step and is drawn at its step {step}.',
  'modes.noMeans': 'Means by residue are kept of v1, v2, … only.',
  'modes.mapTitle': 'Mode {direction} over the pairs (a, b)',
  'modes.noMap': 'The map is kept of the first directions only.',
  'modes.mapSays':
    'The strongest pair of frequencies is ({wa}, {wb}) with {share} of the power; the strongest of noise would have {expected} on average. (w, w) is a function of a + b, (w, p − w) one of a − b. Empty cells were trained on.',
  'modes.table': 'Every direction and basis',
  'modes.radial': 'cosine with θ',
  'modes.fisherP': 'p = {p}',
  'modes.fisherRow': 'noise, 95% (Fisher’s g)',
  'modes.randomRow': 'random directions, mean',
  'modes.randomMaxRow': 'random directions, largest',
  'modes.tableSays':
    'Published recipe. p is the chance that independent group means reach the fixed recipe’s share. A number below the rows of nulls is what chance and any direction of this network give.',
  'modes.ridge': 'Ridge regression of the modes: R² held out',
  'modes.inSample': 'in sample {value}',
  'modes.ridgeSays':
    'Five folds. In sample every set of features explains something, random ones too; below 0 held out, the features predict worse than the mean.',
} as const;
