import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainingPhases, type RunRecord } from '../../../../extension/contract/training.js';
import { presets } from '../../../../extension/engine/training/presets.js';
import { parseRunConfig } from '../../../../extension/engine/training/runConfig.js';
import { splitAssignments } from '../../../../extension/host/training/assignments.js';
import { freeFolder } from '../../../../extension/host/training/freeFolder.js';
import { actionsIn, isActive, phaseAfter, phaseOnDisk } from '../../../../extension/host/training/phases.js';
import { RunRegister } from '../../../../extension/host/training/runRegister.js';
import { TrainingRun } from '../../../../extension/host/training/trainingRun.js';

const config = parseRunConfig(presets[0]!.config, 'tiny');
const record = (status: RunRecord['file']['status'], more: Partial<RunRecord> = {}): RunRecord => ({
  folder: '/runs/tiny',
  file: {
    schema: 'weight-geometry/run@1',
    config,
    model: config.model,
    data: config.data,
    provider: { name: 'cpu', tf32: false, passedOver: [] },
    versions: {},
    status,
    lastStep: 300,
  },
  metrics: [{ step: 0 }, { step: 300, loss: 1 }, { step: 350, loss: 0.9 }],
  ...more,
});

describe('phases of a run', () => {
  it('never leave the user without a way to end a process, except while it ends', () => {
    for (const phase of trainingPhases.filter(isActive)) {
      if (phase === 'stopping') continue;
      expect(actionsIn(phase, 'this window')).toContain('stop');
      expect(actionsIn(phase, 'another process')).toEqual(['stop']);
      expect(actionsIn(phase, 'another host')).toEqual([]);
    }
  });

  it('let a run that a killed process left behind be resumed', () => {
    expect(phaseOnDisk('running', false)).toBe('stopped');
    expect(phaseOnDisk('paused', false)).toBe('stopped');
    expect(actionsIn(phaseOnDisk('running', false), 'this window')).toEqual(['resume']);
    expect(phaseOnDisk('running', true)).toBe('running');
    expect(phaseOnDisk('finished', false)).toBe('finished');
  });

  it('keep saying that the run stops until it has', () => {
    expect(phaseAfter('running', 'stopping')).toBe('stopping');
    expect(phaseAfter('stopped', 'stopping')).toBe('stopped');
    expect(phaseAfter('paused', 'pausing')).toBe('paused');
  });
});

describe('a run found on disk', () => {
  it('is as far as its last line of metrics, and resumes with its own settings on its own provider', () => {
    const run = TrainingRun.found(record('stopped'));
    expect(run.state).toEqual({
      phase: 'stopped',
      step: 350,
      maxSteps: config.maxSteps,
      alone: false,
      actions: ['resume'],
    });
    expect(run.resumption('continue')).toEqual({
      config,
      out: '/runs/tiny',
      provider: 'cpu',
      resume: true,
      whenLeft: 'continue',
    });
  });

  it('can only be stopped while another process trains it', () => {
    const run = TrainingRun.found(record('running', { trainedBy: 4711 }));
    expect(run.state).toMatchObject({ phase: 'running', alone: true, actions: ['stop'] });
    run.readFrom(record('stopped'));
    expect(run.state).toMatchObject({ phase: 'stopped', alone: false, actions: ['resume'] });
  });

  it('begins from the start where it failed before anything was written', () => {
    const run = TrainingRun.asked({ config, out: '/runs/new', provider: 'cuda', whenLeft: 'stop' });
    expect(run.resumption('stop')).toMatchObject({ resume: false, provider: 'cuda' });
  });
});

describe('assignments in a line', () => {
  it('are apart at spaces, but for those in brackets and quotes', () => {
    expect(splitAssignments('  initSeed=7   weightDecay=0 ')).toEqual(['initSeed=7', 'weightDecay=0']);
    expect(splitAssignments('data.tasks=["add", "mul"] name="my run"')).toEqual([
      'data.tasks=["add", "mul"]',
      'name="my run"',
    ]);
    expect(splitAssignments('')).toEqual([]);
  });
});

describe('the folder proposed for a run', () => {
  it('is the first that is not taken, and one folder below its parent whatever the name', () => {
    const taken = new Set(['/runs/tiny', '/runs/tiny-2'].map((folder) => path.normalize(folder)));
    expect(freeFolder('/runs', 'tiny', (folder) => taken.has(folder))).toBe(path.normalize('/runs/tiny-3'));
    for (const name of ['../up', 'a/b\\c', '..', ' ', 'x:y*']) {
      expect(path.dirname(freeFolder('/runs', name, () => false))).toBe(path.normalize('/runs'));
    }
  });
});

describe('the register of runs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'wg-register-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps what several windows write, each its own', async () => {
    const place = path.join(folder, 'runs');
    const [one, other] = [new RunRegister(place), new RunRegister(place)];
    const folders = async (): Promise<string[]> => (await one.runs()).map((run) => run.folder).sort();
    expect(await folders()).toEqual([]);
    await Promise.all([
      one.add({ folder: '/a' }),
      other.add({ folder: '/b' }),
      one.add({ folder: '/c' }),
      other.add({ folder: '/a' }),
    ]);
    await other.remove('/c');
    expect(await folders()).toEqual(['/a', '/b']);
  });

  it('keeps what a run that waits was asked for until it has begun, and passes over what is damaged', async () => {
    const place = path.join(folder, 'runs');
    const register = new RunRegister(place);
    const waiting = { request: { config, out: '/a', provider: 'cpu' as const }, window: process.pid };
    void register.add({ folder: '/a', waiting });
    await register.add({ folder: '/b', waiting: { ...waiting, window: 1 } });
    writeFileSync(path.join(place, 'damaged.run'), '{"folder":');
    expect((await register.runs()).find((run) => run.folder === '/a')).toEqual({ folder: '/a', waiting });
    // Asked one after the other, without waiting: the last one holds.
    void register.add({ folder: '/a', waiting });
    await register.add({ folder: '/a' });
    expect((await register.runs()).find((run) => run.folder === '/a')).toEqual({ folder: '/a' });
  });

  it('keeps tags and note of a run through its starts, and drops what is taken away', async () => {
    const register = new RunRegister(path.join(folder, 'runs'));
    await register.add({ folder: '/a' });
    await register.label('/a', { tags: ['baseline'], note: 'first try' });
    await register.add({ folder: '/a' });
    expect(await register.runs()).toEqual([{ folder: '/a', tags: ['baseline'], note: 'first try' }]);
    await register.label('/a', { tags: [] });
    expect(await register.runs()).toEqual([{ folder: '/a', tags: [] }]);
  });
});
