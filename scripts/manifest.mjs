// Writes into package.json what follows from the tables of the code, and the addresses of scripts/marketplace.json, which
// whoever publishes fills in: node scripts/manifest.mjs [--check]
// The endings of weight files in activation events, menu conditions and editors come from contract/weightFormats.ts,
// the tools of language models from tools/table.ts.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { format } from 'prettier';

const root = path.resolve(import.meta.dirname, '..');
const bundled = await build({
  stdin: {
    contents:
      "export * from './extension/contract/weightFormats.js'; export { weightFileGlobs } from './extension/host/weightFiles.js'; export { tools } from './extension/tools/table.js'; export { inputSchemaOf, modelToolName } from './extension/tools/tool.js';",
    resolveDir: root,
    loader: 'ts',
  },
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const code = Buffer.from(bundled.outputFiles[0].contents).toString('base64');
const tables = await import(`data:text/javascript;base64,${code}`);

const file = path.join(root, 'package.json');
const text = fs.readFileSync(file, 'utf8');
const manifest = JSON.parse(text);

const searching = 'workspaceContains:';
manifest.activationEvents = [
  ...tables.weightFileGlobs.map((glob) => searching + glob),
  ...manifest.activationEvents.filter((event) => !event.startsWith(searching)),
];

/** A condition names weight files by a pattern that holds safetensors; one with an index is of lists of shards. */
const conditionOf = (when) =>
  when.replace(/\/\\\.\([^/]*safetensors[^/]*\$\//g, (pattern) =>
    pattern.includes('index') ? `/${tables.shardIndexPattern}/` : `/${tables.weightNamePattern}/`,
  );
for (const item of Object.values(manifest.contributes.menus).flat()) {
  if (item.when !== undefined) item.when = conditionOf(item.when);
}

for (const editor of manifest.contributes.customEditors) {
  const isDefault = editor.priority === 'default';
  editor.selector = tables.weightEndings
    .filter((ending) => tables.uniqueEndings.includes(ending) === isDefault)
    .map((ending) => ({ filenamePattern: `*${ending}` }));
}

/** How a field of the manifest holds an address; one that is empty in the file is absent from the manifest. */
const addressFields = {
  repository: (url) => ({ type: 'git', url }),
  homepage: (url) => url,
  bugs: (url) => ({ url }),
  sponsor: (url) => ({ url }),
};
const addresses = JSON.parse(fs.readFileSync(path.join(root, 'scripts/marketplace.json'), 'utf8'));
for (const [field, shape] of Object.entries(addressFields)) {
  const address = addresses[field] ?? '';
  delete manifest[field];
  if (address === '') continue;
  if (!/^https:\/\/\S+$/.test(address))
    throw new Error(`scripts/marketplace.json: ${field} is no https address.`);
  manifest[field] = shape(address);
}

manifest.contributes.languageModelTools = tables.tools.map((tool) => ({
  name: tables.modelToolName(tool),
  displayName: tool.title,
  modelDescription: tool.description,
  userDescription: tool.userDescription,
  toolReferenceName: `weights_${tool.name}`,
  canBeReferencedInPrompt: true,
  tags: ['weights', 'checkpoints', 'weight-geometry'],
  icon: '$(graph-line)',
  inputSchema: tables.inputSchemaOf(tool),
}));
manifest.contributes.mcpServerDefinitionProviders = [{ id: 'weightGeometry.mcp', label: 'Weight Geometry' }];

const written = await format(JSON.stringify(manifest), { ...manifest.prettier, parser: 'json-stringify' });
if (process.argv.includes('--check')) {
  if (written !== text) {
    console.error('package.json is not what the tables say: run npm run manifest.');
    process.exitCode = 1;
  }
} else fs.writeFileSync(file, written);
