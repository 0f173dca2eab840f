import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { GeometryError } from '../../contract/errors.js';
import type { Bench, Measurement } from './bench.js';

const figuresSchema = v.array(
  v.object({ name: v.string(), unit: v.string(), ours: v.number(), aim: v.string() }),
);

/** Measures in a real host. The tests' harness starts it, so it needs a checkout. */
export const hostBench: Bench = {
  name: 'host',
  summary: 'activation, tooltips and panels in a real VS Code, against the limits that the design sets',
  run: ({ say, temporaryFolder }) => {
    const checkout = path.resolve(__dirname, '..');
    const config = path.join(checkout, 'test/host/vitest.config.ts');
    if (!fs.existsSync(config)) {
      throw new GeometryError(
        'not-found',
        'The host is measured in a checkout of the sources; this is none.',
      );
    }
    const file = path.join(temporaryFolder, 'figures.json');
    say('Starting a host (its first installation takes a minute)…');
    const ran = spawnSync('npx', ['vitest', 'run', '--config', config], {
      cwd: checkout,
      env: { ...process.env, FIGURES: file },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (ran.status !== 0 || !fs.existsSync(file)) {
      throw new GeometryError('internal', 'The measurements in the host did not come to their end.');
    }
    const measured: Measurement[] = v.parse(figuresSchema, JSON.parse(fs.readFileSync(file, 'utf8')));
    return Promise.resolve(measured);
  },
};
