// Compiles the folders of AssemblyScript to WebAssembly, each into a module of base64 unless that is newer than all of it.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Folder of kernels → the module that holds it, and the name of its constant. */
const folders = [
  ['extension/engine/linalg/assembly/', 'extension/engine/linalg/kernels.generated.ts', 'kernelsBase64'],
  [
    'extension/engine/checkpoints/tensors/assembly/',
    'extension/engine/checkpoints/tensors/halves.generated.ts',
    'halvesBase64',
  ],
];

const root = new URL('../', import.meta.url);
const modified = (path) => fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const ownTime = modified(fileURLToPath(import.meta.url));

async function compiled(folder) {
  let binary;
  const { error, stderr } = await asc.main(
    // prettier-ignore
    ['index.ts', '--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--importMemory'],
    {
      readFile: (name) => (fs.existsSync(folder + name) ? fs.readFileSync(folder + name, 'utf8') : null),
      writeFile: (name, contents) => {
        if (name === 'kernels.wasm') binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${folder} does not compile:\n${stderr.toString()}`, { cause: error });
  return Buffer.from(binary).toString('base64');
}

for (const [from, to, name] of folders) {
  const [folder, target] = [from, to].map((path) => fileURLToPath(new URL(path, root)));
  const newest = Math.max(ownTime, ...fs.readdirSync(folder).map((file) => modified(folder + file)));
  if (modified(target) >= newest) continue;
  const base64 = await compiled(folder);
  // Written whole and then renamed, so that two builds at once never see half a file.
  const partial = `${target}.${process.pid}`;
  fs.writeFileSync(
    partial,
    `/** The folder assembly/, compiled to WebAssembly. */\nexport const ${name} =\n  '${base64}';\n`,
  );
  fs.renameSync(partial, target);
}
