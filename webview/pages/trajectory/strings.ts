/** Sentences of the Trajectory page. */
export const trajectoryStrings = {
  'trajectory.title': 'Trajectory of {group} ({centring})',
  'trajectory.title3': 'Trajectory of {group} in 3-D ({centring})',
  'trajectory.group.trunk': 'trunk: every matrix inside a layer',
  'trajectory.group.embeddings': 'embeddings: tables of tokens and positions',
  'trajectory.group.equal-weight': 'every tensor with equal weight',
  'trajectory.centred': 'centred',
  'trajectory.uncentred': 'uncentred',
  'trajectory.centring': 'PCA',
  'trajectory.pair': 'Components',
  'trajectory.axis': 'PC{n}, {share}',
  'trajectory.axisNull': 'PC{n}, {share} (random walk {null})',
  'trajectory.checkpoints': 'checkpoints',
  'trajectory.walk': 'random walk, one draw in its own plane',
  'trajectory.decayWalk': 'decay + random walk, one draw in its own plane',
  'trajectory.after': 'from the grok step on',
  'trajectory.start': 'step {step}',
  'trajectory.off': 'off PC1–{k}: {residual} of its length',
  'trajectory.variance': 'variance',
  'trajectory.squaredLength': 'squared length',
  'trajectory.says':
    'PC1 holds {share} of the {what}; a random walk with the same step lengths {null} ({band}: {low} to {high}).',
  'trajectory.saysZ':
    ' In standard deviations of the draws, the distance of PC1 from the walk’s mean is {z}{decay}.',
  'trajectory.saysZDecay': ', from that of decay and a walk {z}',
  'trajectory.saysDecay':
    ' Weights that decay from the same start as the run’s and otherwise walk at random hold {null} in PC1: what is no more than that is weight decay.',
  'trajectory.saysPair':
    ' The two components shown hold {pair}; the last checkpoint lies {residual} of its length off PC1–2.',
  'trajectory.beyond':
    ' The axes follow the run: a null’s draw spans {times} times its extent in {component} and leaves the picture.',
  'explained.title': 'Explained {what} by component',
  'explained.axis': 'share of the {what}',
  'explained.component': 'component',
  'explained.measured': 'measured',
  'explained.null': 'random walk, mean',
  'explained.decayNull': 'decay + random walk, mean',
  'explained.band': 'random walk, {band}',
  'explained.says':
    '{share} of the {what} is held by the first {components}, {nullShare} by those of a random walk of the same step lengths; its band is exceeded by {above} of the first {shown}.{decay}',
  'explained.saysDecay': ' Decay and a random walk hold {nullShare}.',
  'residual.title': 'Residual off the leading components',
  'residual.axis': 'distance ⁄ own length',
  'residual.curve': 'off PC1–{k}',
  'residual.null': 'random walk, off PC1–{k}, root mean square',
  'residual.decayNull': 'decay + random walk, off PC1–{k}',
  'residual.saysDecay': ' Decay and a random walk leave {null}.',
  'residual.says':
    'PC1–{k} leave {measured} of the length unexplained (root mean square over the series), the random walk {null}; the last checkpoint {last}.',
  'distance.title': 'Distance from the start, all parameters',
  'distance.axis': '‖θₜ − θ₀‖₂',
  'distance.curve': 'measured',
  'distance.null': 'random walk of the run’s step lengths',
  'distance.decayNull': 'decay + random walk',
  'distance.says':
    'The weights end {end} from where they began; halfway through the steps they had gone {half} of that.',
  'distance.says.null':
    ' A random walk of the same step lengths ends {end} away and has gone {half} of that halfway.',
  'distance.says.decayNull':
    ' Weights that decay as the run’s and otherwise walk end {end} away and have gone {half} halfway.',
  'trajectory.ownPlanes':
    ' Each run lies on principal components of its own: shapes can be compared, directions cannot.',
} as const;
