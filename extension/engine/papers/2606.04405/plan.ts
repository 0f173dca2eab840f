import type { Split } from '../../../contract/descriptor.js';
import { GeometryError } from '../../../contract/errors.js';
import type { SweepCell } from '../../../contract/report.js';
import type { RunConfig } from '../../../contract/run.js';
import { haltonSequence } from '../../geometry/haltonSequence.js';
import { cellsOf, type Cell, type Grid, type Variant } from '../../runs/grid.js';
import { presets } from '../../training/presets.js';
import { parseRunConfig, withAssignments } from '../../training/runConfig.js';
import type { PaperFlag, Plan, PlanRequest } from '../paper.js';
import { choicesOf, type Choices } from './choices.js';
import { diagramFractions, diagramLabels, type DiagramSide } from './published.js';

export const defaultSeeds: readonly number[] = [0, 1, 2];
/** The paper's grid, section 5. */
const paperFractions: readonly number[] = [0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8];
const quickFractions: readonly number[] = [0.4, 0.5];

interface Range {
  readonly low: number;
  readonly high: number;
}

/** The ranges of the searched rates and strengths, and the number of points. */
interface Search {
  readonly rates: Range;
  readonly strengths: Range;
  readonly points: number;
}
const whole: Search = { rates: { low: 1e-3, high: 5e-2 }, strengths: { low: 1e-2, high: 10 }, points: 8 };
/** The range in which runs of a few hundred steps generalise. */
const quickSearch: Search = {
  rates: { low: 5e-3, high: 5e-2 },
  strengths: { low: 5e-2, high: 5 },
  points: 2,
};

export const regularisers = ['none', 'l2', 'lrd', 'elastic'] as const;
export type Regulariser = (typeof regularisers)[number];

const between = ({ low, high }: Range, u: number): number => Number((low * (high / low) ** u).toPrecision(3));

const decaySettings: Readonly<Record<Regulariser, (strength: number) => readonly string[]>> = {
  none: () => [],
  l2: (strength) => [`weightDecay=${strength}`],
  lrd: (strength) => [`lowRankDecay.lambda=${strength}`],
  elastic: (strength) => [`weightDecay=${strength}`, `lowRankDecay.lambda=${strength}`],
};

/** The same points of rate and strength for every regulariser. */
const variantsOf = ({ points, rates, strengths }: Search): Variant[] =>
  regularisers.flatMap((regulariser) =>
    haltonSequence(points).map(([u, w], i) => ({
      name: `${regulariser}-${i + 1}`,
      set: [`learningRate=${between(rates, u)}`, ...decaySettings[regulariser](between(strengths, w))],
    })),
  );

export const diagramScale = 'diagram';
export const rasterScale = 'raster';

/** Of a cell of the search; undefined for a cell of a diagram. */
export const regulariserOf = ({
  scale,
  variant,
}: Pick<Cell, 'scale' | 'variant'>): Regulariser | undefined =>
  scale === diagramScale || scale === rasterScale
    ? undefined
    : regularisers.find((name) => variant?.startsWith(`${name}-`));

const oneOf = (values: readonly (string | number)[]): RegExp =>
  new RegExp(`^(${values.map((value) => String(value).replace('.', '\\.')).join('|')})$`);

const partNames = ['search', 'raster', 'diagram'] as const;
type Part = (typeof partNames)[number];

/** The flags that choose a part of the plan. */
export const partFlags: readonly PaperFlag[] = [
  {
    name: 'parts',
    value: 'LIST',
    help: 'of the plan only these: search, raster, diagram (default: all; with --quick the search)',
    accepts: oneOf(partNames),
    list: true,
  },
  {
    name: 'fractions',
    value: 'LIST',
    help: `only these train fractions: ${paperFractions.join(',')}`,
    accepts: oneOf(paperFractions),
    list: true,
  },
  {
    name: 'regularisers',
    value: 'LIST',
    help: `of the grid only these: ${regularisers.join(',')}`,
    accepts: oneOf(regularisers),
    list: true,
  },
];

const baseOf = ({ split, batch }: Choices, quick: boolean): RunConfig => {
  const preset = presets.find(({ name }) => name === '2606.04405-l2');
  if (preset === undefined) throw new GeometryError('internal', 'There is no preset 2606.04405-l2.');
  const method: Split['method'] = split === 'ordered' ? 'python-random-shuffle' : 'unordered-pairs';
  return withAssignments(parseRunConfig(preset.config, preset.name), [
    `data.split.method=${method}`,
    `batch=${batch}`,
    ...['warmupSteps=50', 'weightDecay=0', 'evaluateEvery=50', 'checkpointEvery=2000'],
    ...['spectra.every=50', 'spectra.matrices=qk'],
    // Beyond the goal, to twice the step that reaches it: ranks keep falling (2607.06639).
    ...[`maxSteps=${quick ? 500 : 2000}`, 'stop={"testAccuracy":0.95,"consecutive":1,"continueTo":2}'],
  ]);
};

const diagramSettings: Readonly<Record<DiagramSide, (label: number) => readonly string[]>> = {
  l2: (label) => [`weightDecay=${10 * label}`, 'decayedParameters=all'],
  lrd: (label) => [
    'weightDecay=0.1',
    'decayedParameters=outside-low-rank',
    `lowRankDecay.lambda=${label}`,
    'lowRankDecay.learningRateFactor=false',
    'lowRankDecay.frobeniusFactor=false',
    'lowRankDecay.iterations=5',
    'lowRankDecay.matrices=qk',
  ],
};

/** Share of a matrix's Frobenius norm that a step removes, η λ: the columns of the fair diagram. */
const shares: readonly number[] = [1e-3, 3e-3, 1e-2, 3e-2, 1e-1];
const quickShares: readonly number[] = [3e-3, 1e-2, 3e-2];
const rasterRates: readonly number[] = [3e-3, 1e-2, 3e-2];
const quickRasterRates: readonly number[] = [1e-2, 3e-2];
/** The strongest λ of either regulariser; L2's in the published diagram is 0.5. */
const strongest = 10;

/**
 * A diagram whose columns have equal strength for both regularisers: train fraction × share, over seeds, each
 * at several rates, of which a place shows the best.
 */
const rasterCells = (base: RunConfig, quick: boolean, seeds: readonly number[]): Cell[] =>
  (quick ? quickFractions : diagramFractions).flatMap((fraction) =>
    (quick ? quickShares : shares).flatMap((share) =>
      (quick ? quickRasterRates : rasterRates)
        .map((rate) => ({ rate, lambda: Number((share / rate).toPrecision(3)) }))
        .filter(({ lambda }) => lambda <= strongest)
        .flatMap(({ rate, lambda }) =>
          seeds.flatMap((seed) =>
            (['lrd', 'l2'] as const).map((side): Cell => {
              const variant = `${side}-${share}`;
              const name = `${rasterScale}-${variant}-f${fraction}-lr${rate}-seed${seed}`;
              const config = withAssignments(
                {
                  ...{ ...base, name, learningRate: rate, initSeed: seed, batchSeed: seed },
                  data: { ...base.data, split: { ...base.data.split, seed, trainFraction: fraction } },
                },
                decaySettings[side](lambda),
              );
              const { tasks } = config.data;
              return { name, scale: rasterScale, variant, decay: config.weightDecay, seed, tasks, config };
            }),
          ),
        ),
    ),
  );

/** Side and column of a cell of the fair diagram. */
export const rasterPlace = ({ scale, variant, config }: Cell) => {
  const [, side, share] = /^(l2|lrd)-(.+)$/.exec(variant ?? '') ?? [];
  if (scale !== rasterScale || side === undefined) return undefined;
  return {
    side: side as DiagramSide,
    share: Number(share),
    fraction: config.data.split.trainFraction,
    rate: config.learningRate,
  };
};

/** The region in which the published diagram changes. */
const quickDiagram = (side: DiagramSide, fraction: number, label: number): boolean =>
  (fraction === 0.4 || fraction === 0.5) && (side === 'l2' ? label === 5e-2 : label === 5e-3);

/** One cell of the authors' diagram: their modulus, seed, steps and rules. */
const diagramCell = (base: RunConfig, side: DiagramSide, fraction: number, label: number): Cell => {
  const seed = 42;
  const name = `${diagramScale}-${side}-${label}-f${fraction}-seed${seed}`;
  const config = withAssignments(
    {
      ...{ ...base, name, model: { ...base.model, prime: 113 } },
      data: { ...base.data, split: { ...base.data.split, seed, trainFraction: fraction } },
      ...{ initSeed: seed, batchSeed: seed, batch: 512, learningRate: 1e-3, warmupSteps: 0 },
      ...{ maxSteps: 2500, evaluateEvery: 100, stop: { testAccuracy: 0.99, consecutive: 2 } },
      spectra: { every: 100, matrices: 'qk', singularValues: false },
    },
    diagramSettings[side](label),
  );
  const { tasks } = config.data;
  return {
    ...{ name, scale: diagramScale, decay: config.weightDecay, seed, tasks, config },
    variant: `${side}-${label}`,
  };
};

/**
 * All regularisers at one point and seed before the next point, largest rates first: they learn first and are
 * compared first.
 */
const inTurn = (cells: readonly Cell[]): Cell[] =>
  [...cells].sort((a, b) => a.seed - b.seed || b.config.learningRate - a.config.learningRate);

/**
 * The grid: regulariser × (rate, strength) × train fraction × seed, with the same points for all; beside it a
 * diagram at equal strengths, and the authors' own.
 */
export const planOf = ({ quick, seeds = defaultSeeds, options }: PlanRequest): Plan => {
  const choices = choicesOf(options);
  const base = baseOf(choices, quick);
  const grid: Grid = {
    name: '2606.04405',
    base,
    scales: [{ name: 'p97', model: base.model }],
    variants: variantsOf(quick ? quickSearch : whole),
    trainFractions: [...(quick ? quickFractions : paperFractions)],
    decays: [0],
    seeds: [...seeds],
    tasks: [base.data.tasks],
  };
  const wanted = (list: string | undefined, value: string | number | undefined): boolean =>
    list === undefined || list.split(',').includes(String(value));
  const hasPart = (part: Part): boolean => wanted(options.parts ?? (quick ? 'search' : undefined), part);
  const cells = cellsOf(grid).filter(
    (cell) =>
      wanted(options.fractions, cell.config.data.split.trainFraction) &&
      wanted(options.regularisers, regulariserOf(cell)) &&
      !(quick && regulariserOf(cell) === 'elastic'),
  );
  const diagram = (['lrd', 'l2'] as const).flatMap((side) =>
    diagramFractions
      .filter((fraction) => wanted(options.fractions, fraction))
      .flatMap((fraction) =>
        diagramLabels
          .filter((label) => !quick || quickDiagram(side, fraction, label))
          .map((label) => diagramCell(base, side, fraction, label)),
      ),
  );
  const raster = rasterCells(base, quick, seeds).filter(
    (cell) =>
      wanted(options.fractions, cell.config.data.split.trainFraction) &&
      wanted(options.regularisers, rasterPlace(cell)?.side),
  );
  return {
    grid,
    runs: [
      ...(hasPart('search') ? inTurn(cells) : []),
      ...(hasPart('raster') ? inTurn(raster) : []),
      ...(hasPart('diagram') ? diagram : []),
    ],
  };
};

/** ‖P‖_F of five iterations from initial weights, and their ‖W‖_F: a d × d matrix uniform in ±1/√d (section 5.8). */
const polarAfterFive = 7.6;
const initialLength = (d: number): number => Math.sqrt(d / 3);

/**
 * A cell of the authors' diagram by its column's label and by the share that the first step removes of a matrix
 * of Q or K: L2 η times ten times the label, Low-Rank Decay the label times P. All other runs use their
 * configured values.
 */
export const strengthOf = (cell: Cell): SweepCell['strength'] => {
  const { scale, variant, config } = cell;
  const raster = rasterPlace(cell);
  // The requested share: λ is rounded, and rates of one column would differ in their last digits.
  if (raster !== undefined)
    return { label: config.lowRankDecay?.lambda ?? config.weightDecay, perStep: raster.share };
  const [, side, text] = /^(l2|lrd)-(.+)$/.exec(variant ?? '') ?? [];
  const label = Number(text);
  if (scale !== diagramScale || !(label > 0)) return undefined;
  const share =
    side === 'l2'
      ? config.learningRate * 10 * label
      : (polarAfterFive * label) / initialLength(config.model.d);
  return { label, perStep: Number(share.toPrecision(3)) };
};
