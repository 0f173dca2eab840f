// Writes the source bundle for translators: the strings of the host (`l10n.t`) and of the page
// (webview/strings.ts).
import fs from 'node:fs';
import path from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');

const sources = fs
  .readdirSync(path.join(root, 'extension'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .map((file) => ({
    contents: fs.readFileSync(path.join(root, 'extension', file), 'utf8'),
    extension: '.ts',
  }));

const page = await build({
  entryPoints: [path.join(root, 'webview/strings.ts')],
  bundle: true,
  format: 'esm',
  write: false,
});
const code = Buffer.from(page.outputFiles[0].contents).toString('base64');
const { english } = await import(`data:text/javascript;base64,${code}`);

const bundle = {
  ...(await getL10nJson(sources)),
  ...Object.fromEntries(Object.values(english).map((sentence) => [sentence, sentence])),
};
fs.writeFileSync(path.join(root, 'extension/l10n/bundle.l10n.json'), `${JSON.stringify(bundle, null, 2)}\n`);
