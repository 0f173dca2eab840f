/** Sentences of parts that several pages use. */
export const partStrings = {
  'pin.pin': 'Pin',
  'pin.pinned': 'Pinned',
  'pin.label': '{pin} {matrix}: first in tables and charts',
  'table.filter': 'Filter by name',
  'table.none': 'No row has this in its name.',
  'table.shown': '{shown} of {of} rows are shown.',
  'table.more': 'Show more',
  'table.copy': 'copy {format}',
  'table.copyLabel': 'copy {format}: {title}',
  'table.copied': '{title} copied as {format}.',
  'table.notCopied': '{title} could not be copied: {reason}',
  'curves.title': '{name} of the run',
  'curves.curve': 'curve of the run',
  'curves.smoothing': 'smoothing',
  'curves.none': 'as logged',
  'curves.weight': 'smoothed, {weight}',
  'curves.raw': '{name}, as logged',
  'curves.says':
    '{name} goes from {from} at step {first} to {to} at step {last}, as the run’s own files have it (files: {files}).',
  'curves.smoothed':
    'The smoothed line is an exponential moving average with weight {weight} of what came before.',
  'curves.thinned':
    'Of {points} points {shown} are drawn: the least and the greatest of each of equal parts.',
  'curves.noNull':
    'It is no statistic of the weights and has no null; that it moves when a rank moves is no proof of a connection.',
  'overlay.offer': 'The other runs are without what this page shows of this one.',
  'overlay.compute': 'Compute it for the other runs',
  'overlay.runsLabel': 'Runs',
  'overlay.oneRuns': '{run} alone',
  'overlay.allRuns': 'all {n}, a colour each',
  'overlay.says':
    '{n} runs, a colour each; the sentence before and the nulls are of {run}. Where runs of other seeds differ as much, a difference is chance.',
  'offer.command': 'The command computes it: inspect … --analyses {name}.',
} as const;
