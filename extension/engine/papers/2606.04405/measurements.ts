import type { Amount, Measurement } from '../../../contract/report.js';
import { memorisedShare } from '../../models/tasks/mirrors.js';
import type { CellResult, Measured } from '../paper.js';
import type { RunFile } from '../../../contract/run.js';
import { GOAL, type DecayAnalysis } from './measure.js';
import { diagramScale, regulariserOf } from './plan.js';
import { publishedCell, publishedRank, publishedSteps, type DiagramSide } from './published.js';

export type Result = CellResult<DecayAnalysis>;

export const tableTitles = {
  runs: 'Rank collapse and generalisation, run by run',
  diagram: 'The authors’ diagram: test accuracy at the end, p 113',
} as const;

interface Row {
  readonly name: string;
  readonly format: Measurement['format'];
  readonly says: string;
  readonly value: (analysis: DecayAnalysis, steps: number) => Amount | undefined;
  readonly null?: { readonly name: string; readonly value: (result: Result) => Amount };
  readonly published?: (result: Result) => Amount | undefined;
}

/** Label and side of a cell of the authors' diagram. */
export const diagramPlace = ({ cell }: Result) => {
  const found = /^(l2|lrd)-(.+)$/.exec(cell.variant ?? '');
  if (cell.scale !== diagramScale || found === null) return undefined;
  return {
    side: found[1] as DiagramSide,
    label: Number(found[2]),
    fraction: cell.config.data.split.trainFraction,
  };
};

/** The paper's numbers are of one train fraction. */
const publishedOf = <T>(values: Readonly<Partial<Record<string, T>>>, { cell }: Result): T | undefined => {
  const name = regulariserOf(cell);
  return name === undefined || cell.config.data.split.trainFraction !== 0.4 ? undefined : values[name];
};

const chance = {
  name: 'mirrors answered from memory',
  value: ({ cell }: Result): Amount => memorisedShare(cell.config.model.prime, cell.config.data.split),
};

const rows: readonly Row[] = [
  {
    name: 'steps to 95 %',
    format: 'count',
    says: `First evaluation with a test accuracy of ${GOAL}.`,
    value: ({ generalised }, steps) => generalised ?? { above: steps },
    published: (result) => publishedOf(publishedSteps, result),
  },
  {
    name: 'stable rank, first',
    format: 'number',
    says: '‖W‖_F²/‖W‖₂², mean over Q and K of all layers, of the first weights.',
    value: ({ firstRank }) => firstRank,
    published: () => publishedRank.first,
  },
  {
    name: 'stable rank, step 500',
    format: 'number',
    says: 'The same at step 500; absent where the run ended before.',
    value: ({ rankAt500 }) => rankAt500,
    published: (result) => publishedOf(publishedRank.at500, result),
  },
  {
    name: 'stable rank, generalised',
    format: 'number',
    says: 'The same at the step that reaches 95 %.',
    value: ({ rankGeneralised }) => rankGeneralised,
  },
  {
    name: 'stable rank, twice the step',
    format: 'number',
    says: 'The same at twice that step, where the run went on.',
    value: ({ rankAtTwice }) => rankAtTwice,
  },
  {
    name: 'rank halved at',
    format: 'count',
    says: 'First step at which the stable rank is at most half of its first value.',
    value: ({ collapsed }, steps) => collapsed ?? { above: steps },
  },
  {
    name: 'lead',
    format: 'count',
    says: 'Steps from the halved rank to 95 %: positive where the rank falls first.',
    value: ({ lead }) => lead,
  },
  {
    name: 'test accuracy',
    format: 'accuracy',
    says: 'At the end of the run. Null: a model that remembers its training pairs and answers (b, a) as (a, b).',
    value: ({ testAccuracy }) => testAccuracy,
    null: chance,
    published: (result) => {
      const place = diagramPlace(result);
      return place && publishedCell(place.side, place.fraction, place.label);
    },
  },
  {
    name: 'gradient along W',
    format: 'number',
    says: 'Mean |⟨∇L, W⟩|/(‖∇L‖‖W‖) of Q and K over the run: zero where the loss does not change with the length of W.',
    value: ({ gradientCosine }) => gradientCosine,
  },
];

/** Every number of one run. */
export const measurementsOf = (result: Result): Measurement[] => {
  const { analysis, run, cell } = result;
  const steps = run?.lastStep ?? cell.config.maxSteps;
  return rows.map(({ name, format, says, value, null: nullOf, published }): Measurement => {
    const measured = analysis && value(analysis, steps);
    const inPaper = published?.(result);
    return {
      ...{ name, table: tableTitles.runs, format, says },
      ...(measured === undefined ? {} : { value: measured }),
      nulls: analysis && nullOf ? [{ name: nullOf.name, value: nullOf.value(result) }] : [],
      ...(inPaper === undefined ? {} : { published: inPaper }),
    };
  });
};

/** Accuracies alone: nothing of this paper is rebuilt from parts. */
export const curvesOf = (run: RunFile, { testAccuracy }: DecayAnalysis): Measured => ({
  step: run.lastStep,
  testAccuracy: Object.fromEntries(run.data.tasks.map((task) => [task, testAccuracy])),
  reconstructions: [],
  nullCurves: [],
});
