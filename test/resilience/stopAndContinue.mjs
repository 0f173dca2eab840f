// Stops a trainer (SIGSTOP) for longer than a claim of another host would last, tries a second one beside it meanwhile, and
// lets the first go on: one trains, and what it leaves equals a run that was never stopped, byte for byte.
//
// usage: node test/resilience/stopAndContinue.mjs [SECONDS]     (after npm run build)
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const seconds = Number(process.argv[2] ?? 70);
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'wg-stop-'));
const settings = ['--provider', 'cpu', '--threads', '1', '--max-steps', '400', '--set', 'stop=null'];
const more = ['--set', 'checkpointEvery=50', '--set', 'evaluateEvery=50'];

const start = (args) => {
  const child = spawn(process.execPath, [cli, 'train', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => (said += data));
  const ended = new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal, said })),
  );
  return { child, ended, said: () => said };
};
const until = async (isSo) => {
  while (!isSo()) await setTimeout(20);
};
const filesOf = (run) =>
  readdirSync(path.join(run, 'checkpoints')).map((name) =>
    readFileSync(path.join(run, 'checkpoints', name), 'hex'),
  );

const [stopped, whole] = [path.join(folder, 'stopped'), path.join(folder, 'whole')];
const first = start(['tiny', '--out', stopped, ...settings, ...more]);
await until(() => first.said().includes('step 50'));
first.child.kill('SIGSTOP');
await setTimeout(1000 * seconds);
const second = await start(['--resume', '--out', stopped, '--provider', 'cpu']).ended;
const before = readdirSync(path.join(stopped, 'checkpoints')).length;
first.child.kill('SIGCONT');
const one = await first.ended;
await start(['tiny', '--out', whole, ...settings, ...more]).ended;

const problems = [];
if (second.code !== 1 || !second.said.includes('in use'))
  problems.push(`the second trainer: ${JSON.stringify(second)}`);
if (one.code !== 0) problems.push(`the first trainer: ${JSON.stringify(one)}`);
if (JSON.stringify(filesOf(stopped)) !== JSON.stringify(filesOf(whole))) problems.push('other checkpoints');
rmSync(folder, { recursive: true });
console.log(
  `stopped for ${seconds} s with ${before} checkpoints; second trainer: ${second.said.trim().split('\n').at(-1)}`,
);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log('one trained; equal, byte for byte');
