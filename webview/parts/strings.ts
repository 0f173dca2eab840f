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
  'offer.command': 'The command computes it: inspect … --analyses {name}.',
} as const;
