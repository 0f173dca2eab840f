// Prints the floors of the house and checks them: node scripts/floors.mjs [--check]
// A folder imports folders below it only. The order here is the architecture: lowest floor first, one folder a name.
import fs from 'node:fs';
import path from 'node:path';

const houses = {
  extension: [
    ['contract', 'l10n'],
    ['disk', 'text'],
    ['queue', 'tools'],
    ['processes', 'engine'],
    ['host', 'cli'],
  ],
  'extension/engine': [
    ['ground', 'onnx'],
    ['runtime', 'checkpoints', 'graph'],
    ['linalg', 'models'],
    ['geometry'],
    ['evaluation'],
    ['training'],
    ['series', 'runs', 'metrics'],
    ['analyses'],
    ['papers'],
    ['inspection'],
    ['roles'],
  ],
  'extension/engine/checkpoints': [
    ['bytes'],
    ['tensors'],
    ['safetensors', 'pytorch', 'numpy', 'gguf', 'onnx', 'hdf5', 'msgpack', 'sharded', 'packing', 'adapters'],
    ['distributed'],
    ['discovery'],
  ],
  'extension/host': [['processes'], ['tools'], ['inspector', 'explorer', 'hover'], ['training'], ['sweeps']],
  webview: [
    ['words', 'styles', 'theme'],
    ['report', 'elements'],
    ['state'],
    ['connection'],
    ['charts'],
    ['parts'],
    ['pages'],
    ['frame'],
  ],
  'webview/pages': [
    ['trajectory', 'reconstruction', 'spectra', 'dynamics', 'modes', 'training', 'attention', 'runs'],
    ['sweep', 'compare'],
    ['overview'],
  ],
};

const root = path.resolve(import.meta.dirname, '..');
const specifier = /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g;

/** Pairs of folders: importer → imported, each with one file as evidence. */
function arrows(house) {
  const top = path.join(root, house);
  const folderOf = (file) => {
    const parts = path.relative(top, file).split(path.sep);
    return parts.length > 1 && parts[0] !== '..' ? parts[0] : undefined;
  };
  const found = new Map();
  for (const name of fs.readdirSync(top, { recursive: true, encoding: 'utf8' })) {
    if (!/\.tsx?$/.test(name)) continue;
    const file = path.join(top, name);
    const from = folderOf(file);
    if (from === undefined) continue;
    for (const [, target] of fs.readFileSync(file, 'utf8').matchAll(specifier)) {
      const to = folderOf(path.resolve(path.dirname(file), target));
      if (to !== undefined && to !== from)
        found.set(`${from} → ${to}`, { from, to, file: path.join(house, name) });
    }
  }
  return [...found.values()];
}

const faults = [];
for (const [house, floors] of Object.entries(houses)) {
  const floorOf = new Map(floors.flatMap((folders, floor) => folders.map((folder) => [folder, floor])));
  const seen = arrows(house);
  for (const entry of fs.readdirSync(path.join(root, house), { withFileTypes: true }))
    if (entry.isDirectory() && !floorOf.has(entry.name))
      faults.push(`${house}/${entry.name} has no floor: name it in scripts/floors.mjs.`);
  for (const { from, to, file } of seen)
    if (floorOf.has(from) && floorOf.has(to) && floorOf.get(from) <= floorOf.get(to))
      faults.push(`${file}: ${from} may not import ${to}, which is not below it.`);
  if (process.argv.includes('--check')) continue;
  console.log(house);
  for (const [floor, folders] of [...floors.entries()].reverse())
    for (const folder of folders) {
      const below = seen.filter(({ from }) => from === folder).map(({ to }) => to);
      console.log(`  ${floor}  ${folder.padEnd(12)} → ${below.sort().join(', ') || '–'}`);
    }
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
