import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as v from 'valibot';
import type { InspectRequest } from '../contract/calls.js';
import { toErrorValue } from '../contract/errors.js';
import { printableLine } from '../contract/printable.js';
import { inspectSettingsSchema, type Warning } from '../contract/report.js';
import { ReportStore } from '../contract/reportStore.js';
import { readDescriptorFile } from '../engine/series/descriptorFile.js';
import { writeOutput } from '../disk/atomicFile.js';
import { checkOutput } from '../disk/outputs.js';
import { analyses } from '../engine/analyses/table.js';
import { openEvaluate } from '../engine/evaluation/openEvaluate.js';
import { inspect } from '../engine/inspection/inspect.js';
import { analysisFlags, analysisRequests, analysisUsage } from './analysisOptions.js';
import { parsed } from './arguments.js';
import type { Command, CommandConsole } from './command.js';
import { UsageError } from './command.js';
import { htmlReport } from '../disk/htmlReport.js';
import { progressLine } from './progressLine.js';
import { reportJson } from '../text/reportJson.js';
import { reportTable } from '../text/reportTable.js';

const usage = `Usage: weight-geometry inspect PATH… [OPTIONS]

PATH is a folder of checkpoints, one checkpoint, or a folder of run folders. Several are inspected one after the other,
each a report of its own; one that cannot be read does not stop the others.

  --json FILE      write the report as JSON; - writes it to standard output
  --html FILE      write the report as one HTML file that opens from disk
                   of several paths, --json and --html name a folder that is there, or - for an array of reports
  --model FILE     the model descriptor (else weight-geometry.json or run.json beside the checkpoints)
  --model FILE.onnx --data FILE.npz
                   run a model of your own instead: its initialisers are named like the checkpoints' tensors; the
                   arrays are its inputs under their names, and labels (labels.OUTPUT where it has several outputs)
  --tensors GLOB   analyse the tensors whose names match; trajectories of them as one group
  --metrics PATH   curves of your own run: a file or a folder of TensorBoard, Transformers, Lightning, Weights & Biases,
                   trackio or JSON lines (else those beside the checkpoints)
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
  metrics: { type: 'string' },
  ranks: { type: 'string' },
  exact: { type: 'boolean' },
  controls: { type: 'boolean' },
  analyses: { type: 'string' },
} as const;
const allOptions = { ...analysisFlags(), ...options };

interface InspectArguments {
  readonly requests: readonly InspectRequest[];
  readonly json?: string;
  readonly html?: string;
}

/** Destination of the report of one path: a file, standard output, or none. */
interface Outputs {
  readonly json?: string;
  readonly html?: string;
}

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { requests, json, html } = await parse(args);
  const places = await outputsOf(
    requests.map(({ path }) => path),
    { json, html },
  );
  // JSON output is one document, of one report or of all.
  const printed: string[] = [];
  let status = 0;
  for (const [i, request] of requests.entries()) {
    try {
      printed.push(...(await inspectOne(request, places[i]!, console, requests.length > 1)));
    } catch (thrown) {
      if (requests.length === 1 || console.signal.aborted) throw thrown;
      console.error(`weight-geometry: ${printableLine(toErrorValue(thrown).message)}\n`);
      status = 1;
    }
  }
  if (json === '-') console.out(requests.length === 1 ? printed[0]! : `[\n${printed.join(',\n')}]\n`);
  return status;
};

/** @returns the report as JSON if standard output wants it. */
const inspectOne = async (
  request: InspectRequest,
  { json, html }: Outputs,
  console: CommandConsole,
  isOneOfSeveral: boolean,
): Promise<readonly string[]> => {
  if (isOneOfSeveral) console.error(`${printableLine(request.path)}\n`);
  const store = await inspected(request, console);
  const report = store.report()!;
  if (json !== undefined && json !== '-') await writeOutput(json, reportJson(report));
  if (html !== undefined) await writeOutput(html, await htmlReport(store.asAddition()));
  if (json === '-') return [reportJson(report)];
  console.out(reportTable(report));
  for (const [what, path] of [
    ['JSON report', json],
    ['HTML report', html],
  ]) {
    if (path !== undefined) console.out(`${what}: ${printableLine(resolve(path))}\n`);
  }
  return [];
};

/**
 * The outputs of each path, checked for writability before any work. For several paths the named output is a
 * folder, and each report is named after its path.
 */
const outputsOf = async (
  paths: readonly string[],
  { json, html }: { readonly json: string | undefined; readonly html: string | undefined },
): Promise<Outputs[]> => {
  if (
    json !== undefined &&
    json !== '-' &&
    html !== undefined &&
    resolve(json) === resolve(html) &&
    paths.length === 1
  ) {
    throw new UsageError(`--json and --html both name ${json}.`);
  }
  const named = async (given: string | undefined, ending: string): Promise<(string | undefined)[]> => {
    if (given === undefined || given === '-') return paths.map(() => given);
    if (paths.length === 1) {
      await checkOutput(given);
      return [given];
    }
    const isFolder = await stat(given).then(
      (there) => there.isDirectory(),
      () => false,
    );
    if (!isFolder) {
      throw new UsageError(
        `With several paths ${ending === 'json' ? '--json' : '--html'} names a folder that is there.`,
      );
    }
    const files = fileNames(paths).map((name) => join(given, `${name}.${ending}`));
    for (const file of files) await checkOutput(file);
    return files;
  };
  const [jsons, htmls] = [await named(json, 'json'), await named(html, 'html')];
  return paths.map((_, i) => ({
    ...(jsons[i] === undefined ? {} : { json: jsons[i] }),
    ...(htmls[i] === undefined ? {} : { html: htmls[i] }),
  }));
};

/** The last component of each path; repeated ones are numbered. */
export const fileNames = (paths: readonly string[]): string[] => {
  const taken = new Set<string>();
  return paths.map((path) => {
    const name = basename(path) || 'root';
    let free = name;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name}-${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
};

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'the geometry of a checkpoint or a series: spectra, trajectories, reconstruction',
  usage,
  options: allOptions,
  values: { analyses: analyses.map(({ id }) => id) },
  run,
};

const parse = async (args: readonly string[]): Promise<InspectArguments> => {
  const { values, positionals } = parsed(args, allOptions);
  if (positionals.length === 0) throw new UsageError('inspect needs the path of a checkpoint or a folder.');
  const settings = v.parse(inspectSettingsSchema, {
    ...(values.tensors === undefined ? {} : { tensors: values.tensors }),
    ...(values.ranks === undefined ? {} : { ranks: parseRanks(values.ranks) }),
    ...(values.exact === true ? { precision: 'exact' } : {}),
  });
  const model = await readModel(values.model, values.data);
  // A base implies the comparison.
  const named = [values.controls === true ? 'controls' : undefined, 'base' in values ? 'compare' : undefined];
  const names = [values.analyses, ...named];
  const list = names.filter((name) => name !== undefined).join(',');
  const requested = await analysisRequests(list === '' ? undefined : list, values);
  return {
    requests: positionals.map((path) => ({
      ...{ path: resolve(path), settings, ...model },
      ...(values.metrics === undefined ? {} : { metrics: resolve(values.metrics) }),
      ...(requested.length === 0 ? {} : { analyses: requested }),
    })),
    ...(values.json === undefined ? {} : { json: values.json }),
    ...(values.html === undefined ? {} : { html: values.html }),
  };
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
