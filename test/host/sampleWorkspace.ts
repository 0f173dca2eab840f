import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { safetensorsFile } from './safetensorsFile.js';

const root = path.resolve(import.meta.dirname, '../..');
export const hostileName = '<img src=x onerror="document.title=\'owned\'">&lt;b&gt;.weight';

/** A workspace as a researcher has it: a series, a sharded model, single files, and texts that speak of them. */
export function sampleWorkspace(): { readonly folder: string; readonly remove: () => void } {
  const place = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-workspace-')));
  // Pictures show its name.
  const folder = path.join(place, 'experiments');
  fs.mkdirSync(folder);
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  fs.cpSync(path.join(root, 'media/sample-series'), at('runs/grok'), { recursive: true });
  fs.cpSync(path.join(root, 'test/fixtures/formats/trainer/checkpoint-100'), at('sharded'), {
    recursive: true,
  });
  fs.mkdirSync(at('src'));
  fs.mkdirSync(at('empty'));
  fs.writeFileSync(at('empty/notes.txt'), 'nothing here\n');

  fs.writeFileSync(
    at('identity.safetensors'),
    safetensorsFile({
      'eye.weight': { shape: [16, 16], values: (i) => (i % 17 === 0 ? 1 : 0) },
      'halves.weight': { shape: [8, 8], values: (i) => (i % 9 === 0 ? 2 ** -(i / 9) : 0) },
    }),
  );
  fs.writeFileSync(
    at('hostile.safetensors'),
    safetensorsFile({ [hostileName]: { shape: [12, 12], values: (i) => Math.sin(i * i) } }),
  );
  fs.writeFileSync(
    at('src/load.py'),
    'import torch\nstate = torch.load("../runs/grok/step_003800.pt")\nother = torch.load("identity.safetensors")\n',
  );
  fs.writeFileSync(at('config.yaml'), 'weights: runs/grok/step_003800.pt\nseries: runs/grok\n');
  fs.writeFileSync(at('NOTES.md'), 'The weights are in `identity.safetensors`.\n');
  fs.writeFileSync(at('settings.json'), '{ "init": "./identity.safetensors" }\n');
  return { folder, remove: () => fs.rmSync(place, { recursive: true, force: true, maxRetries: 5 }) };
}
