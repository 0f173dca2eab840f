import { createBirpc } from 'birpc';
import * as v from 'valibot';
import { describe, expect, it, vi } from 'vitest';
import type { Reply } from '../../../extension/contract/calls.js';
import { panelContractVersion, type PanelCalls } from '../../../extension/contract/panel.js';
import { inspectSettingsSchema, type ReportAddition } from '../../../extension/contract/report.js';
import type { TrainingPhase, TrainingState } from '../../../extension/contract/training.js';
import { Emitter } from '../../../extension/host/events.js';
import { Inspection, type Descriptor } from '../../../extension/host/inspector/inspection.js';
import {
  InspectorView,
  type ViewSubject,
  type ViewSurroundings,
} from '../../../extension/host/inspector/inspectorView.js';
import { header, place, warning } from './toyCompute.js';

const seriesHeader = {
  ...{ schema: 'weight-geometry/report@1', created: '2026-01-01T00:00:00.000Z', versions: {} },
  source: {
    ...{ path: '/m', name: 'm', kind: 'series' },
    otherSeries: [{ path: '/m#other', name: 'other', steps: 2 }],
  },
  settings: v.parse(inspectSettingsSchema, {}),
};

/** An inspection that only keeps what is asked of it. */
const toyInspection = () => {
  const asked: string[] = [];
  const report = { ...seriesHeader, checkpoints: [], warnings: [{ path: '/m/step_2.pt' }], sweepCells: [] };
  return {
    asked,
    inspection: {
      ...{ source: '/m', running: true, report },
      focus: (page: string) => void asked.push(`focus ${page}`),
      cancel: () => void asked.push('cancel'),
      retry: () => void asked.push('retry'),
      idle: () => void asked.push('idle'),
      restart: () => void asked.push('restart'),
      addRecord: () => void asked.push('record'),
      attach: () => {
        asked.push('attach');
        return { dispose: () => void asked.push('detach') };
      },
    },
  };
};

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

const state = (phase: TrainingPhase): TrainingState => ({ phase }) as unknown as TrainingState;

/** A view, its page at the other end of the channel, and everything that the view asks of its surroundings. */
const shown = (subject: ViewSubject = { source: '/m' }, changes: Partial<ViewSurroundings> = {}) => {
  const { inspection, asked } = toyInspection();
  const training = new Emitter<string>();
  const states = new Map<string, TrainingState>();
  const opened: unknown[][] = [];
  const around = {
    openInspection: (...args: unknown[]) => {
      opened.push(args);
      return { inspection, close: { dispose: () => void asked.push('close') } };
    },
    training: {
      stateOf: (folder: string) => states.get(folder),
      recordOf: () => Promise.resolve<ReportAddition | undefined>(undefined),
      steer: vi.fn(),
      onChanged: training.event,
    },
    steerSweep: vi.fn(() => Promise.resolve<Reply<void>>({ ok: true, value: undefined })),
    words: () => ({ locale: 'en', strings: {} }),
    showLog: vi.fn(),
    showError: vi.fn(),
    copy: vi.fn(() => Promise.resolve()),
    save: vi.fn(() => Promise.resolve(true)),
    chooseDescriptor: vi.fn(() => Promise.resolve<Reply<Descriptor> | undefined>(undefined)),
    offerToKeep: vi.fn(() => Promise.resolve()),
    inspect: vi.fn(() => Promise.resolve()),
    open: vi.fn(() => Promise.resolve()),
    says: { otherVersion: () => 'another version', notOfTheReport: (file: string) => `not ${file}` },
  };
  const toView = new Emitter<unknown>();
  const toPage = new Emitter<unknown>();
  const view = new InspectorView(
    subject,
    { post: (message) => toPage.fire(message), onMessage: toView.event },
    { ...around, ...changes } as unknown as ViewSurroundings,
  );
  const told: string[] = [];
  const page = createBirpc<PanelCalls, Record<string, (...args: unknown[]) => void>>(
    {
      turnBy: (tabs) => void told.push(`turn by ${String(tabs)}`),
      turnTo: (name) => void told.push(`turn to ${String(name)}`),
      training: (told_) => void told.push(`training ${(told_ as TrainingState | null)?.phase ?? 'none'}`),
      reset: () => void told.push('reset'),
      addition: (addition) =>
        (addition as ReportAddition).warnings?.forEach(({ message }) => told.push(message)),
      progress: () => undefined,
      status: () => undefined,
      ended: (reply) => {
        const { ok, error } = reply as { ok: boolean; error?: { code: string } };
        told.push(ok ? 'ended' : error!.code);
      },
    },
    {
      post: (message) => toView.fire(structuredClone(message)),
      on: (receive) => toPage.event(receive),
      timeout: 200,
    },
  );
  return { view, page, told, asked, opened, around, states, training };
};

describe('a view of an inspection', () => {
  it('answers its page before it sends events, and shows the wanted page first', async () => {
    const { view, page, told, asked, states } = shown();
    states.set('/m', state('running'));
    view.turnTo('spectra');
    const answer = page.ready(panelContractVersion, null);
    expect(told).toEqual([]);
    expect(await answer).toMatchObject({ ok: true, value: { source: '/m', locale: 'en' } });
    await settled();
    expect(told).toEqual(['turn to spectra', 'training running']);
    expect(asked[0]).toBe('attach');
    view.turnTo('modes');
    await settled();
    expect(told.at(-1)).toBe('turn to modes');
  });

  it('refuses a page of another version and joins nothing', async () => {
    const { page, asked } = shown();
    expect(await page.ready(panelContractVersion + 1, null)).toMatchObject({
      ok: false,
      error: { code: 'protocol', message: 'another version' },
    });
    await settled();
    expect(asked).toEqual([]);
  });

  it('opens only what the report names, other series as series', async () => {
    const { page, around } = shown();
    expect(await page.openFile('/m/step_2.pt')).toEqual({ ok: true });
    expect(around.open).toHaveBeenCalledWith('/m/step_2.pt');
    await page.openFile('/m#other');
    expect(around.inspect).toHaveBeenCalledWith('/m#other');
    expect(await page.openFile('/etc/passwd')).toMatchObject({
      ok: false,
      error: { code: 'invalid-argument', message: 'not /etc/passwd' },
    });
    expect(around.open).toHaveBeenCalledTimes(1);
  });

  it('lets a run that is watched have the machine until it rests', async () => {
    const watched = shown({ source: '/m', page: 'training' });
    expect(watched.opened).toEqual([['/m', undefined, undefined, false]]);
    const running = new Map([['/m', state('running')]]);
    const training = new Emitter<string>();
    const { opened, asked } = shown(
      { source: '/m', page: 'training' },
      {
        training: {
          stateOf: (folder) => running.get(folder),
          recordOf: () => Promise.resolve(undefined),
          steer: () => undefined,
          onChanged: training.event,
        },
      },
    );
    expect(opened).toEqual([['/m', undefined, undefined, true]]);
    training.fire('/m');
    expect(asked).toEqual([]);
    running.set('/m', state('finished'));
    training.fire('/another');
    expect(asked).toEqual([]);
    training.fire('/m');
    await settled();
    expect(asked).toEqual(['idle']);
  });

  it('shows why a descriptor was not read, and begins again with one that was', async () => {
    const { page, asked, around } = shown();
    around.chooseDescriptor.mockResolvedValueOnce({
      ok: false,
      error: { code: 'invalid-descriptor', message: 'cut' },
    });
    await page.confirmDescriptor();
    expect(around.showError).toHaveBeenCalledWith({ code: 'invalid-descriptor', message: 'cut' });
    expect(asked).toEqual([]);
    around.chooseDescriptor.mockResolvedValueOnce({
      ok: true,
      value: { value: {} } as unknown as Descriptor,
    });
    around.offerToKeep.mockRejectedValueOnce(new Error('read-only'));
    await page.confirmDescriptor();
    await settled();
    expect(asked).toEqual(['restart']);
    expect(around.offerToKeep).toHaveBeenCalledTimes(1);
    expect(around.showError).toHaveBeenCalledTimes(2);
  });

  it('refuses malformed messages, and goes on', async () => {
    const { page, asked } = shown();
    const calls = page as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    expect(await calls.focus!('no such page')).toMatchObject({ ok: false });
    expect(await calls.openFile!({ path: 7 })).toMatchObject({ ok: false });
    expect(await page.focus('spectra')).toEqual({ ok: true });
    expect(asked).toEqual(['focus spectra']);
  });

  it('leaves its inspection when it is disposed of, and hears no more', async () => {
    const { view, page, asked } = shown();
    await page.ready(panelContractVersion, null);
    await settled();
    view.dispose();
    expect(asked).toEqual(['attach', 'detach', 'close']);
    await expect(page.cancel()).rejects.toThrow(/timeout/);
    expect(asked).toEqual(['attach', 'detach', 'close']);
  });

  it('joins nothing when it is disposed of right after it answered its page', async () => {
    const { view, page, asked } = shown();
    await page.ready(panelContractVersion, null);
    view.dispose();
    await settled();
    expect(asked).toEqual(['close']);
  });

  it('starts nothing when it is disposed of while the user chooses a descriptor', async () => {
    const { view, page, asked, around } = shown();
    let choose: (reply: Reply<Descriptor>) => void = () => undefined;
    around.chooseDescriptor.mockReturnValueOnce(new Promise((resolve) => (choose = resolve)));
    void page.confirmDescriptor().catch(() => undefined);
    await settled();
    view.dispose();
    choose({ ok: true, value: { value: {} } as unknown as Descriptor });
    await settled();
    expect(asked).toEqual(['close']);
    expect(around.offerToKeep).not.toHaveBeenCalled();
  });

  it('adds no record when it is disposed of while the record is read', async () => {
    let read: (record: ReportAddition) => void = () => undefined;
    const { view, page, asked } = shown(
      { source: '/m' },
      {
        training: {
          stateOf: () => state('running'),
          recordOf: () => new Promise((resolve) => (read = resolve)),
          steer: () => undefined,
          onChanged: new Emitter<string>().event,
        },
        openInspection: () => {
          const made = toyInspection();
          Object.assign(made.inspection, { report: undefined, addRecord: () => asked.push('record') });
          return { inspection: made.inspection as never, close: { dispose: () => undefined } };
        },
      },
    );
    await page.ready(panelContractVersion, null);
    await settled();
    view.dispose();
    read({});
    await settled();
    expect(asked).toEqual([]);
  });
});

describe('a view of an inspection beside its child', () => {
  const real = () => {
    const made = place();
    const inspection = new Inspection('/m', made.surroundings);
    const closed: string[] = [];
    const around: Partial<ViewSurroundings> = {
      openInspection: () => ({ inspection, close: { dispose: () => void closed.push('close') } }),
    };
    return { ...made, inspection, closed, ...shown({ source: '/m' }, around) };
  };
  const begun = async () => {
    const parts = real();
    await parts.page.ready(panelContractVersion, null);
    await settled();
    const child = parts.processes[0]!;
    child.tell('addition', child.jobs[0]!, { header });
    child.tell('addition', child.jobs[0]!, warning('first'));
    await settled();
    return { ...parts, child };
  };

  it('tells a page that is loaded again everything once more', async () => {
    const { page, told, processes } = await begun();
    expect(told.filter((line) => line === 'first')).toHaveLength(1);
    told.length = 0;
    await page.ready(panelContractVersion, null);
    await settled();
    expect(told).toContain('first');
    expect(processes[0]!.jobs).toHaveLength(1);
    processes[0]!.tell('addition', processes[0]!.jobs[0]!, warning('second'));
    await settled();
    expect(told.filter((line) => line === 'second')).toHaveLength(1);
  });

  it('tells its page that the child died, keeps what there is, and begins again when asked', async () => {
    const { page, told, child, processes, inspection } = await begun();
    child.die();
    await settled();
    expect(told.at(-1)).toBe('process-died');
    expect(inspection.report!.warnings.map(({ message }) => message)).toEqual(['first']);
    await page.retry();
    await settled();
    expect(processes).toHaveLength(2);
  });

  it('passes its page’s cancel to the child, and the end back', async () => {
    const { page, told, child } = await begun();
    await page.cancel();
    expect(child.cancelled).toEqual(child.jobs);
    child.tell('ended', child.jobs[0]!, { ok: false, error: { code: 'cancelled', message: 'Cancelled.' } });
    await settled();
    expect(told.at(-1)).toBe('cancelled');
  });

  it('tells nothing to the page of a disposed view while the child goes on', async () => {
    const { view, told, child, closed } = await begun();
    view.dispose();
    const before = [...told];
    child.tell('addition', child.jobs[0]!, warning('late'));
    await settled();
    expect(told).toEqual(before);
    expect(closed).toEqual(['close']);
  });
});
