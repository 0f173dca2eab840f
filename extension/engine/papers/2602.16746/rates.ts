import type { SweepTable } from '../../../contract/report.js';
import { leadLawWithInterval } from '../../geometry/curvature/leadLaw.js';
import type { Cell } from '../../runs/grid.js';
import { none, share, whole } from '../measurementTable.js';
import type { PaperFlag } from '../paper.js';
import { isPlain } from './interventions.js';
import { ruleOnset, type Result } from './measurements.js';

export const ratesFlag: PaperFlag = {
  name: 'rates',
  value: 'LIST',
  help: 'besides, addition at these learning rates (the paper: 3e-5,1e-4,3e-4,1e-3,3e-3,1e-2), for the law of the lead',
  accepts: /^\d*\.?\d+(e-?\d{1,2})?$/,
  list: true,
};

/**
 * Runs grok at about 3 over the rate steps (the paper: 136,000 at 3e-5 to 1000 at 3e-3). Maximum steps as a
 * multiple of that.
 */
const stepsOf = (rate: number): number => Math.max(2000, Math.round(6 / rate / 100) * 100);
/** Few enough to measure a slow run within minutes. */
const checkpoints = 60;

/**
 * The same run at another learning rate; the intervals of evaluations and checkpoints scale with its length.
 */
export const ratedCells = (base: Cell, rates: readonly number[]): Cell[] =>
  rates
    .filter((rate) => rate !== base.config.learningRate)
    .map((rate) => {
      const name = `${base.name}-lr${rate}`;
      const maxSteps = stepsOf(rate);
      const every = Math.max(20, Math.ceil(maxSteps / checkpoints / 20) * 20);
      return {
        ...{ ...base, name },
        config: {
          ...{ ...base.config, name, maxSteps, learningRate: rate },
          ...{ evaluateEvery: every, checkpointEvery: every },
        },
      };
    });

const bootstrap = { draws: 1000, seed: 1 };

/**
 * Lead against grok step over learning rates, with its power law, the law's interval, and the interval for
 * uninformative onsets.
 */
export const rateTable = (results: readonly Result[]): SweepTable[] => {
  const measured = results.filter((result) => isPlain(result) && result.analysis && result.cell.decay === 1);
  const rates = new Set(measured.map(({ cell }) => cell.config.learningRate));
  if (rates.size < 2) return [];
  const rows = measured
    .map((result) => {
      const onset = ruleOnset(result.analysis!, 'float64')?.step;
      const { grokStep } = result;
      const lead = onset === undefined || grokStep === undefined ? undefined : grokStep - onset;
      return { result, onset, grokStep, lead, rate: result.cell.config.learningRate };
    })
    .sort((a, b) => a.rate - b.rate);
  const points = rows.flatMap(({ grokStep, lead }) =>
    grokStep === undefined || lead === undefined ? [] : [{ grokStep, lead }],
  );
  const law = leadLawWithInterval(points, bootstrap);
  const shown = points.filter(({ lead }) => lead > 0);
  const leftOut = points.length - shown.length;
  const [low, high] = [
    Math.min(...shown.map(({ grokStep }) => grokStep)),
    Math.max(...shown.map(({ grokStep }) => grokStep)),
  ];
  return [
    {
      title: 'Lead over grokking across learning rates',
      columns: ['run', 'learning rate', 'onset', 'grok step', 'lead', 'lead / grok step'],
      rows: rows.map(({ result, rate, onset, grokStep, lead }) => [
        ...[result.cell.name, String(rate), whole(onset), whole(grokStep), whole(lead)],
        lead === undefined || grokStep === undefined ? none : share(lead / grokStep),
      ]),
      notes: [
        law === undefined
          ? 'A power law needs three runs with a positive lead.'
          : `lead = ${law.factor.toPrecision(2)} · grokStep^α with α = ${law.alpha.toFixed(2)} (95 % of ${bootstrap.draws} bootstrap draws of the ${law.runs} runs: ${law.low.toFixed(2)} to ${law.high.toFixed(2)}), R² = ${law.rSquared.toFixed(2)}. Published: 1.27 ± 0.03, R² = 0.97, 43 runs. Null, onsets uniform before the grok step: α = ${law.null.alpha.toFixed(2)} (${law.null.low.toFixed(2)} to ${law.null.high.toFixed(2)}), R² = ${law.null.rSquared.toFixed(2)}.`,
        ...(leftOut === 0
          ? []
          : [
              `Left out of the fit: ${leftOut} of ${points.length} runs that grok, whose onset does not come before the grok step. A law of leads above 0 knows nothing of them.`,
            ]),
        'A lead is a part of its own grok step, so that a high R² and an exponent near 1 come by themselves; only what lies outside the null says that slow runs lead by more.',
      ],
      plot: {
        x: { title: 'grok step', scale: 'log' },
        y: { title: 'lead', scale: 'log' },
        curves: [
          {
            name: 'runs',
            kind: 'points',
            points: shown.map(({ grokStep, lead }) => ({ x: grokStep, y: lead })),
          },
          ...(law === undefined
            ? []
            : [
                {
                  name: `α = ${law.alpha.toFixed(2)}`,
                  kind: 'line' as const,
                  points: [low, high].map((x) => ({ x, y: law.factor * x ** law.alpha })),
                },
              ]),
          {
            name: 'lead = grok step: the most there is',
            kind: 'null',
            points: shown.length === 0 ? [] : [low, high].map((x) => ({ x, y: x })),
          },
        ],
      },
    },
  ];
};
