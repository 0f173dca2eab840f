import fs from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Frame, type Locator, type Page } from 'playwright-core';
import { findChromium } from './chromium.js';

const pictures = path.resolve(process.env.SHOTS ?? path.join(import.meta.dirname, '../../dist/screenshots'));

export interface HostWindow {
  readonly page: Page;
  readonly close: () => Promise<void>;
  /** Page errors and refused content since the window opened. */
  readonly errors: readonly string[];
}

let browser: Browser | undefined;

/** A window of the host, of a size that pictures are taken at. */
export async function openWindow(url: string): Promise<HostWindow> {
  const found = findChromium();
  if (found === undefined) throw new Error('There is no Chromium on this machine.');
  browser ??= await chromium.launch({
    executablePath: found.executablePath,
    ...(found.env === undefined ? {} : { env: { ...process.env, ...found.env } }),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
  });
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  page.setDefaultNavigationTimeout(120_000);
  const errors: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) errors.push(message.text());
  });
  await page.goto(url);
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 120_000 });
  return { page, errors, close: () => context.close() };
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps a picture of the window, for the eye. */
export async function picture(page: Page, name: string): Promise<void> {
  fs.mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: path.join(pictures, `${name}.png`) });
}

/** What the window looked like when a test failed. */
export async function pictureOfFailure(
  page: Page,
  task: { readonly name: string; readonly result?: { readonly state: string } | undefined },
): Promise<void> {
  if (task.result?.state === 'fail')
    await picture(page, `failed-${task.name.replace(/\W+/g, '-').slice(0, 60)}`);
}

/** The first row with some words in the list that is open. */
export const quickRow = (page: Page, text: string): Locator =>
  page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();

/** Clicks a row of a list. The tooltip of the row that the mouse was left on would cover those beside it. */
export async function clickRow(
  page: Page,
  row: Locator,
  options: { readonly timeout?: number } = {},
): Promise<void> {
  await page.mouse.move(720, 800);
  await row.click(options);
}

/**
 * Runs a command by its title. The list is made when the palette opens, so late contributions want another try; and a page
 * that is drawn behind it after a reload takes the focus, which closes it.
 */
export async function runCommand(page: Page, title: string): Promise<void> {
  const box = page.locator('.quick-input-widget input.input');
  for (let tries = 0; tries < 16; tries++) {
    await page.keyboard.press('F1');
    try {
      await box.waitFor({ timeout: 3000 });
      await box.fill(`>${title}`, { timeout: 3000 });
      await clickRow(page, quickRow(page, title), { timeout: 2500 });
      return;
    } catch {
      await page.keyboard.press('Escape');
      await pause(300);
    }
  }
  throw new Error(`There is no command "${title}".`);
}

/**
 * Opens a file by its name, as Ctrl+P does. A window in its first seconds may lose the key, and its search of files may
 * know nothing yet of one that was just written.
 */
export async function openFile(page: Page, name: string): Promise<void> {
  const box = page.locator('.quick-input-widget input.input');
  const base = path.basename(name);
  for (let tries = 0; tries < 8; tries++) {
    await page.keyboard.press('Control+p');
    try {
      await box.waitFor({ timeout: 5000 });
      await box.fill(name, { timeout: 3000 });
      await clickRow(page, quickRow(page, base), { timeout: 9000 });
      await page.locator('.tab.active', { hasText: base }).waitFor({ timeout: 9000 });
      return;
    } catch {
      await page.keyboard.press('Escape');
    }
  }
  throw new Error(`"${name}" was not found.`);
}

/** Closes the editor with some words in its tab. */
export async function closeTab(page: Page, title: string | RegExp): Promise<void> {
  const tab = page.locator('.tab', { hasText: title });
  await tab.click({ button: 'middle' });
  await tab.waitFor({ state: 'hidden' });
}

/** Presses a key again and again, as a person does while what answers it is still starting. */
export async function pressUntil(page: Page, key: string, shown: Locator): Promise<void> {
  for (let tries = 0; tries < 15; tries++) {
    await page.keyboard.press(key);
    try {
      await shown.waitFor({ timeout: 3000 });
      return;
    } catch {
      await page.keyboard.press('Escape');
    }
  }
  throw new Error(`${key} shows nothing.`);
}

export const explorerRow = (page: Page, name: string): Locator =>
  page.locator('.explorer-folders-view .monaco-list-row').filter({
    has: page.locator('.label-name', {
      hasText: new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    }),
  });

/**
 * Waits until the extension has marked a weight file in the explorer: before that the window may not yet know its
 * commands and editors.
 */
export async function markedRow(page: Page, name: string): Promise<Locator> {
  const row = explorerRow(page, name);
  await row.waitFor();
  const badge = (): Promise<string> =>
    row.locator('.monaco-icon-label').evaluate((label) => getComputedStyle(label, '::after').content);
  for (const end = Date.now() + 60_000; !(await badge()).includes('W');) {
    if (Date.now() > end) throw new Error(`"${name}" was not marked.`);
    await pause(100);
  }
  return row;
}

const menuItems = (page: Page): Locator => page.locator('.monaco-menu .action-item');

/**
 * Opens a row's context menu. A window that is being drawn may lose the click; items ignore the mouse for the menu's
 * first 100 ms.
 */
async function openMenu(page: Page, row: Locator): Promise<void> {
  for (let tries = 0; tries < 8; tries++) {
    await row.click({ button: 'right' });
    try {
      await menuItems(page).first().waitFor({ timeout: 5000 });
      await pause(300);
      return;
    } catch {
      // It is clicked again.
    }
  }
  throw new Error('The row shows no menu.');
}

/** Closes a menu, if it is still there: Escape without one would end a selection of rows. */
async function closeMenu(page: Page): Promise<void> {
  if (await menuItems(page).first().isVisible()) await page.keyboard.press('Escape');
  await menuItems(page).first().waitFor({ state: 'hidden' });
}

/**
 * Chooses an item of a row's context menu. An item that depends on what an extension has found is there only once it
 * has. A menu keeps the items and states it was opened with: in the first seconds of a window, what asks for trust is
 * disabled, and so the menu is opened again. A menu closes when one of its items was chosen.
 */
export async function chooseFromMenu(page: Page, row: Locator, item: string): Promise<void> {
  const entry = page.locator('.monaco-menu .action-item:not(.disabled)', { hasText: item }).first();
  for (let tries = 0; tries < 40; tries++) {
    await openMenu(page, row);
    if (await entry.isVisible()) {
      try {
        await entry.hover({ timeout: 5000 });
        await entry.click({ timeout: 5000 });
        await menuItems(page).first().waitFor({ state: 'hidden', timeout: 5000 });
        return;
      } catch {
        // The menu was closed by something else, or took no notice.
      }
    }
    await closeMenu(page);
    await pause(500);
  }
  throw new Error(`The menu has no "${item}".`);
}

/** The items of a row's context menu. */
export async function menuOf(page: Page, row: Locator): Promise<string[]> {
  await openMenu(page, row);
  const items = await menuItems(page).allInnerTexts();
  await closeMenu(page);
  return items;
}

/** The text of a hover over something; a row that is drawn again drops its hover, so it is tried again. */
export async function hoverOver(page: Page, target: Locator, text: string | RegExp): Promise<string> {
  const hover = page
    .locator('.workbench-hover, .monaco-editor .monaco-hover, .monaco-hover')
    .filter({ hasText: text, visible: true });
  for (let tries = 0; tries < 16; tries++) {
    await target.hover();
    try {
      await hover.first().waitFor({ timeout: 2500 });
      return await hover.first().innerText();
    } catch {
      await page.mouse.move(720, 800);
      await pause(300);
    }
  }
  await target.hover();
  await pause(1500);
  await picture(page, 'missing-hover');
  throw new Error(`There is no hover with ${String(text)}.`);
}

/** The documents of the webviews that hold a given text in their title bar or body; found anew as frames come and go. */
export async function pageFrame(page: Page, holds: string, timeout = 60_000): Promise<Frame> {
  for (const end = Date.now() + timeout; Date.now() < end;) {
    for (const frame of page.frames()) {
      const text = await frame
        .evaluate(() => (document.getElementById('root') ? document.body.innerText : ''))
        .catch(() => '');
      if (text.includes(holds)) return frame;
    }
    await pause(150);
  }
  throw new Error(`No webview holds "${holds}".`);
}

export const notification = (page: Page, text: string): Locator =>
  page.locator('.notifications-toasts .notification-list-item', { hasText: text });

/** Chooses the window's colours in the list of themes, by the label that the list has for them. */
export async function useTheme(page: Page, label: string): Promise<void> {
  const box = page.locator('.quick-input-widget input.input');
  const row = quickRow(page, label);
  for (let tries = 0; tries < 8; tries++) {
    await runCommand(page, 'Preferences: Color Theme');
    try {
      // The list is made when it opens, from the extensions that are known by then.
      await box.fill(label, { timeout: 3000 });
      await clickRow(page, row, { timeout: 4000 });
      await box.waitFor({ state: 'hidden', timeout: 4000 });
      return;
    } catch {
      await page.keyboard.press('Escape');
    }
  }
  throw new Error(`There is no theme "${label}".`);
}
