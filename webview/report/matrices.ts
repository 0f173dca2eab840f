import { matrixKey } from '../../extension/contract/matrixKey.js';
import type { Report, SpectrumEntry, TensorEntry } from '../../extension/contract/report.js';

export type Of = SpectrumEntry['of'];
export const sides = ['weights', 'change'] as const satisfies readonly Of[];

/** A matrix of the last checkpoint: a tensor, or a named part of a fused one. */
export interface MatrixInfo {
  /** Unique among the matrices of a report. */
  readonly key: string;
  /** Its name in the file, without the common prefix and without `.weight`. */
  readonly label: string;
  /** The name of its part in the model (`layer0.FF1`), if the file's name differs. */
  readonly role?: string;
  readonly tensor: TensorEntry;
  readonly rows: number;
  readonly columns: number;
  /** A fused tensor whose parts are separate matrices. */
  readonly fused: boolean;
}

export function matricesOf({ tensors }: Pick<Report, 'tensors'>): MatrixInfo[] {
  const start = commonStart(tensors.map(({ name }) => name));
  const withParts = new Set(tensors.filter(({ part }) => part !== undefined).map(({ name }) => name));
  return inLayerOrder(tensors).flatMap((tensor) =>
    tensor.matrix
      ? [
          {
            key: matrixKey({ tensor: tensor.name, part: tensor.part }),
            ...namesOf(tensor, start),
            tensor,
            rows: tensor.matrix.rows,
            columns: tensor.matrix.columns,
            fused: tensor.part === undefined && withParts.has(tensor.name),
          },
        ]
      : [],
  );
}

/** An alphabetical file order means nothing: layer 2 then comes before layer 10. */
function inLayerOrder(tensors: readonly TensorEntry[]): readonly TensorEntry[] {
  const isAlphabetical = tensors.every(({ name }, index) => index === 0 || tensors[index - 1]!.name <= name);
  return isAlphabetical ? [...tensors].sort((a, b) => byNumber.compare(a.name, b.name)) : tensors;
}
const byNumber = new Intl.Collator('en', { numeric: true });

/** The file has no name for a part of a fused tensor: its role is shown alone. */
function namesOf({ name, part, group }: TensorEntry, start: number): Pick<MatrixInfo, 'label' | 'role'> {
  if (part !== undefined) return { label: group ?? matrixKey({ tensor: name.slice(start), part }) };
  const own = name.slice(start).replace(/\.weight$/, '');
  return { label: own, ...(group === undefined || group === name ? {} : { role: group }) };
}

/** Length of the common prefix of all names, up to and including a dot; 0 for a single name. */
export function commonStart(names: readonly string[]): number {
  const [first = ''] = names;
  if (new Set(names).size < 2) return 0;
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) length++;
  return first.lastIndexOf('.', length - 1) + 1;
}

/** A matrix's own name with its role beside it. */
export const fullLabel = ({ label, role }: Pick<MatrixInfo, 'label' | 'role'>): string =>
  role === undefined ? label : `${label} · ${role}`;

/** The name of a trajectory's or update spectrum's group: a matrix by its own name and its role. */
export function groupLabel(group: string, matrices: readonly MatrixInfo[]): string {
  const matrix = matrices.find(({ tensor, label }) => tensor.group === group || label === group);
  return matrix ? fullLabel(matrix) : group;
}

/** Spectra by matrix and side, in the order of their steps. */
export interface SpectraIndex {
  of(matrix: MatrixInfo, side: Of): readonly SpectrumEntry[];
}

export function indexSpectra({ spectra }: Pick<Report, 'spectra'>): SpectraIndex {
  const lists = new Map<string, SpectrumEntry[]>();
  for (const entry of spectra) {
    const key = `${entry.of} ${matrixKey(entry)}`;
    const list = lists.get(key);
    if (list) list.push(entry);
    else lists.set(key, [entry]);
  }
  for (const list of lists.values()) list.sort((a, b) => a.step - b.step);
  return { of: (matrix, side) => lists.get(`${side} ${matrix.key}`) ?? [] };
}

/**
 * Matrices whose smaller side is at least a quarter of the largest one's, without those listed by their parts.
 */
export function substantial(matrices: readonly MatrixInfo[]): MatrixInfo[] {
  const side = ({ rows, columns }: MatrixInfo): number => Math.min(rows, columns);
  const largest = Math.max(0, ...matrices.map(side));
  return matrices.filter((matrix) => !matrix.fused && side(matrix) * 4 >= largest);
}
