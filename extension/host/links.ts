import path from 'node:path';
import * as v from 'valibot';
import * as vscode from 'vscode';
import { focuses, type Focus } from '../contract/calls.js';

/** The content of a link. */
export interface Link {
  readonly source: string;
  readonly base?: string;
  readonly page?: Focus;
}

const absolute = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.check((text) => path.isAbsolute(text) && !text.includes('\0')),
);
const linkSchema = v.object({
  path: absolute,
  base: v.exactOptional(absolute),
  page: v.exactOptional(v.picklist(focuses)),
});

/** Reads `/inspect?path=…&page=…&base=…`; undefined for anything else. Links are untrusted. */
export function linkIn({ path: action, query }: Pick<vscode.Uri, 'path' | 'query'>): Link | undefined {
  if (action !== '/inspect') return undefined;
  const read = v.safeParse(linkSchema, Object.fromEntries(new URLSearchParams(query)));
  if (!read.success) return undefined;
  const { path: source, ...others } = read.output;
  return { source, ...others };
}

/**
 * Opens the panel of a link, after VS Code has asked the user. A link only reads: it trains nothing, writes
 * nothing and names a local path.
 */
export const linkHandler = (open: (link: Link) => void): vscode.UriHandler => ({
  handleUri(uri) {
    const link = linkIn(uri);
    if (link) open(link);
    else {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('The link is none of Weight Geometry: it reads inspect?path=…, with a full path.'),
      );
    }
  },
});
