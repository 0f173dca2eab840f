import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { UsageError } from './command.js';
import { requireCudaFolder } from './cudaFolder.js';

const OPTION = '--cuda-from';

/** Splits the arguments into folders given with `--cuda-from` and the rest. */
export const takeCudaFrom = (
  args: readonly string[],
): { readonly folders: readonly string[]; readonly rest: readonly string[] } => {
  const folders: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === OPTION) {
      const value = args[++i];
      if (value === undefined) throw new UsageError(`${OPTION} takes a folder.`);
      folders.push(value);
    } else if (arg.startsWith(`${OPTION}=`)) folders.push(arg.slice(OPTION.length + 1));
    else rest.push(arg);
  }
  return { folders, rest };
};

/**
 * Runs the same command in a child that finds CUDA's files in the named folders: the loader reads its search
 * path only when a process starts. Signals are forwarded to the child, whose status is returned.
 * @throws GeometryError `no-provider` if CUDA is unavailable.
 */
export const runWithCudaFrom = async (
  script: string,
  { folders, rest }: ReturnType<typeof takeCudaFrom>,
): Promise<number> => {
  const cuda = await requireCudaFolder(folders);
  try {
    const child = spawn(process.execPath, [script, ...rest], {
      env: { ...process.env, ...cuda.environment },
      stdio: 'inherit',
    });
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => child.kill(name));
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    });
  } finally {
    await cuda.dispose();
  }
};
