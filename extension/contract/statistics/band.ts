/**
 * Draws below which a null has no 5 % and 95 % quantiles: `q05` and `q95` are then its smallest and its largest draw, and
 * what is shown is called the range of the draws.
 */
export const fewestForQuantiles = 20;
