import core from 'plotly.js/lib/core';
import heatmap from 'plotly.js/lib/heatmap';
import type { Figure } from './figure.js';

/** Plotly with the required trace types (scatter is in the core); none needs `unsafe-eval`. */
core.register([heatmap]);

export const plotly = core;

let space: Promise<void> | undefined;

/** Resolves when a figure can be drawn. The code of 3-D figures is a third of the page and loaded on demand. */
export const partsFor = ({ kind }: Figure): Promise<void> => {
  if (kind !== 'space') return Promise.resolve();
  space ??= import('plotly.js/lib/scatter3d').then((scatter3d) => core.register([scatter3d.default]));
  return space;
};
