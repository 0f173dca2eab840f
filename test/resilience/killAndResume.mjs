// Kills a training run at random moments and inside its writes, by SIGKILL, SIGINT and SIGTERM in turn, resumes it each
// time, and compares what is left with a run that was never interrupted: every checkpoint and every metric must be equal,
// byte for byte. With --sweep the run has a process of its own under a sweep, and parent and child are killed in turn.
//
// usage: node test/resilience/killAndResume.mjs [KILLS] [--sweep]     (after npm run build)
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const isSweep = process.argv.includes('--sweep');
const kills = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 20);
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'wg-kill-'));
const signals = ['SIGKILL', 'SIGINT', 'SIGTERM'];
const endings = { SIGINT: 130, SIGTERM: 143 };
const every = 10;
const endless = 1_000_000;

/** What starts a run, or goes on with it, for so many steps. */
const trainArguments = (out, maxSteps) =>
  existsSync(path.join(out, 'run.json'))
    ? ['train', '--resume', '--out', out, '--provider', 'cpu', '--max-steps', String(maxSteps)]
    : [
        ...['train', 'tiny', '--out', out, '--provider', 'cpu', '--max-steps', String(maxSteps)],
        ...['--set', 'stop=null', '--set', `checkpointEvery=${every}`, '--set', `evaluateEvery=${every}`],
        ...['--threads', '1'],
      ];

const runIn = (out) => {
  const runs = path.join(out, 'runs');
  return isSweep ? path.join(runs, existsSync(runs) ? readdirSync(runs).sort()[0] : 'none') : out;
};
const gridFile = path.join(folder, 'grid.json');

/** Two runs of which the first is looked at: one alone would be trained in the sweep's own process. */
const sweepArguments = (out) => ['sweep', gridFile, '--out', out, '--provider', 'cpu', '--jobs', '2'];

const childrenOf = (pid) => {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
};

/** Calls back once, when a file of the run is being written. */
const whenWriting = (run, call) => {
  const watchers = [run, path.join(run, 'checkpoints'), path.join(run, 'state')]
    .filter((place) => existsSync(place))
    .map((place) => watch(place, (_event, name) => name?.endsWith('.partial') && stop(true)));
  const stop = (isWriting) => {
    for (const each of watchers.splice(0)) each.close();
    if (isWriting) call();
  };
  return () => stop(false);
};

/** Runs the command; `kill` says how and when it is killed, from its start or from the start of training. Answers whether it was. */
const run = (args, out, kill) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (data) => (errors = (errors + data).slice(-4000)));
    let sent;
    let stopWatching = () => undefined;
    const strike = () => {
      const victims = kill.child ? childrenOf(child.pid) : [child.pid];
      if (victims.length === 0 || sent) return;
      sent = kill.signal;
      for (const victim of victims.slice(0, 1)) {
        try {
          process.kill(victim, kill.signal);
        } catch {
          sent = undefined;
        }
      }
    };
    const timers = [];
    const arm = () => {
      if (timers.length > 0) return;
      const aim = () => (kill.writing ? (stopWatching = whenWriting(runIn(out), strike)) : strike());
      // A write may not come, or the child may not be there yet.
      timers.push(
        setTimeout(aim, kill.after),
        setTimeout(() => setInterval(strike, 100).unref(), kill.after + 4000),
      );
    };
    if (kill?.starting) arm();
    child.stderr.on('data', () => kill && errors.includes('training on') && arm());
    child.on('close', (code, signal) => {
      for (const timer of timers) clearTimeout(timer);
      stopWatching();
      const asTold =
        sent !== undefined && (signal === sent || code === endings[sent] || (kill.child && code === 1));
      if (code === 0 && sent === undefined) resolve(false);
      else if (asTold || (kill?.child && sent && code === 0)) resolve(true);
      else
        reject(new Error(`${args[0]} ended with ${code ?? signal} after ${sent ?? 'no signal'}:\n${errors}`));
    });
  });

const checkpointsOf = (place) => {
  const at = path.join(place, 'checkpoints');
  const names = readdirSync(at).filter((name) => name.endsWith('.safetensors'));
  return new Map(names.map((name) => [name, readFileSync(path.join(at, name))]));
};
const stepOf = (name) => Number(/\d+/.exec(name)[0]);
const metricsOf = (place) =>
  readFileSync(path.join(place, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.stringify({ ...JSON.parse(line), stepsPerSecond: 0 }));
const leftovers = (place) =>
  readdirSync(place, { recursive: true }).filter((name) => /\.partial$|trainer\.pid/.test(name));

const argumentsFor = (out, steps) => (isSweep ? sweepArguments(out) : trainArguments(out, steps));
const writeGrid = (maxSteps) => {
  const model = {
    kind: 'encoder',
    prime: 13,
    d: 16,
    layers: 1,
    heads: 2,
    dFf: 32,
    readout: 'first',
    norm: 'LayerNorm',
    normEps: 1e-5,
    activation: 'gelu',
  };
  const split = { method: 'python-random-shuffle', seed: 42, trainFraction: 0.5, firstToken: 0 };
  const base = {
    name: 'killed',
    model,
    data: { tasks: ['add'], split },
    maxSteps,
    evaluateEvery: every,
    checkpointEvery: every,
  };
  const grid = {
    name: 'killed',
    base,
    scales: [{ name: 'small', model }],
    decays: [1],
    seeds: [1, 2],
    tasks: [['add']],
  };
  writeFileSync(gridFile, JSON.stringify(grid));
};

const broken = path.join(folder, 'broken');
const whole = path.join(folder, 'whole');
// A sweep's grid cannot be changed on the way: its runs are long enough for all kills.
const sweepSteps = kills * 600;
if (isSweep) writeGrid(sweepSteps);
const counts = {};
let done = 0;
let ended = false;
while (done < kills && !ended) {
  const kill = {
    signal: signals[done % 3],
    writing: done % 2 === 1,
    child: isSweep && Math.floor(done / 3) % 2 === 1,
    // Some fall before the first step.
    starting: done % 5 === 0,
    after: Math.random() * 800,
  };
  const wasKilled = await run(argumentsFor(broken, endless), broken, kill);
  ended = !wasKilled;
  if (!wasKilled) break;
  done += 1;
  const kind = `${kill.signal} of the ${kill.child ? 'child' : 'parent'}${kill.writing ? ' inside a write' : ''}`;
  counts[kind] = (counts[kind] ?? 0) + 1;
}
const runFile = path.join(runIn(broken), 'run.json');
const reached = existsSync(runFile) ? JSON.parse(readFileSync(runFile, 'utf8')).lastStep : 0;
const last = isSweep ? sweepSteps : (Math.floor(reached / every) + 2) * every;
await run(argumentsFor(broken, last), broken);
await run(argumentsFor(whole, last), whole);

const problems = [];
if (done < kills) problems.push(`the run ended after ${done} of ${kills} kills`);
const pairs = isSweep
  ? readdirSync(path.join(whole, 'runs')).map((name) => [
      path.join(whole, 'runs', name),
      path.join(broken, 'runs', name),
    ])
  : [[whole, broken]];
let compared = 0;
for (const [one, other] of pairs) {
  const [expected, actual] = [checkpointsOf(one), checkpointsOf(other)];
  compared += expected.size;
  for (const [name, bytes] of expected) if (!actual.get(name)?.equals(bytes)) problems.push(name);
  // A run that was told to end wrote a checkpoint where it stood.
  const extra = [...actual.keys()].filter((name) => !expected.has(name) && stepOf(name) % every === 0);
  problems.push(...extra.map((name) => `not in the whole run: ${name}`));
  if (JSON.stringify(metricsOf(one)) !== JSON.stringify(metricsOf(other))) problems.push('metrics.jsonl');
  for (const name of leftovers(other)) problems.push(`left behind: ${name}`);
}
rmSync(folder, { recursive: true });
console.log(`${done} kills; ${compared} checkpoints of ${last} steps compared`);
for (const [kind, count] of Object.entries(counts).sort()) console.log(`  ${count} × ${kind}`);
if (problems.length > 0) {
  console.error(`different: ${problems.slice(0, 10).join(', ')}`);
  process.exit(1);
}
console.log('equal, byte for byte');
