import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../../../../extension/contract/run.js';
import { jsonSchemaOf } from './jsonSchemaOf.js';

const root = path.resolve(import.meta.dirname, '../../../..');
const shipped = JSON.parse(fs.readFileSync(path.join(root, 'media/wgrun.schema.json'), 'utf8')) as Record<
  string,
  unknown
>;

/** Words that only a reader sees. */
const prose = new Set(['$schema', 'title', 'description', 'markdownDescription', 'enumDescriptions']);
type Json = unknown;
/** The schema without its prose; keys under `properties` are names, not prose. */
const bare = (value: Json, areNames = false): Json =>
  Array.isArray(value)
    ? value.map((item) => bare(item))
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([key]) => areNames || !prose.has(key))
            .map(([key, inner]) => [key, bare(inner, !areNames && key === 'properties')]),
        )
      : value;

describe('the schema of run files', () => {
  it('says what the trainer takes: every key, limit and default', () => {
    expect(bare(shipped)).toEqual(jsonSchemaOf(runConfigSchema));
  });

  it('explains every setting', () => {
    const settings = Object.entries(shipped['properties'] as Record<string, { description?: string }>);
    expect(
      settings.filter(([, { description = '' }]) => description.length < 10).map(([key]) => key),
    ).toEqual([]);
  });
});
