import core from 'plotly.js/lib/core';
import heatmap from 'plotly.js/lib/heatmap';
import scatter3d from 'plotly.js/lib/scatter3d';

/** Plotly with the traces the charts use (scatter is part of the core); none of them needs `unsafe-eval`. */
core.register([heatmap, scatter3d]);

export const plotly = core;
