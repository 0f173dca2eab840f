import path from 'node:path';
import { parseArgs } from 'node:util';
import { printableLine } from '../contract/printable.js';
import { outputs, reproduce, runsOf } from '../engine/papers/2602.18649/reproduce.js';
import {
  companionBatch,
  planOf,
  quickPart,
  wholeGrid,
  type Choices,
  type Part,
} from '../engine/papers/2602.18649/plan.js';
import { tablesOf } from '../engine/papers/2602.18649/tables.js';
import { sideBySide } from '../engine/runs/sideBySide.js';
import { UsageError, type Command, type CommandConsole } from './command.js';
import { providerNamed, wholeNumber } from './options.js';
import { progressLine } from './progressLine.js';
import { textTable } from './textTable.js';
import { sweepTraining } from './sweepTraining.js';
import { trainProgress } from './trainProgress.js';

const papers = ['2602.18649'] as const;

const usage = `Usage: weight-geometry reproduce ${papers.join('|')} [--quick] --out DIR [OPTIONS]

Trains the runs of a paper, measures each, and writes measured | published | null into DIR: tables.md,
results.json and report.html. What was not measured stays open. The same command goes on where it was stopped.

2602.18649: three tasks on one trunk, three model sizes × five weight decays; before them single tasks and a run that
does not grok.

  --out DIR            where the runs and the tables go; made when absent
  --quick              of the grid only the baseline size at weight decay 1: five to fifteen minutes on two cores
  --scales LIST        of the grid only these sizes: ${wholeGrid.scales.join(',')}
  --decays LIST        of the grid only these weight decays: ${wholeGrid.decays.join(',')}
  --readout first|mean heads read the first token (default: the companion's code) or the mean of both (the paper's text)
  --batch 512|full     pairs per step: drawn with replacement (default: the companion's code), or all (the paper's text)
  --pairs all|nonzero  of all tasks: all 97² pairs (default: the paper's text), or those without zero (the companion's code)
  --provider NAME      auto (default), cpu, webgpu or cuda
  --jobs N             runs at once (default: on the CPU one per core; on a GPU as many as a short trial finds fastest)
`;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        quick: { type: 'boolean', default: false },
        scales: { type: 'string' },
        decays: { type: 'string' },
        jobs: { type: 'string' },
        readout: { type: 'string', default: 'first' },
        batch: { type: 'string', default: String(companionBatch) },
        pairs: { type: 'string', default: 'all' },
        provider: { type: 'string', default: 'auto' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

const choicesOf = (readout: string, batch: string, pairs: string): Choices => {
  if (readout !== 'first' && readout !== 'mean') throw new UsageError('--readout is first or mean.');
  if (batch !== 'full' && !/^[1-9]\d*$/.test(batch)) throw new UsageError('--batch is a number or full.');
  if (pairs !== 'all' && pairs !== 'nonzero') throw new UsageError('--pairs is all or nonzero.');
  return { readout, batch: batch === 'full' ? 'full' : Number(batch), pairs };
};

/** Those of `all` that a list with commas names. */
const chosen = <T extends string | number>(option: string, list: string | undefined, all: readonly T[]) => {
  if (list === undefined) return all;
  return list.split(',').map((name) => {
    const found = all.find((each) => String(each) === name.trim());
    if (found === undefined) throw new UsageError(`${option} takes of ${all.join(',')}.`);
    return found;
  });
};

const partOf = (quick: boolean, scales: string | undefined, decays: string | undefined): Part => {
  if (quick && (scales ?? decays) !== undefined) {
    throw new UsageError('--quick is a part of the grid itself: leave out --scales and --decays.');
  }
  if (quick) return quickPart;
  return {
    scales: chosen('--scales', scales, wholeGrid.scales),
    decays: chosen('--decays', decays, wholeGrid.decays),
  };
};

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { values, positionals } = parse(args);
  const [paper, ...extra] = positionals;
  if (paper === undefined) throw new UsageError('Name a paper by its arXiv number.');
  if (!papers.some((known) => known === paper)) {
    throw new UsageError(`${paper} is not one of the papers that can be reproduced: ${papers.join(', ')}.`);
  }
  if (extra.length > 0) throw new UsageError(`One paper at a time; ${extra.join(' ')} is left over.`);
  const { out, quick } = values;
  if (out === undefined) throw new UsageError('Say where the runs go: --out DIR.');
  const provider = providerNamed(values.provider);
  const asked = wholeNumber('--jobs', values.jobs);
  const part = partOf(quick, values.scales, values.decays);
  const choices = choicesOf(values.readout, values.batch, values.pairs);
  const progress = progressLine(console);
  const configs = runsOf(planOf(choices, part)).map(({ config }) => config);
  const shared = await sideBySide(provider, configs, { jobs: asked });
  const results = await reproduce({
    ...{ out, choices, part, provider },
    training: sweepTraining(shared),
    command: `weight-geometry reproduce ${paper} --out ${out} --readout ${choices.readout} --batch ${choices.batch} --pairs ${choices.pairs}`,
    signal: console.signal,
    onRun: ({ name, config }, folder) => {
      console.error(`${printableLine(`${name}: ${folder}`)}\n`);
      return trainProgress(console, config.maxSteps, shared.jobs === 1 ? undefined : name).events;
    },
    onProgress: progress.show,
  });
  progress.clear();
  for (const { title, columns, rows, notes } of tablesOf(results)) {
    const titles = columns.map((column) => ({ title: column }));
    console.out(`${title}\n\n${textTable(titles, rows)}\n\n${notes.join('\n')}\n\n`);
  }
  for (const name of Object.values(outputs)) console.out(`${printableLine(path.resolve(out, name))}\n`);
  return 0;
};

export const reproduceCommand: Command = {
  name: 'reproduce',
  summary: "a paper's runs and its tables: measured, published, null",
  usage,
  run,
};
