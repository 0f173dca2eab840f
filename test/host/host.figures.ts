import { execFileSync, fork } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chooseFromMenu, explorerRow, markedRow, pageFrame, pause, runCommand } from './hostWindow.js';
import { installHost } from './installHost.js';
import { writeSparseSafetensors } from './safetensorsFile.js';
import { startSession, type Session } from './session.js';
import { startRun } from './trainingRuns.js';

/** What `bench host` prints: measured in a real host, written as JSON to the file that FIGURES names. */
const figures: { name: string; unit: 'ms'; ours: number; aim: string }[] = [];
const figure = (name: string, ours: number, aim: string): void => {
  figures.push({ name, unit: 'ms', ours, aim });
  console.log(`${name}: ${ours.toFixed(1)} ms (${aim})`);
};
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

let session: Session;
beforeAll(async () => {
  session = await startSession();
  writeSparseSafetensors(path.join(session.folder, 'big.safetensors'));
});
afterAll(async () => {
  if (process.env.FIGURES !== undefined) fs.writeFileSync(process.env.FIGURES, JSON.stringify(figures));
  await session.end();
});

it('first and second panel', async () => {
  const { page } = session.window;
  const opened = async (file: string, text: string): Promise<number> => {
    const row = await markedRow(page, file);
    const start = performance.now();
    await row.dblclick();
    await pageFrame(page, text, 90_000);
    return performance.now() - start;
  };
  figure('first paint of the first panel', await opened('identity.safetensors', 'Overview'), 'as it is');
  await pause(2000);
  await page.keyboard.press('Control+k');
  await page.keyboard.press('Control+w');
  await pause(1000);
  figure('first paint of the second panel', await opened('hostile.safetensors', 'Overview'), 'under 500');
});

it('activation', async () => {
  const { page } = session.window;
  await runCommand(page, 'Developer: Show Running Extensions');
  const row = page.locator('.runtime-extensions-editor .extension', { hasText: 'Weight Geometry' });
  await row.waitFor();
  const told = /Activation: (\d+)ms/.exec(await row.innerText());
  expect(told).not.toBeNull();
  // Its clock starts with the event and so counts the extensions that the same event loads before this one.
  figure('activation by the clock of VS Code, with the queue before it', Number(told![1]), 'under 50');
  const logs = path.join(session.host.folder, 'profile/logs');
  const log = (fs.readdirSync(logs, { recursive: true }) as string[]).find((file) =>
    file.endsWith('Weight Geometry.log'),
  );
  // Without its native logger the host keeps no logs.
  if (log === undefined) return;
  const alone = /Activated in ([\d.]+) ms/.exec(fs.readFileSync(path.join(logs, log), 'utf8'));
  if (alone) figure('loading and activate() by themselves', loading() + Number(alone[1]), 'under 50');
});

/** How long the host's Node takes to load the installed bundle, with nothing behind the name of VS Code's own module. */
function loading(): number {
  const script = `
    const Module = require('module');
    const load = Module._load;
    const nothing = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : nothing) });
    Module._load = (name, ...rest) => (name === 'vscode' ? nothing : load(name, ...rest));
    const start = performance.now();
    require(process.argv[1]);
    console.log(performance.now() - start);`;
  const once = (): number =>
    Number(
      execFileSync(installHost().node, ['-e', script, installedFile('dist/extension.js')], {
        encoding: 'utf8',
      }),
    );
  return median([once(), once(), once(), once(), once()]);
}

function installedFile(file: string): string {
  const extensions = path.join(session.host.folder, 'extensions');
  const installed = fs.readdirSync(extensions).find((name) => name.startsWith('weight-geometry'))!;
  return path.join(extensions, installed, file);
}

/** Forks the installed reader as the host does, with the host's Node; each question waits for its answer. */
function startReader(): { ask: (file: string) => Promise<number>; end: () => void } {
  const child = fork(installedFile('dist/engine.js'), ['reader'], {
    serialization: 'advanced',
    execArgv: [],
    execPath: installHost().node,
  });
  let asked = 0;
  return {
    ask: (file) =>
      new Promise((resolve) => {
        const start = performance.now();
        child.once('message', (reply: { r: { ok: boolean } }) => {
          expect(reply.r.ok).toBe(true);
          resolve(performance.now() - start);
        });
        child.send({ t: 'q', i: String(asked++), m: 'describe', a: [file] });
      }),
    end: () => child.kill(),
  };
}

it('what a tooltip waits for', async () => {
  const small = path.join(session.folder, 'identity.safetensors');
  const big = path.join(session.folder, 'big.safetensors');
  const steps = fs.readdirSync(path.join(session.folder, 'runs/grok')).filter((name) => name.endsWith('.pt'));
  const cold: number[] = [];
  for (let round = 0; round < 5; round++) {
    const start = performance.now();
    const reader = startReader();
    await reader.ask(small);
    cold.push(performance.now() - start);
    reader.end();
  }
  figure('tooltip, reader not yet running', median(cold), 'under 200');

  const reader = startReader();
  await reader.ask(small);
  const warm: number[] = [];
  for (const name of steps) warm.push(await reader.ask(path.join(session.folder, 'runs/grok', name)));
  figure('tooltip of a PyTorch file, reader running', median(warm), 'under 20');
  figure('tooltip of a safetensors file of 2 GB', await reader.ask(big), 'as the small one');
  const again: number[] = [];
  for (let round = 0; round < 20; round++) again.push(await reader.ask(small));
  figure('tooltip of a file that was asked for before', median(again), 'under 20');
  reader.end();
});

it('until a page is there', async () => {
  const { page } = session.window;
  const made = path.join(session.folder, 'made');
  execFileSync(process.execPath, [path.resolve(import.meta.dirname, '../made/model.mjs'), made]);
  for (const [name, row, waits] of [
    ['sample series', 'grok', 'Trajectory'],
    ['model of 300 tensors', 'made', 'model.embed_tokens'],
  ] as const) {
    if (name === 'sample series' && !(await explorerRow(page, row).isVisible()))
      await explorerRow(page, 'runs').click();
    await chooseFromMenu(page, explorerRow(page, row), 'Inspect Weight Geometry');
    const frame = await pageFrame(page, waits, 120_000);
    await frame.locator('.run progress').waitFor({ state: 'detached', timeout: 300_000 });
    for (const tab of await frame.getByRole('tab').all()) {
      const title = (await tab.innerText()).trim();
      if ((await tab.getAttribute('aria-selected')) === 'true') continue;
      // From the press to the first frame in which every chart and grid of the page is drawn; the view in space comes last.
      const [ms, last] = await tab.evaluate(async (element) => {
        const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));
        await nextFrame();
        const start = performance.now();
        (element as HTMLElement).click();
        const isDrawn = (plots: string) =>
          element.getAttribute('aria-selected') === 'true' &&
          [...document.querySelectorAll(plots)].every((plot) => plot.querySelector('.main-svg, canvas'));
        const until = async (plots: string) => {
          do await nextFrame();
          while (!isDrawn(plots));
          return performance.now() - start;
        };
        return [
          await until('main .plot:not(.plot-space)'),
          document.querySelector('main .plot-space') === null ? undefined : await until('main .plot'),
        ] as const;
      });
      figure(`${title} of the ${name}, from the press to every chart drawn`, ms, 'under 1000');
      if (last !== undefined) figure(`${title} of the ${name}, the view in space too`, last, 'as it is');
    }
  }
}, 600_000);

it.each(['tiny', '2602.18649-baseline'])(
  'a run of %s that trains: its page, and Pause',
  async (preset) => {
    const { page } = session.window;
    const started = performance.now();
    await startRun(page, {
      what: preset,
      changes: 'maxSteps=100000 stop=null',
      provider: 'CPU',
      folder: `runs/paused-${preset}`,
    });
    const frame = await pageFrame(page, 'Training at step', 120_000);
    figure(
      `page of ${preset}, from the last answer to its first step`,
      performance.now() - started,
      'as it is',
    );
    const phase = frame.locator('.run.training strong');
    const pressed = (name: string) => frame.locator('.run.training vscode-button', { hasText: name }).click();
    const paused: number[] = [];
    const told: number[] = [];
    for (let round = 0; round < 5; round++) {
      await pause(2000);
      // By the page's own clock: from the press to what it shows.
      const [says, stands] = await phase.evaluate(async (element) => {
        const buttons = [...element.parentElement!.querySelectorAll<HTMLElement>('vscode-button')];
        const start = performance.now();
        buttons.find((one) => one.innerText.trim() === 'Pause')!.click();
        const until = async (words: RegExp): Promise<number> => {
          while (!words.test((element as HTMLElement).innerText))
            await new Promise((resolve) => setTimeout(resolve, 5));
          return performance.now() - start;
        };
        return [await until(/^Paus/), await until(/^Paused at step/)] as const;
      });
      told.push(says);
      paused.push(stands);
      await pressed('Resume');
      await expect.poll(() => phase.innerText(), { timeout: 60_000 }).toMatch(/^Training at step/);
    }
    figure(
      `Pause of ${preset}, until the page says that it pauses (median of 5)`,
      median(told),
      'under 1000',
    );
    figure(`Pause of ${preset}, until the run stands still (median of 5)`, median(paused), 'under 1000');
    figure(
      `Pause of ${preset}, until the run stands still (slowest of 5)`,
      Math.max(...paused),
      'under 1000',
    );
    await pressed('Stop');
    await expect.poll(() => phase.innerText(), { timeout: 60_000 }).toMatch(/^Stopped/);
    await page.keyboard.press('Control+w');
  },
  600_000,
);
