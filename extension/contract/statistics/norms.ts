import { statistic } from './statistic.js';

/** Norms, not squared. */
export const norms = [
  statistic({
    key: 'spectralNorm',
    label: 'spectral norm',
    short: '‖W‖₂',
    formula: '‖W‖₂ = σ₁',
    note: 'WeightWatcher’s spectral_norm is its square, σ₁².',
    format: 'number',
    tables: ['terminal', 'overview'],
    value: ({ largest }) => largest,
  }),
  statistic({
    key: 'frobeniusNorm',
    label: 'Frobenius norm',
    short: '‖W‖F',
    formula: '‖W‖_F = √Σσ²',
    note: 'A shuffle keeps the entries, and so this norm. WeightWatcher’s norm is its square.',
    isKeptByShuffles: true,
    format: 'number',
    tables: ['terminal'],
    value: ({ largest, sumOfSquares }) => largest * Math.sqrt(sumOfSquares),
  }),
  statistic({
    key: 'nuclearNorm',
    label: 'nuclear norm',
    short: '‖W‖*',
    formula: 'Σσ',
    format: 'number',
    tables: [],
    value: ({ largest, sum }) => largest * sum,
  }),
  /** Ranges from 1 for rank one to √rank for equal singular values; its square is a soft rank. */
  statistic({
    key: 'nuclearOverFrobenius',
    label: 'nuclear over Frobenius norm',
    short: '‖W‖*/‖W‖F',
    formula: 'Σσ ⁄ √Σσ²',
    isScaleFree: true,
    format: 'number',
    tables: [],
    value: ({ largest, sum, sumOfSquares }) => (largest > 0 ? sum / Math.sqrt(sumOfSquares) : undefined),
  }),
];
