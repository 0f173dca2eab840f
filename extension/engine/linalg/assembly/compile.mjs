// Compiles the kernels of this folder into ../kernels.generated.ts, unless that is newer than all of them.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('.', import.meta.url));
const target = fileURLToPath(new URL('../kernels.generated.ts', import.meta.url));
const modified = (path) => fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const newest = Math.max(...fs.readdirSync(folder).map((name) => modified(folder + name)));

if (modified(target) < newest) {
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
  if (error) throw new Error(`The kernels do not compile:\n${stderr.toString()}`, { cause: error });
  const base64 = Buffer.from(binary).toString('base64');
  // Written whole and then renamed, so that two builds at once never see half a file.
  const partial = `${target}.${process.pid}`;
  fs.writeFileSync(
    partial,
    `/** The folder assembly/, compiled to WebAssembly. */\nexport const kernelsBase64 =\n  '${base64}';\n`,
  );
  fs.renameSync(partial, target);
}
