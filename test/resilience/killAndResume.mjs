// Kills a training run with SIGKILL at random moments, resumes it each time, and compares what is left with a run that was
// never interrupted: every checkpoint and every metric must be equal, byte for byte.
//
// usage: node test/resilience/killAndResume.mjs [KILLS] [MAX_STEPS]     (after npm run build)
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [kills = 20, maxSteps = 2000] = process.argv.slice(2).map(Number);
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'wg-kill-'));
const settings = [
  '--set',
  'stop=null',
  '--set',
  'checkpointEvery=50',
  '--max-steps',
  String(maxSteps),
  '--provider',
  'cpu',
];

/** Runs the command, killed after `killAfterMs` where given; answers how it ended and how long it took. */
const train = (args, killAfterMs) =>
  new Promise((resolve) => {
    const start = performance.now();
    const child = spawn(process.execPath, [cli, 'train', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (data) => (errors += data));
    const timer =
      killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (signal === null && code !== 0) throw new Error(`train ended with status ${code}:\n${errors}`);
      resolve({ killed: signal === 'SIGKILL', ms: performance.now() - start });
    });
  });

const checkpointsOf = (run) => {
  const at = path.join(run, 'checkpoints');
  const names = readdirSync(at).filter((name) => name.endsWith('.safetensors'));
  return new Map(names.map((name) => [name, readFileSync(path.join(at, name))]));
};
const metricsOf = (run) =>
  readFileSync(path.join(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.stringify({ ...JSON.parse(line), stepsPerSecond: 0 }));

const preset = '2602.16746-add';
const whole = path.join(folder, 'whole');
const broken = path.join(folder, 'broken');
const { ms } = await train([preset, '--out', whole, ...settings]);
console.log(`unbroken: ${maxSteps} steps in ${(ms / 1000).toFixed(1)} s`);

let done = 0;
let finished = false;
while (!finished) {
  const resume = existsSync(path.join(broken, 'run.json'));
  const args = resume
    ? ['--resume', '--out', broken, '--provider', 'cpu']
    : [preset, '--out', broken, ...settings];
  // A start takes part of a second; the kills fall before, in and after it, and anywhere in the steps.
  const killAfter = done < kills ? 50 + Math.random() * (1000 + (1.2 * ms) / kills) : undefined;
  const { killed } = await train(args, killAfter);
  if (killed) done += 1;
  finished = !killed;
  if (killed) console.log(`kill ${done} after ${Math.round(killAfter)} ms`);
}

const [expected, actual] = [checkpointsOf(whole), checkpointsOf(broken)];
const problems = [...expected]
  .filter(([name, bytes]) => !actual.get(name)?.equals(bytes))
  .map(([name]) => name);
if (done < kills) problems.push(`the run ended after ${done} of ${kills} kills`);
if (actual.size !== expected.size) problems.push(`${actual.size} checkpoints instead of ${expected.size}`);
if (JSON.stringify(metricsOf(whole)) !== JSON.stringify(metricsOf(broken))) problems.push('metrics.jsonl');
rmSync(folder, { recursive: true });
console.log(`${done} kills; ${expected.size} checkpoints compared`);
if (problems.length > 0) {
  console.error(`different: ${problems.join(', ')}`);
  process.exit(1);
}
console.log('equal, byte for byte');
