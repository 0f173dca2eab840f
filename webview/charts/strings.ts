/** Sentences of charts and their controls. */
export const chartStrings = {
  'card.table': 'table',
  'card.chart': 'chart',
  'scale.log': 'log',
  'scale.linear': 'linear',
  'scale.of': 'Scale of {axis}',
  'card.export': 'Export {title} as {format}',
  'card.asTable': 'Show {title} as a table',
  'card.asChart': 'Show {title} as a chart',
  'card.shades': 'Shades: {axis} {low} to {high}',
  'card.legend': 'Legend: press to hide or show',
  'card.saved': '{name} saved.',
  'card.notSaved': '{name} could not be written: {reason}',
  'card.noWebGl':
    'This window has no WebGL, which the 3-D view needs; the table and the 2-D view show the same points.',
} as const;
