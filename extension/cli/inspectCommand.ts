import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import type { InspectRequest } from '../contract/calls.js';
import { printableLine } from '../contract/printable.js';
import { inspectSettingsSchema, type Warning } from '../contract/report.js';
import { ReportStore } from '../contract/reportStore.js';
import { readDescriptorFile } from '../engine/series/descriptorFile.js';
import { writeOutput } from '../disk/atomicFile.js';
import { openEvaluate } from '../engine/evaluation/openEvaluate.js';
import { inspect } from '../engine/inspection/inspect.js';
import { analysisFlags, analysisRequests, analysisUsage } from './analysisOptions.js';
import type { Command, CommandConsole } from './command.js';
import { UsageError } from './command.js';
import { htmlReport } from '../disk/htmlReport.js';
import { progressLine } from './progressLine.js';
import { reportJson } from './reportJson.js';
import { reportTable } from './reportTable.js';

const usage = `Usage: weight-geometry inspect PATH [OPTIONS]

PATH is a folder of checkpoints, one checkpoint, or a folder of run folders.

  --json FILE      write the report as JSON; - writes it to standard output
  --html FILE      write the report as one HTML file that opens from disk
  --model FILE     the model descriptor (else weight-geometry.json or run.json beside the checkpoints)
  --model FILE.onnx --data FILE.npz
                   run a model of your own instead: its initialisers are named like the checkpoints' tensors; the
                   arrays are its inputs under their names, and labels (labels.OUTPUT where it has several outputs)
  --tensors GLOB   analyse the tensors whose names match; trajectories of them as one group
  --exact          decompose very large matrices too, however long it takes (else their spectra are estimated)
${analysisUsage()}
  --controls       the same as --analyses controls; --base PATH the same as --analyses compare --base PATH
  --ranks LIST     ranks of reconstruction, separated by commas (else every rank to 16, then a ladder)

Without --json - a readable table goes to standard output. Warnings and progress go to standard error.
`;

const options = {
  json: { type: 'string' },
  html: { type: 'string' },
  model: { type: 'string' },
  data: { type: 'string' },
  tensors: { type: 'string' },
  ranks: { type: 'string' },
  exact: { type: 'boolean' },
  controls: { type: 'boolean' },
  analyses: { type: 'string' },
} as const;

interface InspectArguments {
  readonly request: InspectRequest;
  readonly json?: string;
  readonly html?: string;
}

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { request, json, html } = await parse(args);
  const store = await inspected(request, console);
  const report = store.report()!;
  if (json !== undefined && json !== '-') await writeOutput(json, reportJson(report));
  if (html !== undefined) await writeOutput(html, await htmlReport(store.asAddition()));
  if (json === '-') {
    console.out(reportJson(report));
    return 0;
  }
  console.out(reportTable(report));
  for (const [what, path] of [
    ['JSON report', json],
    ['HTML report', html],
  ]) {
    if (path !== undefined) console.out(`${what}: ${printableLine(resolve(path))}\n`);
  }
  return 0;
};

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'the geometry of a checkpoint or a series: spectra, trajectories, reconstruction',
  usage,
  run,
};

const parse = async (args: readonly string[]): Promise<InspectArguments> => {
  const { values, positionals } = parsedArguments(args);
  const [path] = positionals;
  if (path === undefined) throw new UsageError('inspect needs the path of a checkpoint or a folder.');
  if (positionals.length > 1) throw new UsageError(`inspect takes one path, not ${positionals.length}.`);
  const settings = v.parse(inspectSettingsSchema, {
    ...(values.tensors === undefined ? {} : { tensors: values.tensors }),
    ...(values.ranks === undefined ? {} : { ranks: parseRanks(values.ranks) }),
    ...(values.exact === true ? { precision: 'exact' } : {}),
  });
  const model = await readModel(values.model, values.data);
  // A base asks for the comparison: nobody need say so twice.
  const named = [values.controls === true ? 'controls' : undefined, 'base' in values ? 'compare' : undefined];
  const names = [values.analyses, ...named];
  const list = names.filter((name) => name !== undefined).join(',');
  const analyses = await analysisRequests(list === '' ? undefined : list, values);
  return {
    request: { path: resolve(path), settings, ...model, ...(analyses.length === 0 ? {} : { analyses }) },
    ...(values.json === undefined ? {} : { json: values.json }),
    ...(values.html === undefined ? {} : { html: values.html }),
  };
};

const parsedArguments = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: { ...analysisFlags(), ...options },
      allowPositionals: true,
    });
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
  }
};

/** Positive whole numbers, as "1,2,64". */
export const parseRanks = (text: string): number[] =>
  text.split(',').map((part) => {
    const rank = Number(part);
    if (!Number.isInteger(rank) || rank < 1) {
      throw new UsageError(
        `--ranks takes positive whole numbers separated by commas, not ${JSON.stringify(part)}.`,
      );
    }
    return rank;
  });

/** A descriptor, or an ONNX model with the data it is run on. */
const readModel = async (
  model: string | undefined,
  data: string | undefined,
): Promise<Pick<InspectRequest, 'descriptor' | 'evaluation'>> => {
  const isOnnx = model?.toLowerCase().endsWith('.onnx') === true;
  if (isOnnx !== (data !== undefined)) {
    throw new UsageError('--data FILE.npz goes with --model FILE.onnx, and the model with its data.');
  }
  if (model === undefined) return {};
  if (data !== undefined) return { evaluation: { model: resolve(model), data: resolve(data) } };
  const path = resolve(model);
  return { descriptor: { value: await readDescriptorFile(path), path } };
};

const inspected = async (request: InspectRequest, console: CommandConsole): Promise<ReportStore> => {
  const store = new ReportStore();
  const progress = progressLine(console);
  try {
    await inspect(request, {
      signal: console.signal,
      onAddition: (addition) => {
        store.add(addition);
        for (const warning of addition.warnings ?? []) {
          progress.clear();
          console.error(`${printableLine(warningLine(warning))}\n`);
        }
      },
      onProgress: progress.show,
      evaluator: openEvaluate,
    });
  } finally {
    progress.clear();
  }
  return store;
};

const warningLine = ({ code, message, path }: Warning): string => {
  const place = path === undefined || message.includes(path) ? '' : ` (${path})`;
  return `warning: ${message}${place} [${code}]`;
};
