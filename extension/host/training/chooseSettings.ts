import * as v from 'valibot';
import * as vscode from 'vscode';
import { GeometryError } from '../../contract/errors.js';
import type { RunConfig } from '../../contract/run.js';
import { limits, readText } from '../../disk/regularFile.js';
import type { Reader } from '../processes/reader.js';
import { inputStep, pickStep, type Step, type StepEnd, type StepPlace } from '../multiStep.js';
import { splitAssignments } from './assignments.js';
import { editAsRunFile } from './editAsRunFile.js';
import {
  choicesOf,
  keySchemaSchema,
  rangeText,
  runKeys,
  valueText,
  withAssignment,
  type KeySchema,
  type RunKey,
} from './runKeys.js';

/** Input and result of this step. */
export interface SettingAnswers {
  /** A preset's name or a run file's path. */
  what: string;
  /** `key=value` assignments with spaces between. */
  changes: string;
  config: RunConfig | undefined;
}

interface Services {
  readonly reader: Pick<Reader, 'runConfig'>;
  /** The schema of run files, as shipped. */
  readonly schemaFile: string;
}

type Item = vscode.QuickPickItem & {
  readonly choose?: () => StepEnd | Promise<StepEnd>;
  readonly key?: RunKey;
};

/**
 * Lists every key with its value, meaning and constraints. Choosing a key changes it. Assignments can also be
 * typed and are checked while typing.
 */
export const chooseSettings = (services: Services): Step<SettingAnswers> => {
  /** The last changed key: the list continues there. */
  let last: string | undefined;
  return async (answers, place) => {
    const schema = await schemaOf(services.schemaFile);
    const start = await configOf(services, answers.what, []);
    let assigned = splitAssignments(answers.changes);
    let config: RunConfig;
    try {
      config = await configOf(services, answers.what, assigned);
    } catch (thrown) {
      if (assigned.length === 0) throw thrown;
      // Changes kept from an earlier time may no longer apply.
      assigned = [];
      config = start;
    }
    answers.changes = assigned.join(' ');
    answers.config = config;

    const write = (changes: readonly string[], key?: string): 'again' => {
      answers.changes = changes.join(' ');
      last = key;
      return 'again';
    };
    const before = new Map(runKeys(schema, start).map((key) => [key.key, valueText(key.value)]));
    const rows = runKeys(schema, config).map((key): Item => {
      const isChanged = before.get(key.key) !== valueText(key.value);
      return {
        ...rowOf(key, isChanged ? before.get(key.key) : undefined, isChanged),
        key,
        choose: async () => {
          const value = await ask(services, answers, { key, assigned }, place);
          return value === undefined
            ? write(assigned, key.key)
            : write(withAssignment(assigned, key.key, value), key.key);
        },
      };
    });
    const go: Item = {
      label: `$(check) ${vscode.l10n.t('Continue')}`,
      description:
        assigned.length === 0
          ? vscode.l10n.t('with these settings')
          : vscode.l10n.t('changed: {0}', answers.changes),
      alwaysShow: true,
      choose: () => 'next',
    };
    const items = [go, ...inGroups(rows)];
    return pickStep(place, {
      placeholder: vscode.l10n.t('Choose a setting to change it, or type key=value'),
      items,
      active: rows.find(({ key }) => key?.key === last),
      itemsFor: async (text) =>
        text.includes('=') ? [await typedItem(services, answers, assigned, text, write)] : items,
      onChoose: (item) => item.choose?.() ?? 'again',
      onButton: ({ key }) => write(withAssignment(assigned, key!.key), key!.key),
      buttons: [
        {
          icon: 'edit',
          tooltip: vscode.l10n.t('Edit as a Run File'),
          onPress: async (): Promise<StepEnd> => {
            const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd();
            await editAsRunFile(config.name, config, folder);
            return 'cancel';
          },
        },
      ],
    });
  };
};

async function schemaOf(file: string): Promise<KeySchema> {
  return v.parse(keySchemaSchema, JSON.parse(await readText(file, limits.settings)));
}

async function configOf(
  { reader }: Services,
  what: string,
  assignments: readonly string[],
): Promise<RunConfig> {
  const reply = await reader.runConfig(what, assignments);
  if (!reply.ok) throw new GeometryError(reply.error.code, reply.error.message, reply.error);
  return reply.value;
}

/** The typed text: valid changes, or what is wrong with them. */
async function typedItem(
  { reader }: Services,
  answers: SettingAnswers,
  assigned: readonly string[],
  text: string,
  write: (changes: readonly string[]) => StepEnd,
): Promise<Item> {
  const all = [...assigned, ...splitAssignments(text)];
  const reply = await reader.runConfig(answers.what, all);
  return reply.ok
    ? {
        label: `$(edit) ${text.trim()}`,
        description: vscode.l10n.t('change'),
        alwaysShow: true,
        choose: () => write(all),
      }
    : { label: `$(error) ${reply.error.message}`, alwaysShow: true };
}

const inGroups = (rows: readonly Item[]): Item[] => {
  const groups = new Set(rows.map(({ key }) => key!.group));
  return [...groups].flatMap((group) => [
    { label: group === '' ? vscode.l10n.t('Run') : group, kind: vscode.QuickPickItemKind.Separator },
    ...rows.filter(({ key }) => key!.group === group),
  ]);
};

function rowOf(
  { key, group, schema, value, isSection }: RunKey,
  before: string | undefined,
  isChanged: boolean,
): Item {
  const absent = vscode.l10n.t('none');
  const shown = isSection
    ? value === undefined
      ? absent
      : vscode.l10n.t('on')
    : value === undefined
      ? absent
      : valueText(value);
  const range = isSection ? '' : rangeText(schema);
  const name = group === '' ? key : key.slice(group.length + 1);
  const was = before === undefined || before === '' ? absent : before;
  return {
    label: isChanged ? `$(circle-filled) ${name}` : name,
    description: isChanged && !isSection ? vscode.l10n.t('{0} (was {1})', shown, was) : shown,
    detail: [range, schema.description ?? ''].filter((part) => part !== '').join(' · '),
    ...(isChanged
      ? {
          buttons: [
            { iconPath: new vscode.ThemeIcon('discard'), tooltip: vscode.l10n.t('Take the Change Back') },
          ],
        }
      : {}),
  };
}

/** The new value of a key as an assignment; undefined if the user goes back. */
async function ask(
  services: Services,
  answers: SettingAnswers,
  { key, assigned }: { readonly key: RunKey; readonly assigned: readonly string[] },
  place: StepPlace,
): Promise<string | undefined> {
  const { schema, value, isOptional, isSection } = key;
  const asked = { ...place, title: `${place.title}: ${key.key}` };
  let given: string | undefined;
  const choices = isSection
    ? ['null', '{}']
    : (choicesOf(schema) ?? (schema.const === undefined ? undefined : [schema.const]));
  if (choices) {
    const items = choices.map((choice) => ({ label: sectionWord(isSection, choice), choice }));
    await pickStep(asked, {
      placeholder: schema.description ?? key.key,
      items,
      active: items.find(({ choice }) =>
        isSection ? (choice === '{}') === (value !== undefined) : choice === value,
      ),
      onChoose: ({ choice }) => {
        given = isSection ? String(choice) : valueText(choice);
        return 'next';
      },
    });
    return given;
  }
  await inputStep(asked, {
    prompt: [
      schema.description ?? key.key,
      rangeText(schema),
      ...(isOptional ? [vscode.l10n.t('empty for none')] : []),
    ].join(' · '),
    value: value === undefined ? '' : valueText(value),
    check: async (text) => {
      const reply = await services.reader.runConfig(
        answers.what,
        withAssignment(assigned, key.key, typed(text, key)),
      );
      return reply.ok ? undefined : reply.error.message;
    },
    onChoose: (text) => (given = typed(text, key)),
  });
  return given;
}

/** Text with spaces is quoted in assignments. */
const typed = (text: string, { schema, isOptional }: RunKey): string => {
  const trimmed = text.trim();
  if (trimmed === '' && isOptional) return 'null';
  if (schema.type === 'string') return JSON.stringify(trimmed);
  try {
    return JSON.stringify(JSON.parse(trimmed));
  } catch {
    return valueText(trimmed);
  }
};

const sectionWord = (isSection: boolean, choice: unknown): string =>
  !isSection
    ? valueText(choice)
    : choice === 'null'
      ? vscode.l10n.t('None')
      : vscode.l10n.t('On, with its defaults');
