import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Reply } from '../../contract/calls.js';
import {
  descriptorFileName,
  descriptorSchema,
  taskNames,
  type ModelDescriptor,
  type TaskName,
} from '../../contract/descriptor.js';
import type { Report } from '../../contract/report.js';
import { writeAtomically } from '../../disk/atomicFile.js';
import { askSteps, inputStep, pickStep, type Step } from '../multiStep.js';
import type { Descriptor } from './inspection.js';
import { watchedPlace } from '../watchedPlace.js';

export type Proposed = NonNullable<Report['source']['proposed']>;

/** The properties that weights do not show, as entered by the user so far. */
interface Answers {
  heads: number;
  readout: 'first' | 'mean';
  task: TaskName;
  seed: string;
  trainFraction: string;
  firstToken: 0 | 1;
}

interface ValueItem<T> extends vscode.QuickPickItem {
  readonly value: T;
}

const choice = <T>(
  placeholder: string,
  items: readonly ValueItem<T>[],
  current: (answers: Answers) => T,
  choose: (answers: Answers, value: T) => void,
): Step<Answers> => {
  return (answers, place) =>
    pickStep(place, {
      placeholder,
      items,
      active: items.find(({ value }) => value === current(answers)),
      onChoose: ({ value }) => {
        choose(answers, value);
        return 'next';
      },
    });
};

const headsStep = (d: number): Step<Answers> => {
  const counts = Array.from({ length: Math.min(d, 64) }, (_, i) => i + 1).filter((heads) => d % heads === 0);
  const items = counts.map((heads) => ({
    label: String(heads),
    description: vscode.l10n.t('each of dimension {0}', d / heads),
    value: heads,
  }));
  return choice(
    vscode.l10n.t('How many attention heads has each layer?'),
    items,
    ({ heads }) => heads,
    (answers, heads) => (answers.heads = heads),
  );
};

const readoutStep = (): Step<Answers> =>
  choice(
    vscode.l10n.t('What do the output heads read?'),
    [
      { label: vscode.l10n.t('The first token'), value: 'first' as const },
      { label: vscode.l10n.t('The mean of both tokens'), value: 'mean' as const },
    ],
    ({ readout }) => readout,
    (answers, readout) => (answers.readout = readout),
  );

const taskStep = (): Step<Answers> =>
  choice(
    vscode.l10n.t('Which task was it trained on?'),
    taskNames.map((task) => ({ label: task, value: task })),
    ({ task }) => task,
    (answers, task) => (answers.task = task),
  );

const numberStep = (
  prompt: string,
  key: 'seed' | 'trainFraction',
  isRight: (value: number) => boolean,
  wrong: string,
): Step<Answers> => {
  return (answers, place) =>
    inputStep(place, {
      prompt,
      value: answers[key],
      check: (text) => Promise.resolve(text.trim() !== '' && isRight(Number(text)) ? undefined : wrong),
      onChoose: (text) => (answers[key] = text.trim()),
    });
};

const tokenStep = (): Step<Answers> =>
  choice(
    vscode.l10n.t('Which numbers are among its pairs?'),
    [
      { label: vscode.l10n.t('All, zero with them'), value: 0 as const },
      { label: vscode.l10n.t('All but zero'), value: 1 as const },
    ],
    ({ firstToken }) => firstToken,
    (answers, firstToken) => (answers.firstToken = firstToken),
  );

const modelOf = ({ kind, prime, d, layers, dFf }: Proposed, { heads, readout }: Answers): unknown => {
  const sizes = { kind, prime, d, layers, heads, dFf };
  return kind === 'encoder'
    ? { ...sizes, readout, norm: 'LayerNorm', normEps: 1e-5, activation: 'gelu' }
    : { ...sizes, readout: 'last', norm: 'RMSNorm', normEps: 1e-8, qkNormEps: 1e-6, activation: 'swiglu' };
};

/**
 * Asks for the properties that the weights of a recognised model do not show, and writes the descriptor beside
 * them; undefined if the user cancels.
 */
export async function describeModel(
  source: string,
  proposed: Proposed,
): Promise<Reply<Descriptor> | undefined> {
  const answers: Answers = {
    heads: proposed.d % 4 === 0 ? 4 : 1,
    ...{ readout: 'first', task: 'add', seed: '42', trainFraction: '0.5', firstToken: 0 },
  };
  const steps: Step<Answers>[] = [
    headsStep(proposed.d),
    ...(proposed.kind === 'encoder' ? [readoutStep()] : []),
    ...(proposed.tasks.length > 0 ? [] : [taskStep()]),
    numberStep(
      vscode.l10n.t('The seed with which its pairs were shuffled.'),
      'seed',
      (value) => Number.isInteger(value) && value >= 0,
      vscode.l10n.t('A whole number, 0 or more.'),
    ),
    numberStep(
      vscode.l10n.t('The share of the pairs that it was trained on.'),
      'trainFraction',
      (value) => value > 0 && value < 1,
      vscode.l10n.t('A number between 0 and 1.'),
    ),
    tokenStep(),
  ];
  if (!(await askSteps(vscode.l10n.t('Describe the Model'), steps, answers))) return undefined;
  const descriptor = v.parse(descriptorSchema, {
    model: modelOf(proposed, answers),
    data: {
      tasks: proposed.tasks.length > 0 ? proposed.tasks : [answers.task],
      split: {
        method: 'python-random-shuffle',
        seed: Number(answers.seed),
        trainFraction: Number(answers.trainFraction),
        firstToken: answers.firstToken,
      },
    },
  });
  return write(source, descriptor);
}

/**
 * Written beside the checkpoints, where every inspection finds it. An existing file is overwritten only after
 * confirmation.
 */
async function write(source: string, descriptor: ModelDescriptor): Promise<Reply<Descriptor> | undefined> {
  try {
    const { type } = await vscode.workspace.fs.stat(vscode.Uri.file(watchedPlace(source)));
    const folder = (type & vscode.FileType.Directory) !== 0 ? watchedPlace(source) : path.dirname(source);
    const file = vscode.Uri.file(path.join(folder, descriptorFileName));
    if (await exists(file)) {
      const replace = vscode.l10n.t('Replace');
      const answer = await vscode.window.showWarningMessage(
        vscode.l10n.t('{0} is already there. Replace it?', descriptorFileName),
        { modal: true, detail: file.fsPath },
        replace,
      );
      if (answer !== replace) return undefined;
    }
    await writeAtomically(file.fsPath, `${JSON.stringify(descriptor, null, 2)}\n`);
    return { ok: true, value: { value: descriptor, path: file.fsPath } };
  } catch (thrown) {
    return {
      ok: false,
      error: {
        code: 'unwritable',
        message: vscode.l10n.t('{0} could not be written beside {1}.', descriptorFileName, source),
        cause: String(thrown),
      },
    };
  }
}

const exists = async (file: vscode.Uri): Promise<boolean> => {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
};
