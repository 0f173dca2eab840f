import { execFileSync, fork } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { markedRow, pageFrame, pause, runCommand } from './hostWindow.js';
import { installHost } from './installHost.js';
import { writeSparseSafetensors } from './safetensorsFile.js';
import { startSession, type Session } from './session.js';

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
