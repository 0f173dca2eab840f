// Pictures of every page of HTML reports, and what is wrong with them:
//   node scripts/pictures.mjs [--looks light,dark,…] OUT REPORT.html…
// Each page in VS Code's four kinds of theme, 400 px wide, at 200 percent and in forced colours. axe-core looks at each;
// a page that is wider than its window is reported. The colours are those that VS Code's default themes give a webview.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({ options: { looks: { type: 'string' } }, allowPositionals: true });
const [out, ...reports] = positionals;
if (out === undefined || reports.length === 0) {
  console.error('Usage: node scripts/pictures.mjs [--looks NAME,…] OUT REPORT.html…');
  process.exit(2);
}
const root = path.resolve(import.meta.dirname, '..');
const themes = JSON.parse(fs.readFileSync(path.join(root, 'test/fixtures/themes/themes.json'), 'utf8'));
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const installed = path.join(root, '.test-host/chromium/chromium');
const executablePath = fs.existsSync(installed) ? installed : '/usr/bin/chromium';

const wide = { width: 1280, height: 900 };
const allLooks = [
  { name: 'light', theme: 'vscode-light', viewport: wide },
  { name: 'dark', theme: 'vscode-dark', viewport: wide },
  { name: 'contrast', theme: 'vscode-high-contrast', viewport: wide },
  { name: 'contrast-light', theme: 'vscode-high-contrast-light', viewport: wide },
  { name: '400px', theme: 'vscode-light', viewport: { width: 400, height: 900 } },
  { name: '200percent', theme: 'vscode-dark', viewport: { width: 640, height: 450 }, scale: 2 },
  { name: 'forced', theme: 'vscode-light', viewport: wide, forcedColors: 'active' },
];
const wanted = values.looks?.split(',');
const looks = allLooks.filter(({ name }) => wanted?.includes(name) ?? true);

/** Puts a theme on as VS Code does: variables on the document, classes on the body. */
const wear = ({ theme, variables }) => {
  const { body, documentElement } = document;
  body.className = `${theme} ${theme === 'vscode-high-contrast-light' ? 'vscode-high-contrast' : ''}`;
  for (const [name, value] of Object.entries(variables)) documentElement.style.setProperty(name, value);
};

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
let found = 0;
const complain = (line) => {
  found++;
  console.log(line);
};
for (const report of reports) {
  const name = path.basename(report, '.html');
  for (const look of looks) {
    const context = await browser.newContext({
      viewport: look.viewport,
      deviceScaleFactor: look.scale ?? 1,
      ...(look.forcedColors ? { forcedColors: look.forcedColors } : {}),
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => complain(`${name} ${look.name}: ${error.message}`));
    await page.goto(pathToFileURL(path.resolve(report)).href);
    await page.locator('[role=tab]').first().waitFor();
    await page.evaluate(wear, { theme: look.theme, variables: themes[look.theme] });
    await page.evaluate(axe);
    for (const tab of await page.locator('[role=tab]').all()) {
      const title = (await tab.innerText()).trim();
      await tab.click();
      await page.waitForTimeout(700);
      const where = `${name} ${look.name} ${title}`;
      const { wider, violations } = await page.evaluate(async () => ({
        wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        violations: (await globalThis.axe.run(document, { resultTypes: ['violations'] })).violations.map(
          ({ id, impact, nodes }) => `${id} (${impact}): ${nodes[0].html.slice(0, 160)}`,
        ),
      }));
      if (wider > 1) complain(`${where}: ${wider} px wider than the window`);
      for (const violation of violations) complain(`${where}: ${violation}`);
      const file = `${name}-${title.toLowerCase().replaceAll(/\W+/g, '-')}-${look.name}.png`;
      fs.mkdirSync(out, { recursive: true });
      await page.screenshot({ path: path.join(out, file), fullPage: true });
    }
    await context.close();
  }
}
await browser.close();
console.log(`${found} faults; pictures in ${out}`);
process.exitCode = found === 0 ? 0 : 1;
