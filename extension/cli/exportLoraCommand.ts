import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GeometryError } from '../contract/errors.js';
import { printableLine } from '../contract/printable.js';
import { writeAtomically } from '../disk/atomicFile.js';
import { makeFolder } from '../disk/folders.js';
import { exportedLora, type ExportedLora } from '../engine/analyses/compare/exportLora.js';
import { safetensorsFile } from '../engine/training/run/safetensorsWriter.js';
import { checkOutputFolder } from '../disk/outputs.js';
import { parsed } from './arguments.js';
import type { Command, CommandConsole } from './command.js';
import { UsageError } from './command.js';
import { progressLine } from './progressLine.js';
import { percent, textTable } from '../text/textTable.js';

const usage = `Usage: weight-geometry export-lora PATH --base PATH --out FOLDER [--energy SHARE]

Writes the difference of two models as a LoRA adapter that PEFT loads: adapter_config.json with a rank for each module,
adapter_model.safetensors with the truncated factors.

  --base PATH      the model that the adapter is for
  --out FOLDER     where the adapter is written; it must not hold one
  --energy SHARE   share of Σσ² of each difference that the factors hold, above 0 and at most 1 (0.9)
`;

const files = { weights: 'adapter_model.safetensors', config: 'adapter_config.json' } as const;
/** Modules listed; the configuration has all. */
const mostRows = 30;

const run = async (args: readonly string[], console: CommandConsole): Promise<number> => {
  const { path, base, out, energy } = parse(args);
  for (const name of Object.values(files)) {
    if (!existsSync(join(out, name))) continue;
    throw new GeometryError('in-use', `${out} holds an adapter already (${name}); choose another folder.`);
  }
  await checkOutputFolder(out);
  const progress = progressLine(console);
  let made: ExportedLora;
  try {
    made = await exportedLora(path, base, energy, console.signal, (text, fraction) =>
      progress.show({ text, fraction }),
    );
  } finally {
    progress.clear();
  }
  await makeFolder(out);
  await writeAtomically(join(out, files.weights), safetensorsFile(made.tensors, { format: 'pt' }));
  await writeAtomically(join(out, files.config), `${JSON.stringify(made.config, null, 2)}\n`);
  console.out(summary(made, out));
  if (made.leftOut.length > 0) {
    const named = made.leftOut.slice(0, 4).join(', ') + (made.leftOut.length > 4 ? ', …' : '');
    const what = `${made.leftOut.length} tensor${made.leftOut.length === 1 ? '' : 's'} changed that no LoRA of linear layers holds: ${named}`;
    console.error(`warning: ${printableLine(what)}. [lora-left-out]\n`);
  }
  return 0;
};

const summary = ({ modules }: ExportedLora, out: string): string => {
  const rows = modules
    .slice(0, mostRows)
    .map(({ module, rank, energy }) => [module, String(rank), percent(energy)]);
  const more = modules.length > mostRows ? `\n${modules.length - mostRows} more in the configuration.` : '';
  const table = textTable(
    [{ title: 'module' }, { title: 'rank', align: 'right' }, { title: 'energy', align: 'right' }],
    rows,
  );
  return `${table}${more}\n\nAdapter of ${modules.length} modules: ${printableLine(out)}\n`;
};

interface ExportArguments {
  readonly path: string;
  readonly base: string;
  readonly out: string;
  readonly energy: number;
}

const options = { base: { type: 'string' }, out: { type: 'string' }, energy: { type: 'string' } } as const;

const parse = (args: readonly string[]): ExportArguments => {
  const { values, positionals } = parsed(args, options);
  const [path, more] = positionals;
  if (path === undefined || more !== undefined) throw new UsageError('export-lora takes one path.');
  if (values.base === undefined) throw new UsageError('export-lora needs --base PATH.');
  if (values.out === undefined) throw new UsageError('export-lora needs --out FOLDER.');
  const energy = Number(values.energy ?? 0.9);
  if (!(energy > 0 && energy <= 1)) {
    throw new UsageError(
      `--energy takes a share above 0 and at most 1, not ${JSON.stringify(values.energy)}.`,
    );
  }
  return { path: resolve(path), base: resolve(values.base), out: resolve(values.out), energy };
};

export const exportLoraCommand: Command = {
  name: 'export-lora',
  summary: 'the difference of two models as a LoRA adapter that PEFT loads',
  usage,
  options,
  run,
};
