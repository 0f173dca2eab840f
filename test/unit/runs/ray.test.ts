import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seedsGrid } from '../../../extension/cli/bench/cluster.js';
import { ray, type Send } from '../../../extension/engine/runs/cluster/ray.js';
import { readSubmissions } from '../../../extension/engine/runs/cluster/submission.js';
import { stopSweep, submitSweep } from '../../../extension/engine/runs/cluster/submitSweep.js';
import { sweepPlaces } from '../../../extension/engine/runs/cluster/sweepPlaces.js';
import { cellsOf } from '../../../extension/engine/runs/grid.js';
import { beginSweep } from '../../../extension/engine/runs/sweepFile.js';

const grid = seedsGrid(6);
const cells = cellsOf(grid);
const address = 'http://127.0.0.1:8265/';

/** The answers of a Ray that runs two jobs at once, as version 2.60 gives them. */
const scripted = () => {
  const jobs = new Map<string, { status: string; entrypoint: string }>();
  const asked: string[] = [];
  const state = { refusesAfter: Infinity };
  const send: Send = (url, { method, body }) => {
    asked.push(`${method} ${url}`);
    const place = url.slice(`${address}api/jobs/`.length);
    const answer = (status: number, content: unknown) =>
      Promise.resolve({ status, text: typeof content === 'string' ? content : JSON.stringify(content) });
    if (method === 'GET') {
      const own = [...jobs].map(([submission_id, { status }]) => ({
        ...{ type: 'SUBMISSION', submission_id, status, driver_info: null, driver_node_id: 'ab' },
        message: status === 'PENDING' ? 'Job has not started yet.' : 'Job is currently running.',
        driver_agent_http_address: status === 'PENDING' ? null : 'http://10.0.0.7:52365',
      }));
      // A job of somebody's driver has no submission id.
      return answer(200, [{ type: 'DRIVER', submission_id: null, status: 'RUNNING' }, ...own]);
    }
    if (place.endsWith('/stop')) {
      const job = jobs.get(place.slice(0, -'/stop'.length));
      if (job === undefined) return answer(404, 'Job does not exist');
      // One that waits is not taken back by Ray.
      if (job.status === 'RUNNING') job.status = 'STOPPED';
      return answer(200, { stopped: true });
    }
    if (jobs.size >= state.refusesAfter) return answer(500, 'Traceback\nRuntimeError: no more');
    const { submission_id, entrypoint } = JSON.parse(body!) as { submission_id: string; entrypoint: string };
    jobs.set(submission_id, { status: jobs.size < 2 ? 'RUNNING' : 'PENDING', entrypoint });
    return answer(200, { submission_id });
  };
  return { jobs, asked, state, scheduler: () => ray({ address, send }) };
};

let sweep: string;
beforeEach(async () => {
  sweep = fs.mkdtempSync(path.join(os.tmpdir(), 'weight-geometry-ray-'));
  await beginSweep(sweep, grid);
});
afterEach(() => fs.rmSync(sweep, { recursive: true, force: true }));
const submitTo = (scheduler: ReturnType<typeof ray>, job = {}): Promise<number> =>
  submitSweep(sweep, cells, {
    ...{ scheduler, job, provider: 'cpu', rowsPerTask: 1 },
    ...{ grid, command: ['node', 'cli.js'] },
  });

describe('a sweep on a scripted Ray', () => {
  it('is a job for each element; one question tells of all', async () => {
    const fake = scripted();
    expect(await submitTo(fake.scheduler())).toBe(6);
    fake.asked.length = 0;
    const places = await sweepPlaces(sweep, cells, fake.scheduler);
    expect(fake.asked).toEqual([`GET ${address}api/jobs/`]);
    expect(places.map(({ state }) => state)).toEqual([
      ...['starting', 'starting', 'waiting', 'waiting', 'waiting', 'waiting'],
    ]);
    expect(places[0]).toMatchObject({ node: '10.0.0.7' });
    expect(places[5]).toMatchObject({ says: 'Job has not started yet.' });
    expect(await submitTo(fake.scheduler())).toBe(0);
  });

  it('takes back one that waits, which Ray itself lets begin', async () => {
    const fake = scripted();
    await submitTo(fake.scheduler());
    const places = await sweepPlaces(sweep, cells, fake.scheduler);
    await stopSweep(sweep, places, fake.scheduler, [cells[0]!.name, cells[4]!.name]);
    const states = (await sweepPlaces(sweep, cells, fake.scheduler)).map(({ state }) => state);
    expect(states[0]).toBe('absent');
    expect(states[4]).toBe('absent');
    // Its entry point looks for the file first.
    const [submission] = await readSubmissions(sweep);
    const { entrypoint } = fake.jobs.get(`${submission!.name}-4`)!;
    const file = path.join(sweep, 'cluster', `${submission!.name}-4.stop`);
    expect(fs.existsSync(file)).toBe(true);
    expect(entrypoint).toContain(`[ ! -e ${file} ] || exit 0`);
  });

  it('leaves no part of a submission behind that Ray refuses, and says what Ray said', async () => {
    const fake = scripted();
    fake.state.refusesAfter = 3;
    await expect(submitTo(fake.scheduler())).rejects.toThrow('HTTP status 500): RuntimeError: no more');
    expect([...fake.jobs.values()].filter(({ status }) => status === 'RUNNING')).toEqual([]);
    expect(await readSubmissions(sweep)).toEqual([]);
  });

  it('shows no run as ended while Ray is silent', async () => {
    const fake = scripted();
    await submitTo(fake.scheduler());
    const silent = () => ray({ address, send: () => Promise.reject(new Error('refused')) });
    const places = await sweepPlaces(sweep, cells, silent);
    expect(places.every(({ unsure }) => unsure === true)).toBe(true);
    expect(places[0]?.says).toContain(address.replace(/\/$/, ''));
  });

  it('is asked nothing without an address, though the sweep was submitted to one', async () => {
    const fake = scripted();
    await submitTo(fake.scheduler());
    expect(
      fs.readFileSync(
        path.join(
          sweep,
          'cluster',
          fs.readdirSync(path.join(sweep, 'cluster')).find((n) => n.endsWith('.json'))!,
        ),
        'utf8',
      ),
    ).not.toContain('127.0.0.1');
    const [place] = await sweepPlaces(sweep, cells, () => ray(undefined));
    expect(place).toMatchObject({ unsure: true, says: 'Ray is asked only where --address URL says so.' });
  });

  it.each(['127.0.0.1:8265', 'ray://host:10001', 'http://me:word@host:8265', 'http://host/?x=1', ''])(
    'takes no address like %j',
    async (wrong) => {
      const { send } = { send: () => Promise.reject(new Error('asked')) };
      await expect(submitTo(ray({ address: wrong, send }))).rejects.toThrow('no address of Ray');
    },
  );

  it('takes no option that Ray has no word for', async () => {
    await expect(submitTo(scripted().scheduler(), { partition: 'gpu', maxAtOnce: 2 })).rejects.toThrow(
      '--partition, --max-at-once says nothing to ray',
    );
  });
});
