// Checks the READMEs of folders: node scripts/readmes.mjs
// A folder of more than ten source files has one, and a README with a table of files names each source file of its folder.
import fs from 'node:fs';
import path from 'node:path';

const houses = ['extension', 'webview', 'test'];
const MOST_WITHOUT = 10;

const isSource = (name) => /\.(ts|tsx|mjs)$/.test(name) && !name.endsWith('.generated.ts');

/** A name in a README as a pattern of file names: `*` and `<format>` stand for anything. */
const toPattern = (name) => new RegExp(`^${name.replace(/[.+()]/g, '\\$&').replace(/\*|<[^>]*>/g, '.+')}$`);

const faultsOf = (folder) => {
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  const below = entries.flatMap((entry) =>
    entry.isDirectory() ? faultsOf(path.join(folder, entry.name)) : [],
  );
  const sources = entries.filter((entry) => entry.isFile() && isSource(entry.name)).map(({ name }) => name);
  const readme = path.join(folder, 'README.md');
  if (!fs.existsSync(readme))
    return sources.length > MOST_WITHOUT
      ? [`${folder}: ${sources.length} source files and no README.md`, ...below]
      : below;
  const text = fs.readFileSync(readme, 'utf8');
  // A row of a table that begins with file names; other tables of a README are not lists of files.
  const rows = text.split('\n').filter((line) => /^\|[^|]*`[^`|]+\.(ts|tsx|mjs)`/.test(line));
  if (rows.length === 0) return below;
  const named = [...text.matchAll(/`([^`\s]+)`/g)].map(([, name]) => name);
  const patterns = named.map(toPattern);
  return [
    ...sources
      .filter((name) => !patterns.some((pattern) => pattern.test(name)))
      .map((name) => `${readme} does not name ${name}`),
    ...rows
      .flatMap((row) =>
        [...row.split('|')[1].matchAll(/`([^`\s]+\.(?:ts|tsx|mjs))`/g)].map(([, name]) => name),
      )
      .filter((name) => !name.includes('/') && !sources.some((source) => toPattern(name).test(source)))
      .map((name) => `${readme} names ${name}, which is not there`),
    ...below,
  ];
};

const faults = houses.flatMap(faultsOf);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
