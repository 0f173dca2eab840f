import { mkdtempSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listSeriesOf } from '../../../extension/engine/inspection/describeFile.js';
import { seriesRows } from '../../../extension/host/explorer/seriesRows.js';

let workspace = '';
beforeEach(() => {
  workspace = realpathSync(mkdtempSync(path.join(tmpdir(), 'series-rows-')));
});
afterEach(() => rmSync(workspace, { recursive: true, force: true }));

/** The rows of a workspace with these files, whose weight files are all known. */
const rowsOf = async (...files: readonly string[]) => {
  const places = files.map((file) => path.join(workspace, file));
  for (const place of places) {
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, '');
  }
  const folders = [
    ...new Set(places.filter((place) => !place.endsWith('.json')).map((p) => path.dirname(p))),
  ];
  return seriesRows([{ top: workspace, series: (await listSeriesOf(workspace, folders)).series }]);
};

describe('the rows of the view', () => {
  it('show a run once, under its own name', async () => {
    const rows = await rowsOf(
      ...['lab/runs/add/run.json', 'lab/runs/add/checkpoints/step_000000.safetensors'],
      ...['lab/runs/add/checkpoints/step_000100.safetensors', 'lab/runs/add/state/moments.safetensors'],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ label: 'add', within: path.join('lab', 'runs') });
    expect(rows[0]!.source).toBe(path.join(workspace, 'lab/runs/add'));
    expect(rows[0]!.series).toMatchObject({ isRun: true, root: path.join(workspace, 'lab/runs/add') });
    expect(rows[0]!.series.checkpoints).toHaveLength(2);
  });

  it('show folders for each step as one series', async () => {
    const rows = await rowsOf(...[1, 2, 3].map((n) => `out/checkpoint-${n}00/model.safetensors`));
    expect(rows.map(({ label, within, series }) => [label, within, series.checkpoints.length])).toEqual([
      ['out', '', 3],
    ]);
  });

  it('show every series of a folder, and what is inspected for each', async () => {
    const rows = await rowsOf(
      ...[1, 2, 3].map((step) => `lab/mix/a_step_${step}.pt`),
      ...[1, 2].map((step) => `lab/mix/b_step_${step}.pt`),
      'lab/mix/c_step_1.pt',
    );
    expect(rows.map(({ label, within, source }) => [label, within, source])).toEqual([
      ['mix: a_step_#.pt', 'lab', path.join(workspace, 'lab/mix')],
      ['mix: b_step_#.pt', 'lab', path.join(workspace, 'lab/mix/b_step_#.pt')],
      ['mix: c_step_#.pt', 'lab', path.join(workspace, 'lab/mix/c_step_1.pt')],
    ]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
  });

  it('show a series once that lies in two folders of the workspace', async () => {
    await rowsOf('lab/run/step_1.pt');
    const folder = path.join(workspace, 'lab/run');
    const found = await Promise.all(
      [workspace, path.join(workspace, 'lab'), folder].map(async (top) => ({
        top,
        series: (await listSeriesOf(top, [folder])).series,
      })),
    );
    expect(seriesRows(found).map(({ label, within }) => [label, within])).toEqual([['run', 'lab']]);
  });

  it('show weights at the top of the workspace under its name', async () => {
    const [row] = await rowsOf('model.gguf');
    expect(row).toMatchObject({ label: path.basename(workspace), within: '' });
  });
});
