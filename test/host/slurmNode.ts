import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A real Slurm of one node with two cores, on loopback: authentication is off, so it is for tests alone. */
const configuration = (folder: string, plugins: string): string => `ClusterName=wg
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=26827
SlurmdPort=26828
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/ctld.pid
SlurmdPidFile=${folder}/d.pid
SlurmctldLogFile=${folder}/ctld.log
SlurmdLogFile=${folder}/d.log
PluginDir=${plugins}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ReturnToService=2
JobRequeue=1
MinJobAge=60
MessageTimeout=3
SchedulerType=sched/backfill
NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP PreemptMode=off
`;

const pluginFolders = ['/usr/lib/x86_64-linux-gnu/slurm-wlm', '/usr/lib/aarch64-linux-gnu/slurm-wlm'];

/** Why no Slurm can be started here; undefined where one can. */
export const whyNoSlurm = (): string | undefined => {
  if (process.platform !== 'linux') return 'Slurm is for Linux';
  if (process.getuid?.() !== 0) return 'the daemons of a test Slurm want to be root';
  if (!pluginFolders.some((folder) => fs.existsSync(folder))) return 'its Debian packages are not installed';
  const found = ['slurmctld', 'slurmd', 'sbatch', 'squeue'].every((program) =>
    (process.env.PATH ?? '').split(':').some((folder) => fs.existsSync(path.join(folder, program))),
  );
  return found
    ? undefined
    : 'its programs are not on the path: apt-get install slurmctld slurmd slurm-client slurm-wlm-basic-plugins';
};

export interface SlurmNode {
  /** The environment in which Slurm's commands find it. */
  readonly env: NodeJS.ProcessEnv;
  readonly command: (program: string, ...args: string[]) => string;
  readonly stopController: () => Promise<void>;
  readonly startController: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const endOf = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await Promise.race([ended, pause(10_000)]);
  child.kill('SIGKILL');
};

export const startSlurm = async (): Promise<SlurmNode> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-slurm-'));
  for (const name of ['state', 'spool']) fs.mkdirSync(path.join(folder, name));
  const file = path.join(folder, 'slurm.conf');
  fs.writeFileSync(
    file,
    configuration(
      folder,
      pluginFolders.find((each) => fs.existsSync(each))!,
    ),
  );
  const env = { ...process.env, SLURM_CONF: file };
  const command = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const start = (program: string): ChildProcess => spawn(program, ['-D'], { env, stdio: 'ignore' });
  const answers = async (): Promise<void> => {
    for (let tries = 0; ; tries++) {
      await pause(1000);
      try {
        if (/\b(idle|mix|alloc)/.test(command('sinfo', '--noheader', '--format=%T'))) return;
      } catch (error) {
        if (tries > 60) throw error;
      }
      if (tries > 60)
        throw new Error(`The node does not come up: ${fs.readFileSync(path.join(folder, 'd.log'), 'utf8')}`);
    }
  };
  let controller = start('slurmctld');
  const daemon = start('slurmd');
  await answers();
  return {
    env,
    command,
    stopController: () => endOf(controller),
    startController: async () => {
      controller = start('slurmctld');
      await answers();
    },
    end: async () => {
      await endOf(daemon);
      await endOf(controller);
      fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
