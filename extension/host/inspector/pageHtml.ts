import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The only folder that the page may load from: its own bundle. */
export const pageFolder = (extension: vscode.Uri): vscode.Uri =>
  vscode.Uri.joinPath(extension, 'dist', 'webview');

/**
 * The frame of the page. It contains nothing read from a file; data arrives later as messages. The chart
 * library sets styles on elements, so inline styles are allowed. Scripts need the nonce; imported scripts
 * inherit it.
 */
export function pageHtml(webview: vscode.Webview, extension: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const at = (name: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extension), name)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'unsafe-inline'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource} data: blob:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language.replace(/[^\w-]/g, '')}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${at('page.css')}">
<title>Weight Geometry</title>
</head>
<body>
<div id="root"></div>
<script type="module" nonce="${nonce}" src="${at('page.js')}"></script>
</body>
</html>`;
}
