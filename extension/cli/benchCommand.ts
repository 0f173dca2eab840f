import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { reportVersions } from '../engine/ground/versions.js';
import { writeOutput } from '../disk/atomicFile.js';
import type { Measurement } from './bench/bench.js';
import { benches } from './bench/registry.js';
import { withResults } from './bench/resultsFile.js';
import { checkOutput } from '../disk/outputs.js';
import { limits, readTextIfThere } from '../disk/regularFile.js';
import { didYouMean } from '../engine/ground/nearest.js';
import { parsed } from './arguments.js';
import type { Command, CommandConsole } from './command.js';
import { UsageError } from './command.js';
import { shortNumber, textTable } from '../text/textTable.js';

const usage = `Usage: weight-geometry bench [NAME…] [--only TEXT] [--json FILE] [--results FILE]

Runs the benchmarks named, or all, beside their peers where those are installed:

${benches.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

  --only TEXT      of the sizes of train, those whose name holds TEXT, as in "batch 512, d 128"
  --json FILE      write the measurements as JSON; - writes them to standard output
  --results FILE   put them into a Markdown file as sections by benchmark (test/bench/RESULTS.md)
`;

const options = {
  only: { type: 'string', default: '' },
  json: { type: 'string' },
  results: { type: 'string' },
} as const;

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { values, positionals: names } = parsed(args, options);
  const { only, json, results: resultsFile } = values;
  const wanted = names.length === 0 ? benches : names.map(benchNamed);
  if (json !== undefined && json !== '-') await checkOutput(json);
  if (resultsFile !== undefined) await checkOutput(resultsFile);
  const isWanted = (name: string): boolean => name.includes(only);
  const results: { bench: string; measurements: readonly Measurement[] }[] = [];
  for (const bench of wanted) {
    console.error(`${bench.name}: ${bench.summary}\n`);
    const temporaryFolder = await mkdtemp(join(tmpdir(), 'weight-geometry-bench-'));
    // A benchmark cannot be stopped half-way, but its gigabytes must be deleted.
    const leave = (): void => {
      rmSync(temporaryFolder, { recursive: true, force: true });
      process.exit();
    };
    console.signal.addEventListener('abort', leave);
    try {
      const say = (line: string): void => console.error(`  ${line}\n`);
      results.push({ bench: bench.name, measurements: await bench.run({ say, temporaryFolder, isWanted }) });
      // After each benchmark: the whole takes an hour.
      if (resultsFile !== undefined) await keepResults(resultsFile, results.slice(-1));
    } finally {
      console.signal.removeEventListener('abort', leave);
      await rm(temporaryFolder, { recursive: true, force: true });
    }
  }
  const document = JSON.stringify({ versions: reportVersions(), machine: machine(), results }, null, 1);
  if (json !== undefined && json !== '-') await writeOutput(json, `${document}\n`);
  console.out(json === '-' ? `${document}\n` : table(results));
  return 0;
};

const keepResults = async (
  file: string,
  results: readonly { readonly bench: string; readonly measurements: readonly Measurement[] }[],
): Promise<void> => {
  const of = { date: new Date().toISOString().slice(0, 10), machine: machine(), versions: reportVersions() };
  await writeOutput(file, withResults(await readTextIfThere(file, limits.record), results, of));
};

export const benchCommand: Command = {
  name: 'bench',
  summary: "the project's benchmarks beside their peers",
  usage,
  options,
  operands: benches.map(({ name }) => name),
  run,
};

const benchNamed = (name: string) => {
  const bench = benches.find((candidate) => candidate.name === name);
  if (bench === undefined) {
    const known = benches.map((candidate) => candidate.name).join(', ');
    throw new UsageError(
      `There is no benchmark ${JSON.stringify(name)}; there are ${known}.${didYouMean(
        name,
        benches.map((each) => each.name),
      )}`,
    );
  }
  return bench;
};

const machine = (): string => {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}`;
};

const table = (results: readonly { bench: string; measurements: readonly Measurement[] }[]): string => {
  const rows = results.flatMap(({ bench, measurements }) =>
    measurements.map((m) => [
      bench,
      m.name,
      `${shortNumber(m.ours)} ${m.unit}`,
      m.peer === undefined ? 'not installed' : `${shortNumber(m.peer.value)} ${m.unit}`,
      m.peer?.name ?? '',
      m.ratio === undefined ? '' : `${m.ratio.toFixed(2)} ×`,
      m.aim ?? '',
      m.note ?? '',
    ]),
  );
  const columns = ['bench', 'measured', 'ours', 'peer', 'peer is', 'ratio', 'aim', 'note'];
  return `${textTable(
    columns.map((title) => ({ title })),
    rows,
  )}\n`;
};
