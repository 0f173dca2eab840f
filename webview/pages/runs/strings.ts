/** Sentences of the Runs page. */
export const runsStrings = {
  'page.runs': 'Runs',
  'runs.offer':
    'Spectra of the runs that lie beside this one, over each other and as a table of differences at a step.',
  'runs.compute': 'Overlay the other runs',
  'runs.title': '{statistic} of {matrix}, run by run',
  'runs.spectrum': 'Singular values of {matrix} at step {step}, run by run',
  'runs.spectrumSays':
    '{n} runs; the dashed line is the mean over shuffled entries of {run}. Where runs of other seeds differ as much, a difference is chance.',
  'runs.says': '{n} runs; the dashed line is the mean over shuffled entries of {run}.',
  'runs.shuffled': 'shuffled entries, {run}',
  'runs.step': 'Step of the table',
  'runs.table': '{statistic} at step {step}',
  'runs.difference': '{run} − first',
  'runs.tableSays':
    'In parentheses: the mean over shuffled entries. Differences are from {run}; seeds beside seeds show how far runs differ by chance.',
} as const;
