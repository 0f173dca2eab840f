import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { clickRow, pause, quickRow, runCommand } from './hostWindow.js';

export interface RunAnswers {
  /** A preset's name, as its row shows it. */
  readonly what: string;
  readonly changes: string;
  /** What was chosen last stays where this is absent. */
  readonly provider?: string;
  /** What is proposed stays where this is absent. */
  readonly folder?: string;
}

/** Answers the steps of the command Train…. */
export async function startRun(page: Page, answers: RunAnswers): Promise<void> {
  const box = page.locator('.quick-input-widget input.input');
  const row = (text: string) => quickRow(page, text);
  const step = (number: number) => page.locator('.quick-input-title', { hasText: `(${number}/4)` }).waitFor();
  await runCommand(page, 'Weight Geometry: Train…');
  await step(1);
  await clickRow(page, row(answers.what));
  await step(2);
  if (answers.changes !== '') {
    await box.fill(answers.changes);
    await row(answers.changes).locator('.codicon-edit').waitFor();
    await page.keyboard.press('Enter');
    await row('Continue').waitFor();
  }
  await page.keyboard.press('Enter');
  await step(3);
  if (answers.provider === undefined) await page.keyboard.press('Enter');
  else await clickRow(page, row(answers.provider));
  await step(4);
  if (answers.folder !== undefined) await box.fill(answers.folder);
  await page.keyboard.press('Enter');
  await box.waitFor({ state: 'hidden' });
}

/** How a run's own file says it stands; undefined before there is one. */
export function statusOf(run: string): string | undefined {
  try {
    return (JSON.parse(fs.readFileSync(path.join(run, 'run.json'), 'utf8')) as { status: string }).status;
  } catch {
    return undefined;
  }
}

/** The steps of a run's checkpoints, in order. */
export const checkpointsOf = (run: string): number[] =>
  fs
    .readdirSync(path.join(run, 'checkpoints'))
    .flatMap((name) => /^step_(\d+)\.safetensors$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);

/** Waits until something on disk or in the list of processes is so. */
export async function waitFor(holds: () => boolean, timeout = 60_000): Promise<void> {
  for (const end = Date.now() + timeout; !holds();) {
    if (Date.now() > end) throw new Error(`Not within ${timeout} ms: ${holds.toString()}`);
    await pause(100);
  }
}
