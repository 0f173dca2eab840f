import type { Report, SpectrumEntry, TensorEntry } from '../../extension/contract/report.js';

export type Of = SpectrumEntry['of'];
export const sides = ['weights', 'change'] as const satisfies readonly Of[];

/** A matrix of the last checkpoint: a tensor, or a named part of a fused one. */
export interface MatrixInfo {
  /** Unique among the matrices of a report. */
  readonly key: string;
  readonly label: string;
  readonly tensor: TensorEntry;
  readonly rows: number;
  readonly columns: number;
  /** A fused tensor whose parts are matrices of their own. */
  readonly fused: boolean;
}

export const matrixKey = (tensor: string, part: string | undefined): string =>
  part === undefined ? tensor : `${tensor} ▸ ${part}`;

export function matricesOf({ tensors }: Pick<Report, 'tensors'>): MatrixInfo[] {
  const withParts = new Set(tensors.filter(({ part }) => part !== undefined).map(({ name }) => name));
  return tensors.flatMap((tensor) =>
    tensor.matrix
      ? [
          {
            key: matrixKey(tensor.name, tensor.part),
            label: tensor.group ?? matrixKey(tensor.name, tensor.part),
            tensor,
            rows: tensor.matrix.rows,
            columns: tensor.matrix.columns,
            fused: tensor.part === undefined && withParts.has(tensor.name),
          },
        ]
      : [],
  );
}

/** Spectra by matrix and side, in the order of their steps. */
export interface SpectraIndex {
  of(matrix: MatrixInfo, side: Of): readonly SpectrumEntry[];
}

export function indexSpectra({ spectra }: Pick<Report, 'spectra'>): SpectraIndex {
  const lists = new Map<string, SpectrumEntry[]>();
  for (const entry of spectra) {
    const key = `${entry.of} ${matrixKey(entry.tensor, entry.part)}`;
    const list = lists.get(key);
    if (list) list.push(entry);
    else lists.set(key, [entry]);
  }
  for (const list of lists.values()) list.sort((a, b) => a.step - b.step);
  return { of: (matrix, side) => lists.get(`${side} ${matrix.key}`) ?? [] };
}

/** Matrices whose smaller side is at least a quarter of the largest one's, and whose parts are not listed for themselves. */
export function substantial(matrices: readonly MatrixInfo[]): MatrixInfo[] {
  const side = ({ rows, columns }: MatrixInfo): number => Math.min(rows, columns);
  const largest = Math.max(0, ...matrices.map(side));
  return matrices.filter((matrix) => !matrix.fused && side(matrix) * 4 >= largest);
}
