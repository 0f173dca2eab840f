import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { BasisChoice } from '../../../contract/interventions.js';
import { attentionPlaces } from '../../geometry/attentionPlaces.js';
import { executionDirections, type PathGram } from '../../geometry/curvature/executionBasis.js';
import type { PlacedDirection } from '../../geometry/curvature/spans.js';
import { gramOfRows } from '../../geometry/randomWalkNull.js';
import { addInto, dot } from '../../geometry/reconstruction/vectors.js';
import { seededRandom } from '../../ground/seededRandom.js';
import type { Parameter } from '../../models/parameters.js';
import { checkpointPath, readRunFile } from '../run/runDirectory.js';
import type { Floats } from '../run/trainerState.js';

/** An orthonormal basis of a subspace of the parameters. */
export interface Basis {
  readonly directions: readonly PlacedDirection[];
  readonly sha256: string;
}

export interface BasisRequest {
  readonly parameters: readonly Parameter[];
  /** Folder of the changed run. */
  readonly folder: string;
  /** A row of weights from a checkpoint of the same model. */
  readonly readRow: (checkpoint: string) => Promise<Floats>;
}

type Kind = BasisChoice['kind'];
type Opener<K extends Kind> = (
  choice: Extract<BasisChoice, { readonly kind: K }>,
  request: BasisRequest,
) => Promise<readonly PlacedDirection[]>;

/** Gaussian vectors in all parameters, made orthonormal one after the other. */
const randomDirections: Opener<'random'> = ({ dimension, seed }, { parameters }) => {
  const count = parameters.reduce((sum, { elements }) => sum + elements, 0);
  const directions: PlacedDirection[] = [];
  for (let column = 0; column < dimension; column++) {
    const random = seededRandom(seed, column);
    const vector = new Float64Array(count);
    for (let i = 0; i < count; i++) vector[i] = random.normal();
    for (const { vector: other } of directions) addInto(vector, -dot(vector, other), other);
    const length = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < count; i++) vector[i]! /= length;
    directions.push({ offset: 0, vector });
  }
  return Promise.resolve(directions);
};

const CHECKPOINT = /^step_(\d+)\.safetensors$/;

/**
 * @throws GeometryError `not-found`, `invalid-argument` for a run that has not finished or has no such basis.
 */
const executionOf: Opener<'execution'> = async ({ run, components }, { parameters, folder, readRow }) => {
  const other = path.resolve(folder, run);
  const file = await readRunFile(other);
  if (file === undefined) {
    throw new GeometryError('not-found', `${other} holds no run whose path could span a basis.`);
  }
  if (file.status !== 'finished') {
    throw new GeometryError(
      'invalid-argument',
      `The run in ${other} has not finished: its path does not span the basis yet.`,
    );
  }
  const names = await readdir(path.dirname(checkpointPath(other, 0)));
  const steps = names.flatMap((name) => CHECKPOINT.exec(name)?.[1] ?? []).map(Number);
  steps.sort((a, b) => a - b);
  const rows: Floats[] = [];
  for (const step of steps) rows.push(await readRow(checkpointPath(other, step)));
  const places = attentionPlaces(parameters);
  const grams = new Map(
    places.map(({ group, offset, length }): [string, PathGram] => {
      const data = new Float64Array(rows.length * length);
      rows.forEach((row, t) => {
        for (let i = 0; i < length; i++) data[t * length + i] = row[offset + i]! - rows[0]![offset + i]!;
      });
      return [group, { gram: gramOfRows({ rows: rows.length, columns: length, data }), parameters: length }];
    }),
  );
  const directions = await executionDirections(
    places,
    (group) => grams.get(group),
    rows.length,
    (t) => Promise.resolve(rows[t]!),
    components,
  );
  if (directions === undefined) {
    throw new GeometryError(
      'invalid-argument',
      `The ${rows.length} checkpoints in ${other} do not span ${components} components of each attention matrix.`,
    );
  }
  return directions;
};

const openers: { readonly [K in Kind]: Opener<K> } = { random: randomDirections, execution: executionOf };

/** The directions of a basis. @throws GeometryError as its kind does, and what reading checkpoints throws. */
export const openBasis = async (choice: BasisChoice, request: BasisRequest): Promise<Basis> => {
  const open = openers[choice.kind] as Opener<Kind>;
  const directions = await open(choice, request);
  const hash = createHash('sha256');
  for (const { vector } of directions) hash.update(new Uint8Array(vector.buffer));
  return { directions, sha256: hash.digest('hex') };
};

/** B Bᵀ x. */
export const partInside = ({ directions }: Basis, x: Float64Array): Float64Array => {
  const part = new Float64Array(x.length);
  for (const { offset, vector } of directions) {
    const end = offset + vector.length;
    addInto(part.subarray(offset, end), dot(x.subarray(offset, end), vector), vector);
  }
  return part;
};

/** x − B Bᵀ x. */
export const partOutside = (basis: Basis, x: Float64Array): Float64Array => {
  const outside = x.slice();
  addInto(outside, -1, partInside(basis, x));
  return outside;
};

/** The directions as rows [dimension, parameters], as a graph is fed with them. */
export const denseRows = ({ directions }: Basis, count: number, dtype: 'float32' | 'float64'): Floats => {
  const size = directions.length * count;
  const rows = dtype === 'float64' ? new Float64Array(size) : new Float32Array(size);
  directions.forEach(({ offset, vector }, k) => rows.set(vector, k * count + offset));
  return rows;
};
