import { collectSeldom } from './ground/collector.js';
import { serveCheck } from './roles/check.js';
import { serveCompute } from './roles/compute.js';
import { serveGpu } from './roles/gpu.js';
import { serveReader } from './roles/reader.js';
import { serveInstaller } from './roles/installer.js';
import { runProbeProcess } from './roles/probe.js';
import { serveTrainer } from './roles/trainer.js';

/** What a child process is for; the one that forks it names it, and gives it the rest of its arguments. */
const roles: Readonly<Record<string, (args: readonly string[]) => void>> = {
  reader: ([cacheFolder]) => serveReader(cacheFolder),
  compute: () => serveCompute(),
  trainer: () => serveTrainer(),
  installer: () => serveInstaller(),
  gpu: () => serveGpu(),
  check: () => serveCheck(),
  probe: ([provider = 'cpu']) => void runProbeProcess(provider),
};

collectSeldom();

const [role = '', ...args] = process.argv.slice(2);
const serve = Object.hasOwn(roles, role) ? roles[role] : undefined;
if (serve) serve(args);
else {
  console.error(`Unknown role "${role}".`);
  process.exitCode = 2;
}
