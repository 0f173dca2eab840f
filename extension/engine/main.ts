import { serveCompute } from './process/compute.js';
import { serveReader } from './process/reader.js';
import { serveInstaller } from './runtime/installerProcess.js';
import { runProbeProcess } from './runtime/probe.js';
import { serveTrainer } from './training/trainer/trainerProcess.js';

/** What a child process is for; the one that forks it names it, and gives it the rest of its arguments. */
const roles: Readonly<Record<string, (args: readonly string[]) => void>> = {
  reader: ([cacheFolder]) => serveReader(cacheFolder),
  compute: () => serveCompute(),
  trainer: () => serveTrainer(),
  installer: () => serveInstaller(),
  probe: ([provider = 'cpu']) => void runProbeProcess(provider),
};

const [role = '', ...args] = process.argv.slice(2);
const serve = Object.hasOwn(roles, role) ? roles[role] : undefined;
if (serve) serve(args);
else {
  console.error(`Unknown role "${role}".`);
  process.exitCode = 2;
}
