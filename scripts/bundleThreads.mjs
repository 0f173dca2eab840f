// Bundles thread programs into text, NAME.ts → NAME.generated.ts: a thread then needs no file beside the
// bundle.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const engine = path.resolve(import.meta.dirname, '../extension/engine');
for (const name of ['linalg/threads/thread', 'ground/serving/orphanThread']) {
  const { outputFiles } = await build({
    entryPoints: [path.join(engine, `${name}.ts`)],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    write: false,
  });
  const target = path.join(engine, `${name}.generated.ts`);
  const text = `/** ${path.basename(name)}.ts, bundled. */\nexport const program = ${JSON.stringify(outputFiles[0].text)};\n`;
  if (fs.existsSync(target) && fs.readFileSync(target, 'utf8') === text) continue;
  // Written to a temporary name and renamed, so that concurrent builds never see half a file.
  const partial = `${target}.${process.pid}`;
  fs.writeFileSync(partial, text);
  fs.renameSync(partial, target);
}
