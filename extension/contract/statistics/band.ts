/**
 * Minimum number of draws for 5 % and 95 % quantiles. With fewer, `q05` and `q95` are the minimum and maximum,
 * shown as the range of the draws.
 */
export const fewestForQuantiles = 20;
