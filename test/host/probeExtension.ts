import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** Runs in the extension host beside the product: takes a request from a file, writes the answer into another. */
const program = `
const fs = require('node:fs');
const vscode = require('vscode');
const textOf = (result) => result.content.map((part) => part.value ?? '').join('');
const requests = {
  tools: () => vscode.lm.tools.map(({ name }) => name),
  invoke: async ({ name, input, cancelAfter }) => {
    const source = new vscode.CancellationTokenSource();
    if (cancelAfter !== undefined) setTimeout(() => source.cancel(), cancelAfter);
    return textOf(await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined }, source.token));
  },
};
exports.activate = () => {
  const folder = vscode.workspace.workspaceFolders[0].uri.fsPath + '/.probe';
  setInterval(async () => {
    if (!fs.existsSync(folder + '/request.json')) return;
    const { id, what, ...request } = JSON.parse(fs.readFileSync(folder + '/request.json', 'utf8'));
    fs.rmSync(folder + '/request.json');
    let answer;
    try { answer = { value: await requests[what](request) }; } catch (thrown) { answer = { error: String(thrown.message ?? thrown) }; }
    fs.writeFileSync(folder + '/answer.partial', JSON.stringify(answer));
    fs.renameSync(folder + '/answer.partial', folder + '/answer-' + id + '.json');
  }, 50);
};
`;

/** The vsix of an extension that asks the editor what only extensions may ask. */
export const probeExtension = (): { readonly vsix: string; readonly remove: () => void } => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-probe-'));
  const vsix = path.join(folder, 'probe.vsix');
  fs.writeFileSync(path.join(folder, 'program.js'), program);
  fs.writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({
      ...{ name: 'probe', publisher: 'test', version: '0.0.1', main: './program.js' },
      ...{ engines: { vscode: '^1.100.0' }, activationEvents: ['onStartupFinished'] },
    }),
  );
  execFileSync(
    process.execPath,
    [
      path.join(root, 'node_modules/@vscode/vsce/vsce'),
      ...['package', '--no-dependencies', '--out', vsix, '--allow-missing-repository', '--skip-license'],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return { vsix, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
};

export type Answer = { readonly value: unknown } | { readonly error: string };

/** Asks the extension in the window of a workspace. */
export const probeOf = (workspace: string) => {
  const folder = path.join(workspace, '.probe');
  fs.mkdirSync(folder, { recursive: true });
  let count = 0;
  return async (request: { readonly what: string; readonly [key: string]: unknown }): Promise<Answer> => {
    const id = ++count;
    fs.writeFileSync(path.join(folder, 'request.partial'), JSON.stringify({ id, ...request }));
    fs.renameSync(path.join(folder, 'request.partial'), path.join(folder, 'request.json'));
    const file = path.join(folder, `answer-${id}.json`);
    for (let tries = 0; tries < 2400 && !fs.existsSync(file); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Answer;
  };
};
