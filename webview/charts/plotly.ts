import core from 'plotly.js/lib/core';
import heatmap from 'plotly.js/lib/heatmap';
import type { Figure } from './figure.js';

/** Plotly with the traces the charts use (scatter is part of the core); none of them needs `unsafe-eval`. */
core.register([heatmap]);

export const plotly = core;

let space: Promise<void> | undefined;

/** Resolves when a figure can be drawn: a third of the page's code is for figures in space, which few pages have. */
export const partsFor = ({ kind }: Figure): Promise<void> => {
  if (kind !== 'space') return Promise.resolve();
  space ??= import('plotly.js/lib/scatter3d').then((scatter3d) => core.register([scatter3d.default]));
  return space;
};
