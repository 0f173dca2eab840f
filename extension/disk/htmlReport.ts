import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GeometryError } from '../contract/errors.js';
import type { ReportAddition } from '../contract/report.js';

/** Id of the element that holds the report. */
const reportElement = 'report';

/**
 * One file that opens from disk: the panel's own page with the report inside, as one addition. Its content
 * policy allows this one script by its hash and no network.
 */
export const htmlReport = async (addition: ReportAddition): Promise<string> => {
  const [script, style] = await Promise.all([builtPage('report.js'), builtPage('report.css')]);
  const inlined = forScriptElement(script);
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(inlined).digest('base64')}'`,
    // Chart libraries set style attributes.
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(addition.header?.source.name ?? 'Report')}: Weight Geometry</title>
<style>${style.replace(/<\/style/gi, '<\\/style')}</style>
</head>
<body>
<div id="root"></div>
<script type="application/json" id="${reportElement}">${escapeJson(JSON.stringify(addition))}</script>
<script>${inlined}</script>
</body>
</html>
`;
};

const builtPage = async (name: string): Promise<string> => {
  const path = join(__dirname, 'report', name);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new GeometryError('not-found', `${path} is missing: run "npm run build" first.`, { cause });
  }
};

/** JSON that cannot end its script element, whatever tensor names contain. */
export const escapeJson = (json: string): string =>
  json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * Script text in which no string ends or comments out its element: in JavaScript `\/` and `\!` mean `/` and
 * `!`.
 */
const forScriptElement = (script: string): string =>
  script.replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');

export const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
