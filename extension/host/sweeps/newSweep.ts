import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { taskNames, type TaskName } from '../../contract/descriptor.js';
import { GeometryError } from '../../contract/errors.js';
import { durationText } from '../../contract/timeLeft.js';
import type { PresetEntry } from '../../contract/training.js';
import { writeAtomically } from '../../disk/atomicFile.js';
import { askSteps, inputStep, pickStep, type Step } from '../multiStep.js';
import type { Reader } from '../processes/reader.js';
import type { Training } from '../training/training.js';
import { gridSize, numbersIn, taskSetsIn } from './gridAxes.js';

/** The wizard's state. */
interface Answers {
  preset: PresetEntry;
  decays: readonly number[];
  seeds: readonly number[];
  tasks: readonly (readonly TaskName[])[];
  fractions: readonly number[];
  file: string;
}

interface Services {
  readonly reader: Reader;
  readonly training: Training;
}

const base = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd();
const listed = (values: readonly (number | string)[]): string => values.join(', ');

/** Asks for a base and the axes, writes the grid's file and returns it; undefined if the user cancels. */
export async function newSweep({ reader, training }: Services): Promise<string | undefined> {
  const presets = await reader.presets();
  if (!presets.ok) throw new GeometryError(presets.error.code, presets.error.message, presets.error);
  const [first] = presets.value;
  const answers: Answers = {
    preset: first!,
    decays: [],
    seeds: [],
    tasks: [],
    fractions: [],
    file: '',
  };
  const steps = [
    chooseBase(presets.value),
    numbers('decays', vscode.l10n.t('Weight decays'), { least: 0 }),
    numbers('seeds', vscode.l10n.t('Seeds of the weights, the batches and the split'), {
      least: 0,
      areWhole: true,
    }),
    numbers('fractions', vscode.l10n.t('Shares of the pairs that train, above 0 and below 1'), {
      above: 0,
      below: 1,
    }),
    chooseTasks,
    chooseFile(training),
  ];
  if (!(await askSteps(vscode.l10n.t('New Sweep'), steps, answers, { isFollowed: true }))) return undefined;
  const { preset, decays, seeds, tasks, fractions, file } = answers;
  const grid = {
    name: path.basename(file).replace(/(\.wggrid)?\.json$/i, ''),
    base: preset.name,
    scales: [{ name: preset.name.replaceAll(/[^a-z0-9.-]/gi, '-'), model: preset.config.model }],
    trainFractions: fractions,
    decays,
    seeds,
    tasks,
  };
  await writeAtomically(file, `${JSON.stringify(grid, null, 2)}\n`);
  return file;
}

type BaseItem = vscode.QuickPickItem & { readonly preset: PresetEntry };

const chooseBase =
  (presets: readonly PresetEntry[]): Step<Answers> =>
  (answers, place) => {
    const items = presets.map((preset): BaseItem => ({
      label: preset.name,
      detail: preset.summary,
      preset,
    }));
    return pickStep(place, {
      placeholder: vscode.l10n.t('What all runs share: a preset'),
      items,
      active: items.find(({ preset }) => preset.name === answers.preset.name),
      onChoose: ({ preset }) => {
        const { weightDecay, initSeed, data } = preset.config;
        Object.assign(answers, {
          preset,
          decays: [weightDecay],
          seeds: [initSeed],
          fractions: [data.split.trainFraction],
          tasks: [data.tasks],
        });
        return 'next';
      },
    });
  };

const numbers =
  (
    axis: 'decays' | 'seeds' | 'fractions',
    prompt: string,
    limits: Parameters<typeof numbersIn>[1],
  ): Step<Answers> =>
  (answers, place) =>
    inputStep(place, {
      prompt: vscode.l10n.t('{0}: values with commas between. Runs so far: {1}', prompt, gridSize(answers)),
      value: listed(answers[axis]),
      check: (value) => {
        const read = numbersIn(value, limits);
        return Promise.resolve(
          read === undefined ? vscode.l10n.t('Numbers in range, each once.') : undefined,
        );
      },
      onChoose: (value) => (answers[axis] = numbersIn(value, limits)!),
    });

const chooseTasks: Step<Answers> = (answers, place) =>
  inputStep(place, {
    prompt: vscode.l10n.t(
      'Sets of tasks with commas between; tasks of a set are joined by +. There are {0}.',
      listed(taskNames),
    ),
    value: listed(answers.tasks.map((set) => set.join('+'))),
    check: (value) =>
      Promise.resolve(
        taskSetsIn(value) === undefined ? vscode.l10n.t('Known tasks, each set once.') : undefined,
      ),
    onChoose: (value) => (answers.tasks = taskSetsIn(value)!),
  });

const chooseFile =
  (training: Training): Step<Answers> =>
  (answers, place) =>
    inputStep(place, {
      prompt: sizeSays(answers, training),
      value: answers.file || 'sweep.wggrid.json',
      check: (value) => {
        const file = path.resolve(base(), value);
        if (!/\.wggrid\.json$/.test(file))
          return Promise.resolve(vscode.l10n.t('The name ends in .wggrid.json.'));
        return Promise.resolve(
          fs.existsSync(file) ? vscode.l10n.t('There is such a file: name another.') : undefined,
        );
      },
      onChoose: (value) => (answers.file = path.resolve(base(), value)),
    });

/** The number of runs, and an estimate of the time if the pace of a run of the same shape is known. */
function sizeSays(answers: Answers, training: Training): string {
  const runs = gridSize(answers);
  const { maxSteps } = answers.preset.config;
  const steps = runs * maxSteps;
  const pace = paceOf(answers.preset, training);
  const most =
    pace === undefined
      ? vscode.l10n.t('how long is known when the first has begun')
      : vscode.l10n.t('at most about {0}', durationText((1000 * steps) / pace, vscode.env.language));
  return vscode.l10n.t('Runs: {0}, of at most {1} steps each; {2}. File of the grid:', runs, maxSteps, most);
}

/** Steps per second of the last run with the same model and batch. */
function paceOf({ config }: PresetEntry, training: Training): number | undefined {
  const same = training.runs.filter(
    ({ file }) =>
      file !== undefined &&
      JSON.stringify(file.config.model) === JSON.stringify(config.model) &&
      file.config.batch === config.batch,
  );
  return same.map(({ last }) => last?.stepsPerSecond).find((pace) => pace !== undefined);
}
