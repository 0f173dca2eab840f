import type { MatrixGroup, MatrixSelection } from '../../../contract/optimiser.js';
import { GeometryError } from '../../../contract/errors.js';
import { matricesOf, type MatrixSpec } from '../../geometry/matrices.js';
import { namedMatrix } from '../../geometry/matrixRoles.js';
import type { Parameter } from '../../models/parameters.js';

/** A matrix and its place in a row of weights; a part of a fused matrix is whole rows of it. */
export interface MatrixSlot {
  /** The parameter's name, for a part of a fused one with the part: `….in_proj_weight.Q`. */
  readonly name: string;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

interface Candidate extends MatrixSlot {
  readonly tensor: string;
  /** Inside a layer. */
  readonly trunk: boolean;
  /** `Q`, `K`, `V`, `O`; absent for all others. */
  readonly attention?: string;
}

const attentionRoles = ['Q', 'K', 'V', 'O'];

const groups: Readonly<Record<MatrixGroup, (matrix: Candidate) => boolean>> = {
  qk: ({ attention }) => attention === 'Q' || attention === 'K',
  attention: ({ attention }) => attention !== undefined,
  mlp: ({ trunk, attention }) => trunk && attention === undefined,
  blocks: ({ trunk }) => trunk,
  all: () => true,
};

const candidate = (spec: MatrixSpec, { name, offset, shape }: Parameter): Candidate => {
  const [firstRow] = spec.range?.rows[0] ?? [0];
  const role = spec.part ?? namedMatrix(name)?.role;
  return {
    name: spec.part === undefined ? name : `${name}.${spec.part}`,
    tensor: name,
    offset: offset + firstRow * shape[1]!,
    rows: spec.rows,
    columns: spec.columns,
    trunk: spec.trunk,
    ...(role !== undefined && attentionRoles.includes(role) ? { attention: role } : {}),
  };
};

const moduleOf = (tensor: string): string =>
  tensor
    .replace(/(\.weight|_weight)$/, '')
    .split('.')
    .at(-1)!;

const isGroup = (name: string): name is MatrixGroup => Object.hasOwn(groups, name);

const selects = (name: string, matrix: Candidate): boolean =>
  isGroup(name)
    ? groups[name](matrix)
    : [matrix.attention, moduleOf(matrix.tensor), matrix.tensor, matrix.name].includes(name);

/**
 * The matrices that a selection names, in the row's order. Fused attention matrices count as Q, K and V.
 * @throws GeometryError `invalid-config` for a name that no matrix of the model has.
 */
export const matrixSlots = (
  parameters: readonly Parameter[],
  selection: MatrixSelection,
): readonly MatrixSlot[] => {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const candidates = matricesOf(parameters)
    .matrices.filter(({ fused }) => !fused)
    .map((spec) => candidate(spec, byName.get(spec.tensor)!));
  const names = typeof selection === 'string' ? [selection] : selection;
  for (const name of names) {
    if (candidates.some((matrix) => selects(name, matrix))) continue;
    const modules = [...new Set(candidates.map(({ tensor }) => moduleOf(tensor)))];
    throw new GeometryError(
      'invalid-config',
      `The model has no matrix “${name}”: name a group (${Object.keys(groups).join(', ')}), a role (${attentionRoles.join(', ')}), a module (${modules.join(', ')}) or a tensor.`,
    );
  }
  return candidates
    .filter((matrix) => names.some((name) => selects(name, matrix)))
    .map(({ name, offset, rows, columns }) => ({ name, offset, rows, columns }));
};
