import type { Intervention } from '../../../contract/interventions.js';
import type { SweepTable } from '../../../contract/report.js';
import { GeometryError } from '../../../contract/errors.js';
import type { Cell } from '../../runs/grid.js';
import { none, whole } from '../measurementTable.js';
import type { PaperFlag } from '../paper.js';
import type { Result } from './measurements.js';

/** Suppression of the gradient outside the execution basis (2602.16746, interventions), on addition. */
export const publishedStrengths: readonly number[] = [0.25, 0.5, 0.75, 1];
/** Published delay of addition's grokking in steps; at full strength it never groks. Random bases: below 50. */
const publishedDelay: Readonly<Record<number, string>> = {
  0.25: '+34',
  0.5: '+300',
  0.75: '+800',
  1: 'never',
};
const publishedRandom: Readonly<Record<number, string>> = {
  ...{ 0.25: 'within 50', 0.5: 'within 50', 0.75: 'within 50' },
  1: 'never',
};

export const suppressionFlag: PaperFlag = {
  name: 'suppression',
  value: 'LIST',
  help: 'besides, addition with this share of the gradient across the execution basis, and across a random one, taken away: 0.25,0.5,0.75,1; or none',
  accepts: /^(none|0?\.\d{1,4}|1(\.0)?)$/,
  list: true,
};

/**
 * The strengths that a flag asks for.
 * @throws GeometryError `invalid-argument` for `none` beside others.
 */
export const strengthsOf = (flag: string | undefined, byDefault: readonly number[]): readonly number[] => {
  if (flag === undefined) return byDefault;
  const parts = flag.split(',');
  if (!parts.includes('none')) return [...new Set(parts.map(Number))];
  if (parts.length === 1) return [];
  throw new GeometryError('invalid-argument', '--suppression takes strengths, or none alone.');
};

const bases = ['execution', 'random'] as const;
type BasisName = (typeof bases)[number];

/**
 * Addition with suppressed gradient, for each basis; `base` is the run whose trajectory spans the execution
 * basis.
 */
export const suppressedCells = (base: Cell, strengths: readonly number[], maxSteps: number): Cell[] =>
  strengths.flatMap((strength) =>
    bases.map((kind): Cell => {
      const name = `${base.name}-suppress${strength}-${kind}`;
      const basis: Intervention['basis'] =
        kind === 'execution'
          ? { kind, run: `../${base.name}`, components: 2 }
          : { kind, dimension: 16, seed: base.seed };
      const intervention: Intervention = { kind: 'suppress', part: 'transverse', strength, basis, from: 500 };
      return {
        ...{ ...base, name },
        config: { ...base.config, name, maxSteps, interventions: [intervention] },
      };
    }),
  );

interface Suppressed {
  readonly strength: number;
  readonly basis: BasisName;
  readonly result: Result;
}

const suppressed = (results: readonly Result[]): Suppressed[] =>
  results.flatMap((result) => {
    const [first] = result.cell.config.interventions ?? [];
    return first?.kind === 'suppress' ? [{ strength: first.strength, basis: first.basis.kind, result }] : [];
  });

/** Whether a run has the paper's training, without an intervention. */
export const isPlain = ({ cell }: Result): boolean => (cell.config.interventions ?? []).length === 0;

const seedsOf = (all: readonly Suppressed[]): number[] =>
  [...new Set(all.map(({ result }) => result.cell.seed))].sort((a, b) => a - b);

const signed = (steps: number): string => (steps >= 0 ? `+${steps}` : String(steps));

/**
 * When addition groks as a function of the suppressed share of its gradient, for the execution basis and random
 * ones.
 */
export const suppressionTable = (results: readonly Result[]): SweepTable[] => {
  const all = suppressed(results);
  if (all.length === 0) return [];
  const seeds = seedsOf(all);
  const baseOf = (seed: number): number | undefined =>
    results.find(
      (result) =>
        isPlain(result) &&
        result.cell.tasks.join() === 'add' &&
        result.cell.decay === 1 &&
        result.cell.seed === seed &&
        result.cell.config.learningRate === all[0]!.result.cell.config.learningRate,
    )?.grokStep;
  const at = (basis: BasisName, strength: number, seed: number): Result | undefined =>
    all.find((one) => one.basis === basis && one.strength === strength && one.result.cell.seed === seed)
      ?.result;
  const ended = (result: Result | undefined): string =>
    result === undefined || result.status !== 'finished'
      ? none
      : result.grokStep === undefined
        ? `not by ${result.step}`
        : String(result.grokStep);
  const delay = (result: Result | undefined, seed: number): number | undefined => {
    const base = baseOf(seed);
    return result?.grokStep === undefined || base === undefined ? undefined : result.grokStep - base;
  };
  const strengths = [...new Set(all.map(({ strength }) => strength))].sort((a, b) => a - b);
  const row = (name: string, strength: string, of: (seed: number) => string, ...rest: string[]): string[] => [
    ...[name, strength, ...seeds.map(of), ...rest],
  ];
  return [
    {
      title: 'Suppression of the gradient across the execution basis: grok step of addition',
      columns: ['basis', 'strength', ...seeds.map((seed) => `seed ${seed}`), 'delay', 'published delay'],
      rows: [
        row('no intervention', '0', (seed) => whole(baseOf(seed)), '0', '0'),
        ...bases.flatMap((basis) =>
          strengths.map((strength) => {
            const delays = seeds.flatMap((seed) => delay(at(basis, strength, seed), seed) ?? []);
            const published = basis === 'execution' ? publishedDelay : publishedRandom;
            return row(
              basis,
              String(strength),
              (seed) => ended(at(basis, strength, seed)),
              delays.length === 0 ? none : delays.map(signed).join(', '),
              published[strength] ?? none,
            );
          }),
        ),
      ],
      notes: [
        'From step 500 on, after clipping, G := B Bᵀ G + (1 − s)(G − B Bᵀ G); 16 dimensions either way. Random: 16 Gaussian directions in all parameters, made orthonormal: the null of the execution basis. Evaluations are 100 steps apart, so a delay within 100 is none.',
        'Sixteen of 290,401 dimensions hold almost nothing of a gradient, so either basis takes s of nearly all of it, and Adam divides by the size of what is left. What the execution basis does that a random one does not is all that its directions can claim.',
      ],
      plot: {
        x: { title: 'strength s', scale: 'linear' },
        y: { title: 'grok step', scale: 'linear' },
        curves: bases.flatMap((basis) =>
          seeds.map((seed) => ({
            name: `${basis}, seed ${seed}`,
            kind: basis === 'random' ? ('null' as const) : ('curve' as const),
            points: [0, ...strengths].flatMap((strength) => {
              const y = strength === 0 ? baseOf(seed) : at(basis, strength, seed)?.grokStep;
              return y === undefined ? [] : [{ x: strength, y }];
            }),
          })),
        ),
      },
    },
  ];
};
