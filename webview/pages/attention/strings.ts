/** Sentences of the Attention page. */
export const attentionStrings = {
  'page.attention': 'Attention',
  'attention.QK': 'W_Qᵀ W_K',
  'attention.OV': 'W_O W_V',
  'attention.product': 'Product',
  'attention.offer':
    'The products W_Qᵀ W_K and W_O W_V of each head, from their factors, beside the same of shuffled factors.',
  'attention.compute': 'Compute the heads',
  'attention.title': '{product} of each head: {value}',
  'attention.overNull': '{statistic} over that of shuffled factors',
  'attention.says':
    'Each head against the mean over {draws} shuffles of its two factors: 1 is what chance gives. Without scale, biases, norms and positions.',
  'attention.head': 'head {head}',
  'attention.group': 'keys and values of group {group}',
  'attention.at': 'layer {layer}, head {head}',
  'attention.shuffled': 'with shuffled factors {value}',
  'attention.shuffledFactors': 'shuffled factors, mean',
  'attention.spectrum': '{product}, layer {layer}, head {head}',
  'attention.headSays':
    'Effective rank {rank} of at most {size}, σ₁ = {norm}; with shuffled factors ({draws} draws) {nullRank} and {nullNorm}.',
} as const;
