/** Sentences of the Dynamics page. */
export const dynamicsStrings = {
  'page.dynamics': 'Dynamics',
  'dynamics.offer.edge':
    'Update spectra show how many directions the weights move in at a time, for any series. They stand beside independent updates of the run’s own step lengths.',
  'dynamics.offer.defect':
    'The commutator defect shows how much the order of two batches matters. It runs the model in float64 and takes minutes.',
  'dynamics.offer.noModel':
    'The commutator defect needs a model description: confirm one in the header, or put weight-geometry.json beside the checkpoints.',
  'dynamics.compute.edge': 'Compute update spectra',
  'dynamics.compute.defect': 'Compute the commutator defect',
  'dynamics.window': 'Window',
  'dynamics.accuracyTitle': 'Accuracy by kind of pair',
  'dynamics.accuracy': 'accuracy',
  'dynamics.pairs.test': 'test pairs',
  'dynamics.pairs.mirrored': 'mirror is trained',
  'dynamics.pairs.unmirrored': 'mirror is not trained',
  'dynamics.pairs.train': 'training pairs',
  'dynamics.chance': 'chance',
  'dynamics.accuracySays':
    'At step {step} test pairs (a, b) with (b, a) in training are right in {mirrored}, the others in {unmirrored}: a pair whose mirror is trained can be copied from it, the others cannot.',
  'dynamics.defectTitle': 'Commutator defect',
  'dynamics.defect': 'D = ‖δ‖ ⁄ (‖ηg_A‖ ‖ηg_B‖)',
  'dynamics.defectMedian': 'median, float64',
  'dynamics.defectRounded': 'median, float32',
  'dynamics.defectRange': 'all pairs of batches',
  'dynamics.threshold': 'threshold {limit}',
  'dynamics.onset': 'onset, step {step}',
  'dynamics.noOnset':
    'The defect grows {growth}-fold and never passes the threshold: the rule of 2602.16746 sees no onset.',
  'dynamics.onsetNoGrok':
    'The rule of 2602.16746 sees an onset at step {step} (growth {growth}-fold), and the run does not grok: a false alarm.',
  'dynamics.onsetSays':
    'The rule of 2602.16746 sees the onset at step {step}, {lead} steps before the grok step {grok}; the defect grows {growth}-fold. A rule that always fires would lead too: see the onset at other thresholds.',
  'dynamics.onsetAfter':
    'The rule of 2602.16746 sees the onset at step {step}, {lead} steps after the grok step {grok}; the defect grows {growth}-fold.',
  'dynamics.gradientTitle': 'Numerator and denominator of the defect',
  'dynamics.gradientAxis': 'norm',
  'dynamics.gradient': '‖g‖, median',
  'dynamics.delta': '‖δ‖ ⁄ η², median',
  'dynamics.gradientSays':
    'The gradient’s norm is {high} at step {at} and {low} at step {last}: D is divided by its square, so D rises when gradients vanish, without more curvature.',
  'dynamics.capturedTitle': 'Part of δ in the execution basis',
  'dynamics.captured': '‖Bᵀδ‖ ⁄ ‖δ‖',
  'dynamics.capturedOwn': 'execution basis',
  'dynamics.capturedRandom': 'random bases',
  'dynamics.capturedSays':
    'At step {step} the execution basis (K = {dimension}) holds {own} of the length of δ, random bases of that size {random}; √(K ⁄ P) is {expected}. That nearly all of δ lies outside is no finding: any basis so small leaves it out.',
  'dynamics.onsetTitle': 'Onset by threshold',
  'dynamics.thresholdAxis': 'threshold of D',
  'dynamics.onsetAxis': 'onset, step',
  'dynamics.every': 'every {every} checkpoints',
  'dynamics.onsetRange':
    'Thresholds from {low} to {high} put the onset between steps {first} and {last}: the lead depends on the choice.',
  'dynamics.gapsTitle': 'Gaps of the singular values of W_Q',
  'dynamics.gapAxis': 'gap',
  'dynamics.g12': 's₁ − s₂, layer {layer}',
  'dynamics.g23': 's₂ − s₃, layer {layer}',
  'dynamics.gapsSay': 'Layer {layer}: s₁ − s₂ is smallest at step {step} ({least}) and {last} at the end.',
  'dynamics.gapsNull': ' With the entries of W_Q in another order it is {least} and {last} there.',
  'dynamics.gapShuffled': 's₁ − s₂ of shuffled entries, layer {layer}',
  'dynamics.commutatorTitle': 'Commutator of W_Q and W_K',
  'dynamics.turned': 'W_K turned at random, layer {layer}',
  'dynamics.commutatorSays':
    'Layer {layer}: {own} at step {step}, beside {chance} where W_K has the same singular values and random directions.',
  'dynamics.layer': 'layer {layer}',
  'dynamics.shareTitle': 'PC1 of expanding windows: {matrix}',
  'dynamics.shareAxis': 'share of PC1, centred',
  'dynamics.walk': 'random walk, mean',
  'dynamics.walkBand': 'random walk, 5–95%',
  'dynamics.decayWalk': 'decay and a walk, mean',
  'dynamics.shareDecaySays':
    ' Weights that decay as the run’s do and walk as far as decay leaves have {decay} (z = {z}).',
  'dynamics.shareSays':
    'Up to step {step} PC1 holds {share} of the path’s variance; a random walk of the same step lengths {walk} (z = {z}).',
  'dynamics.windowCentred': '{group}, W = {window}, centred',
  'dynamics.windowUncentred': '{group}, W = {window}, not centred',
  'dynamics.measured': 'measured',
  'dynamics.independent': 'independent updates, mean',
  'dynamics.independentBand': 'independent updates, 5–95%',
  'dynamics.independentValue': 's{n}, independent updates',
  'dynamics.ratioTitle': 'Leading ratio s₁ ⁄ s₂ of the updates',
  'dynamics.ratio12Axis': 's₁ ⁄ s₂',
  'dynamics.ratioSays':
    's₁ ⁄ s₂ is above the 95% quantile of independent updates of the same lengths in {above} of {all} windows; at step {step} it is {last}, theirs {null}.',
  'dynamics.declineTitle': 'Gap s₂ − s₃ of the updates',
  'dynamics.g23Axis': 's₂ − s₃',
  'dynamics.declineSays':
    's₂ − s₃ goes from {early} to {late} at the grok step ({factor}-fold); independent updates of the run’s own step lengths from {nullEarly} to {nullLate} ({nullFactor}-fold): that part is the steps getting shorter.',
  'dynamics.spectrumTitle': 'Singular values of the updates',
  'dynamics.updateAxis': 'singular value of the stacked updates',
  'dynamics.kStarTitle': 'Where the spectrum of updates breaks: k*',
  'dynamics.kStar.weighted': 'weighted ratio, up to 10',
  'dynamics.kStar.ratioUpTo10': 'ratio, up to 10',
  'dynamics.kStar.ratio': 'ratio',
  'dynamics.kStarSays':
    'The three published definitions of k* on the same windows. Where they differ, a statement about k* depends on the definition.',
  'dynamics.kStarBeside':
    'Under the weighted ratio it lies outside the 5% to 95% quantiles of independent updates of the same lengths in {outside} of {all} windows; at step {step} it is {last}, theirs {mean} on average ({low} to {high}).',
  'dynamics.independentKStar': 'independent updates, weighted ratio',
  'dynamics.decayTitle': 'Leading update directions along the weights',
  'dynamics.decayAxis': '|cos| with the weights',
  'dynamics.decaySays':
    'At step {step} the first direction has |cos| {share} with the weights, along which weight decay steps; a random direction would have {expected}. |cos| does not tell decay from growth: the part along the weights may be either.',
  'dynamics.splitTitle': 'Energy of the leading update directions: gradient or decay',
  'dynamics.splitAxis': 'share of the gradient',
  'dynamics.splitIndependent': 'v₁ of independent gradient steps',
  'dynamics.splitAt':
    'At step {step} the gradient has {gradient} of the energy of v₁ ({null} if gradient steps of the same lengths were independent); cosine between both parts {alignment}.',
  'dynamics.splitSays':
    'An update is what weight decay alone would do to the weights before it, and the rest, which is called the gradient’s. Shares of Σ⟨g, v⟩² + Σ⟨d, v⟩² over the window.',
} as const;
