import * as vscode from 'vscode';

/** The result of a step of a multi-step input; `again` repeats the step. */
export type StepEnd = 'next' | 'back' | 'again' | 'cancel';

export interface StepPlace {
  readonly title: string;
  /** From 1; absent for a question beside steps. */
  readonly step?: number;
  readonly totalSteps?: number;
}

/** A step asks one question and stores the answer in the state. */
export type Step<S> = (state: S, place: StepPlace) => Promise<StepEnd>;

/**
 * Asks step by step, with a way back. True if the last step was completed. Where another question follows at once, whoever
 * asks it calls {@link closeAnswered} behind it.
 */
export async function askSteps<S>(
  title: string,
  steps: readonly Step<S>[],
  state: S,
  { isFollowed = false } = {},
): Promise<boolean> {
  let isCompleted = false;
  try {
    for (let at = 0; ;) {
      const end = await steps[at]!(state, { title, step: at + 1, totalSteps: steps.length });
      if (end === 'cancel') return false;
      at += end === 'back' ? -1 : end === 'next' ? 1 : 0;
      if (at < 0) return false;
      if (at === steps.length) return (isCompleted = true);
    }
  } finally {
    if (!isFollowed || !isCompleted) closeAnswered();
  }
}

export interface Question {
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  /** What is wrong with a value; undefined if it is valid. */
  readonly check: (value: string) => string | undefined;
}

/** One question beside steps; undefined if the user cancels. Whoever asks the last one calls {@link closeAnswered}. */
export async function askText({ title, check, ...options }: Question): Promise<string | undefined> {
  let answer: string | undefined;
  await inputStep(
    { title },
    {
      ...options,
      check: (value) => Promise.resolve(check(value)),
      onChoose: (value) => (answer = value),
    },
  );
  return answer;
}

export interface PickOptions<T extends vscode.QuickPickItem> {
  readonly placeholder: string;
  readonly items: readonly T[];
  /** The initially active item: the last choice. */
  readonly active?: T | undefined;
  readonly onChoose: (item: T) => StepEnd | Promise<StepEnd>;
  readonly onButton?: (item: T) => StepEnd | Promise<StepEnd>;
  /** The items for the text in the box, if the list depends on it. */
  readonly itemsFor?: (text: string) => Promise<readonly T[]>;
  /** Further buttons in the title. */
  readonly buttons?: readonly TitleButton[];
}

/** A button in the title of a step. */
export interface TitleButton {
  readonly icon: string;
  readonly tooltip: string;
  readonly onPress: () => StepEnd | Promise<StepEnd>;
}

export async function pickStep<T extends vscode.QuickPickItem>(
  place: StepPlace,
  options: PickOptions<T>,
): Promise<StepEnd> {
  const pick = vscode.window.createQuickPick<T>();
  Object.assign(pick, place);
  pick.placeholder = options.placeholder;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  pick.items = options.items;
  if (options.active) pick.activeItems = [options.active];
  const more = (options.buttons ?? []).map(({ icon, tooltip, onPress }) => ({
    ...{ iconPath: new vscode.ThemeIcon(icon), tooltip, onPress },
  }));
  pick.buttons = [...((place.step ?? 1) > 1 ? [vscode.QuickInputButtons.Back] : []), ...more];
  let listed: Promise<void> = Promise.resolve();
  const list = async (text: string): Promise<void> => {
    const items = await options.itemsFor?.(text);
    if (items && pick.value === text) pick.items = items;
  };
  return ended(pick, (end) => [
    pick.onDidTriggerButton((pressed) => end(more.find((one) => one === pressed)?.onPress() ?? 'back')),
    pick.onDidChangeValue((text) => (listed = list(text))),
    pick.onDidAccept(async () => {
      // The latest input decides, however quick the key was.
      await listed;
      const [selected] = pick.selectedItems;
      // The selection is that of the window, which may still have shown the list before.
      const item = options.itemsFor && selected && !pick.items.includes(selected) ? pick.items[0] : selected;
      if (item) end(options.onChoose(item));
    }),
    pick.onDidTriggerItemButton(({ item }) => {
      if (options.onButton) end(options.onButton(item));
    }),
  ]);
}

export interface InputOptions {
  readonly prompt: string;
  readonly placeholder?: string;
  readonly value: string;
  /** What is wrong with a value; undefined if it is valid. */
  readonly check: (value: string) => Promise<string | undefined>;
  readonly onChoose: (value: string) => void;
  /** An alternative way to enter the value. */
  readonly button?: TitleButton;
}

const checkAfterMs = 200;

export async function inputStep(place: StepPlace, options: InputOptions): Promise<StepEnd> {
  const box = vscode.window.createInputBox();
  Object.assign(box, place);
  const { button } = options;
  const more = button && { iconPath: new vscode.ThemeIcon(button.icon), tooltip: button.tooltip };
  box.prompt = options.prompt;
  box.placeholder = options.placeholder;
  box.value = options.value;
  box.ignoreFocusOut = true;
  box.buttons = [...((place.step ?? 1) > 1 ? [vscode.QuickInputButtons.Back] : []), ...(more ? [more] : [])];
  let timer: NodeJS.Timeout | undefined;
  const check = async (value: string): Promise<boolean> => {
    const wrong = await options.check(value);
    if (box.value === value) box.validationMessage = wrong;
    return wrong === undefined;
  };
  return ended(box, (end) => [
    { dispose: () => clearTimeout(timer) },
    box.onDidChangeValue((value) => {
      clearTimeout(timer);
      timer = setTimeout(() => void check(value), checkAfterMs);
    }),
    box.onDidTriggerButton((pressed) => {
      if (pressed === vscode.QuickInputButtons.Back) end('back');
      else if (button) end(button.onPress());
    }),
    box.onDidAccept(async () => {
      const { value } = box;
      if (!(await check(value))) return;
      options.onChoose(value);
      end('next');
    }),
  ]);
}

/**
 * The input that was answered last. It stays until the next one is shown: without any, the keyboard goes back to the editor,
 * and what is typed meanwhile into the open file.
 */
let answered: vscode.QuickInput | undefined;

/** No question follows. */
export const closeAnswered = (): void => {
  answered?.dispose();
  answered = undefined;
};

/** Shows an input until one of its listeners ends it, or the user cancels. */
async function ended(
  input: vscode.QuickInput,
  listen: (end: (how: StepEnd | Promise<StepEnd>) => void) => { dispose(): unknown }[],
): Promise<StepEnd> {
  const listeners: { dispose(): unknown }[] = [];
  let how: StepEnd = 'cancel';
  let isHidden = false as boolean;
  try {
    how = await new Promise<StepEnd>((resolve) => {
      listeners.push(...listen(resolve));
      listeners.push(
        input.onDidHide(() => {
          isHidden = true;
          resolve('cancel');
        }),
      );
      input.show();
      closeAnswered();
    });
    return how;
  } finally {
    for (const listener of listeners) listener.dispose();
    // One that is hidden has been replaced by a question of its own.
    if (how === 'cancel' || isHidden) input.dispose();
    else {
      input.busy = true;
      answered = input;
    }
  }
}
