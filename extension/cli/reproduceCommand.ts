import path from 'node:path';
import { parseArgs } from 'node:util';
import { providerNames, type ProviderName } from '../contract/run.js';
import { outputs, reproduce } from '../engine/reproduction/reproduce.js';
import type { Choices } from '../engine/reproduction/plan.js';
import { tablesOf } from '../engine/reproduction/tables.js';
import { UsageError, type Command, type CommandConsole } from './command.js';
import { progressLine } from './progressLine.js';
import { textTable } from './textTable.js';
import { trainProgress } from './trainProgress.js';

const papers = ['2602.18649'] as const;

const usage = `Usage: weight-geometry reproduce ${papers.join('|')} [--quick] --out DIR [OPTIONS]

Trains the runs of a paper, measures each, and writes measured | published | null into DIR: tables.md,
results.json and report.html. What was not measured stays open. The same command goes on where it was stopped.

2602.18649: three tasks on one trunk, three model sizes × five weight decays; before them single tasks and a run that
does not grok.

  --out DIR            where the runs and the tables go; made when absent
  --quick              of the grid only the baseline size at weight decay 1: about fifteen minutes on two cores
  --readout first|mean heads read the first token (default: the companion's code) or the mean of both (the paper's text)
  --batch 512|full     pairs per step: drawn with replacement (default: the companion's code), or all (the paper's text)
  --provider NAME      auto (default), cpu, webgpu or cuda
`;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        quick: { type: 'boolean', default: false },
        readout: { type: 'string', default: 'first' },
        batch: { type: 'string', default: '512' },
        provider: { type: 'string', default: 'auto' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

const choicesOf = (readout: string, batch: string): Choices => {
  if (readout !== 'first' && readout !== 'mean') throw new UsageError('--readout is first or mean.');
  if (batch !== 'full' && !/^[1-9]\d*$/.test(batch)) throw new UsageError('--batch is a number or full.');
  return { readout, batch: batch === 'full' ? 'full' : Number(batch) };
};

const isProvider = (name: string): name is ProviderName =>
  (providerNames as readonly string[]).includes(name);

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { values, positionals } = parse(args);
  const [paper, ...extra] = positionals;
  if (paper === undefined) throw new UsageError('Name a paper by its arXiv number.');
  if (!papers.some((known) => known === paper)) {
    throw new UsageError(`${paper} is not one of the papers that can be reproduced: ${papers.join(', ')}.`);
  }
  if (extra.length > 0) throw new UsageError(`One paper at a time; ${extra.join(' ')} is left over.`);
  const { out, quick, provider } = values;
  if (out === undefined) throw new UsageError('Say where the runs go: --out DIR.');
  if (!isProvider(provider)) throw new UsageError(`--provider is one of ${providerNames.join(', ')}.`);
  const choices = choicesOf(values.readout, values.batch);
  const progress = progressLine(console);
  const results = await reproduce({
    out,
    choices,
    quick,
    provider,
    command: `weight-geometry reproduce ${paper} --out ${out} --readout ${choices.readout} --batch ${choices.batch}`,
    signal: console.signal,
    onRun: ({ name, config }, folder) => {
      console.error(`${name}: ${folder}\n`);
      return trainProgress(console, config.maxSteps).events;
    },
    onProgress: progress.show,
  });
  progress.clear();
  for (const { title, columns, rows, notes } of tablesOf(results)) {
    const titles = columns.map((column) => ({ title: column }));
    console.out(`${title}\n\n${textTable(titles, rows)}\n\n${notes.join('\n')}\n\n`);
  }
  for (const name of Object.values(outputs)) console.out(`${path.resolve(out, name)}\n`);
  return 0;
};

export const reproduceCommand: Command = {
  name: 'reproduce',
  summary: "a paper's runs and its tables: measured, published, null",
  usage,
  run,
};
