/** Sentences about adapters on the Compare page. */
export const loraStrings = {
  'lora.title': 'Rank of a LoRA that holds the difference, median over layers',
  'lora.rank': 'rank',
  'lora.energy': 'energy Σσ² kept',
  'lora.threshold': 'share of the energy to keep',
  'lora.shuffled': 'entries of the differences in another order',
  'lora.says':
    'For {energy} of the energy of each of {n} differences no module needs a rank above {largest}; the dashed line is the median with the entries in another order.',
  'lora.table': 'Rank of each module for {energy} of the energy',
  'lora.module': 'module',
  'lora.kind': 'kind',
  'lora.of': '{rank} of {full}',
  'lora.export': 'rank_pattern JSON',
  'lora.file': 'rank pattern {energy}',
  'lora.tableSays':
    'In parentheses: with the entries of the difference in another order. The command export-lora … --energy {energy} writes the truncated factors as an adapter for PEFT.',
} as const;
