// Writes into package.json what follows from the tables of the code, and the addresses of scripts/marketplace.json, which
// whoever publishes fills in: node scripts/manifest.mjs [--check]
// The endings of weight files in activation events, menu conditions and editors come from contract/weightFormats.ts,
// the commands from host/contributions.ts, the tools of language models from tools/table.ts. With or without --check it
// fails where an id of the manifest is not in contributions.ts, or code spells an id of its own.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { format } from 'prettier';

const root = path.resolve(import.meta.dirname, '..');
const bundled = await build({
  stdin: {
    contents:
      "export * from './extension/contract/weightFormats.js'; export { manifestCommands, manifestIds, mcpProviderId, section, settingId, settingSchemas } from './extension/host/contributions.js'; export { is } from 'valibot'; export { weightFileGlobs } from './extension/host/weightFiles.js'; export { tools } from './extension/tools/table.js'; export { inputSchemaOf, modelToolName } from './extension/tools/tool.js';",
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

/**
 * A condition with a pattern that holds safetensors is about weight files; one with an index is about shard
 * lists.
 */
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

/** Manifest form of an address. An empty address is left out of the manifest. */
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
manifest.contributes.mcpServerDefinitionProviders = [{ id: tables.mcpProviderId, label: 'Weight Geometry' }];
manifest.contributes.commands = tables.manifestCommands;

const faults = [];
const quoted = JSON.stringify(manifest);
const idPattern = new RegExp(`\\b${tables.section}(?:\\.\\w+)*`, 'g');
for (const id of new Set(quoted.match(idPattern))) {
  if (!tables.manifestIds.includes(id)) faults.push(`package.json: ${id} is not in host/contributions.ts.`);
}
for (const id of tables.manifestIds) {
  if (!quoted.includes(id) && !id.endsWith('.focus'))
    faults.push(`host/contributions.ts: ${id} is not in package.json.`);
}
const settings = Object.assign({}, ...manifest.contributes.configuration.map(({ properties }) => properties));
for (const [name, schema] of Object.entries(tables.settingSchemas)) {
  const setting = settings[tables.settingId(name)];
  if (setting === undefined) continue;
  if (!tables.is(schema, setting.default))
    faults.push(`package.json: ${name} has a default of another type.`);
  if (JSON.stringify(setting.enum) !== JSON.stringify(schema.options))
    faults.push(`package.json: the values of ${name} are not those of host/contributions.ts.`);
}
const spelled = new RegExp(`['"\`]${tables.section}[.'"\`]`);
for (const folder of ['extension', 'webview', 'scripts']) {
  for (const name of fs.readdirSync(path.join(root, folder), { recursive: true })) {
    const place = path.join(folder, name);
    if (!/\.(tsx?|mjs)$/.test(name) || place === path.join('extension', 'host', 'contributions.ts')) continue;
    if (spelled.test(fs.readFileSync(path.join(root, place), 'utf8')))
      faults.push(`${place}: ids are named in host/contributions.ts.`);
  }
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;

const written = await format(JSON.stringify(manifest), { ...manifest.prettier, parser: 'json-stringify' });
if (process.argv.includes('--check')) {
  if (written !== text) {
    console.error('package.json is not what the tables say: run npm run manifest.');
    process.exitCode = 1;
  }
} else fs.writeFileSync(file, written);
