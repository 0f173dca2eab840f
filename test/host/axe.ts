import fs from 'node:fs';
import { createRequire } from 'node:module';
import type { Frame } from 'playwright-core';

const source = (): string =>
  fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe-core holds against a page as it is now: rule, impact and the first place. */
export async function violations(frame: Frame): Promise<string[]> {
  if (await frame.evaluate(() => !('axe' in globalThis))) await frame.evaluate(source());
  const found = await frame.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(what: Document, options: object): Promise<{ violations: Violation[] }> };
    };
    return (await axe.run(document, { resultTypes: ['violations'] })).violations;
  });
  return found.map(({ id, impact, nodes }) => `${id} (${impact ?? '?'}): ${nodes[0]?.html ?? ''}`);
}
