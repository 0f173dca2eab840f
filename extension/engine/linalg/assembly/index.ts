export { dot } from './vectors';
export { columnsAsRows, factorPanel, triangularFactor, updatedRows } from './panel';
export { applyReflectors, bidiagonalise } from './bidiagonalise';
export { chase } from './chase';
export { bidiagonalValues } from './bidiagonalValues';
export { qdValues } from './qdValues';
export { addDifferenceProducts } from './differences';
export { addStoredProducts } from './storedProducts';
export { countBins, summarise } from './summary';
