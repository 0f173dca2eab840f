import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { thisProcess } from '../../../extension/disk/processIdentity.js';
import { cellsOf } from '../../../extension/engine/runs/grid.js';
import { sweepProgress, watchedProgress } from '../../../extension/engine/runs/progress.js';
import { runSweep } from '../../../extension/engine/runs/runSweep.js';
import { beginSweep, runFolder } from '../../../extension/engine/runs/sweepFile.js';
import { inThisProcess } from '../../../extension/engine/runs/engineLaunchers.js';
import { onProcessor, smallGrid } from './smallGrid.js';

const cell = cellsOf(smallGrid)[0]!;
let sweep: string;
beforeEach(() => {
  sweep = mkdtempSync(path.join(tmpdir(), 'wg-progress-'));
});
afterEach(() => rmSync(sweep, { recursive: true }));

it('says that a run of another host whose clock differs may be running, and sees it by its beat', async () => {
  await beginSweep(sweep, smallGrid);
  await runSweep(sweep, [cell], {
    ...{ signal: new AbortController().signal, provider: 'cpu' },
    launcher: inThisProcess(onProcessor),
  });
  const run = path.join(runFolder(sweep, cell), 'run.json');
  writeFileSync(run, JSON.stringify({ ...JSON.parse(readFileSync(run, 'utf8')), status: 'running' }));
  const claim = path.join(runFolder(sweep, cell), 'state', 'trainer.pid');
  writeFileSync(
    claim,
    JSON.stringify({ ...thisProcess(), host: 'elsewhere', boot: 'another', token: 'its' }),
  );
  let beats = 0;
  const beat = (): void => {
    const itsNow = new Date(Date.now() - 8 * 3_600_000 + beats++ * 5_000);
    utimesSync(claim, itsNow, itsNow);
  };
  beat();

  expect(await sweepProgress(sweep, [cell])).toMatchObject([{ status: 'stopped', unsure: true }]);
  const beating = setInterval(beat, 200);
  const [seen] = await watchedProgress(sweep, [cell]);
  clearInterval(beating);
  expect(seen).toMatchObject({ status: 'running' });
  expect(seen).not.toHaveProperty('unsure');
});
