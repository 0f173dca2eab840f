/** Plotly's partial modules have no types of their own; the package's types describe the complete export. */
declare module 'plotly.js/lib/core' {
  import type { newPlot, react, toImage, purge, Plots } from 'plotly.js';
  const core: {
    readonly newPlot: typeof newPlot;
    readonly react: typeof react;
    readonly toImage: typeof toImage;
    readonly purge: typeof purge;
    readonly Plots: typeof Plots;
    register(modules: readonly object[]): void;
  };
  export default core;
}
declare module 'plotly.js/lib/scatter3d' {
  const trace: object;
  export default trace;
}
declare module 'plotly.js/lib/heatmap' {
  const trace: object;
  export default trace;
}
