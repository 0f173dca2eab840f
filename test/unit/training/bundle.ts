import { build } from 'esbuild';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Bundles a child process's source as the product's build does; answers the file, from which onnxruntime resolves. */
export const bundleForChild = async (source: string, name: string): Promise<string> => {
  const outfile = path.join(root, 'node_modules', '.cache', 'weight-geometry', `${name}-${process.pid}.cjs`);
  await build({
    stdin: { contents: source, resolveDir: root, loader: 'ts' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['onnxruntime-node'],
    logLevel: 'error',
    outfile,
  });
  return outfile;
};
