import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainerEvents, TrainRequest } from '../../../../extension/contract/calls.js';
import { trainerEventSchemas, trainerSchemas } from '../../../../extension/contract/trainerSchemas.js';
import { loadRunConfig } from '../../../../extension/engine/training/runConfig.js';
import { createTrainer } from '../../../../extension/engine/roles/trainer.js';
import { toyEngine } from './toyEngine.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wg-trainer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A trainer whose events are checked against the boundary's schemas and kept; `ended` resolves with the outcome. */
const trainerOf = (onEvent: (name: string, args: unknown[]) => void = () => undefined) => {
  const seen: string[] = [];
  let finish: (outcome: unknown) => void = () => undefined;
  const ended = new Promise((resolve) => (finish = resolve));
  const names = Object.keys(trainerEventSchemas) as (keyof TrainerEvents)[];
  const events = Object.fromEntries(
    names.map((name) => [
      name,
      (...args: unknown[]) => {
        v.parse(trainerEventSchemas[name], args);
        // How many chunks a run takes depends on the machine's pace.
        if (name !== 'advanced') seen.push(name === 'status' ? `status ${args.join(' ')}` : name);
        onEvent(name, args);
        if (name === 'ended') finish(args[0]);
      },
    ]),
  ) as unknown as TrainerEvents;
  const trainer = createTrainer(events, {
    choose: () => Promise.resolve({ name: 'cpu', tf32: false, passedOver: [] }),
    createEngine: (config) => Promise.resolve(toyEngine(config, { learnedAt: 100 })),
  });
  return { trainer, seen, ended };
};

const request = async (more: Partial<TrainRequest> = {}): Promise<TrainRequest> => {
  const config = { ...(await loadRunConfig('tiny')), maxSteps: 300 };
  const whole: TrainRequest = { config, out: path.join(folder, 'run'), provider: 'auto', ...more };
  const [checked] = v.parse(trainerSchemas.start.args, [whole]);
  return checked;
};

describe('a trainer', () => {
  it('accepts one run and tells of its start, metrics, grok step and end', async () => {
    const { trainer, seen, ended } = trainerOf();
    expect(await trainer.calls.pause()).toMatchObject({ ok: false });
    expect(await trainer.calls.start(await request())).toEqual({ ok: true, value: undefined });
    expect(await trainer.calls.start(await request())).toMatchObject({ ok: false });
    expect(await ended).toMatchObject({ ok: true, value: { status: 'finished', grokStep: 100 } });
    expect(seen).toEqual([
      ...['started', 'status running 0', 'metrics', 'metrics', 'grokked', 'metrics', 'metrics'],
      ...['status finished 300', 'ended'],
    ]);
  });

  it('tells what went wrong', async () => {
    const { trainer, ended } = trainerOf();
    await trainer.calls.start(await request({ resume: true }));
    expect(await ended).toMatchObject({ ok: false, error: { code: 'not-found' } });
  });

  it('pauses, goes on, and stops', async () => {
    const { trainer, seen, ended } = trainerOf((name, args) => {
      if (name === 'metrics' && (args[0] as { step: number }).step === 100) void trainer.calls.pause();
      if (name === 'status' && args[0] === 'paused') setTimeout(() => void trainer.calls.resume(), 20);
      if (name === 'metrics' && (args[0] as { step: number }).step === 200) void trainer.calls.stop();
    });
    await trainer.calls.start(await request());
    expect(await ended).toMatchObject({ ok: true, value: { status: 'stopped', lastStep: 200 } });
    expect(seen.filter((name) => name.startsWith('status'))).toEqual([
      'status running 0',
      'status paused 100',
      'status running 100',
      'status stopped 200',
    ]);
  });

  it.each([
    ['stop', 'stopped'],
    ['continue', 'finished'],
  ] as const)('that is left alone with "%s" is %s', async (whenLeft, status) => {
    let leave: Promise<void> | undefined;
    const { trainer, ended } = trainerOf((name) => {
      if (name === 'metrics') leave ??= trainer.left();
    });
    await trainer.calls.start(await request({ whenLeft }));
    expect(await ended).toMatchObject({ ok: true, value: { status } });
    await leave;
  });
});
