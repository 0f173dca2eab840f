import * as vscode from 'vscode';
import { commandIds } from '../contributions.js';
import type { Reply } from '../../contract/calls.js';
import { toErrorValue } from '../../contract/errors.js';
import type { SweepAction } from '../../contract/panel.js';
import type { JobOptions } from '../../contract/sweep.js';
import type { SweepCommandServices } from './sweepCommands.js';
import { placeOfSweep } from './sweepCommands.js';
import { askText, closeAnswered } from '../multiStep.js';
import { isTrusted } from '../trust.js';
import { steerLocalSweep } from './localSweep.js';
import type { SweepFollower } from './sweepFollower.js';

export interface ClusterServices extends SweepCommandServices {
  readonly follower: SweepFollower;
}

export const clusterCommandTable = (services: ClusterServices) => ({
  [commandIds.submitSweep]: (target: vscode.Uri | undefined) => submit(services, target),
});

/** Options in the user's notation: `partition=gpu time=1:00:00 cpusPerRun=1 maxAtOnce=8`. */
const texts = ['partition', 'time', 'setup'] as const;
const numbers = ['gpusPerRun', 'cpusPerRun', 'maxAtOnce'] as const;

/** Parses a line of options; returns what is wrong with it otherwise. */
const optionsIn = (line: string): JobOptions | string => {
  const found: Record<string, string | number> = {};
  for (const word of line.split(/\s+/).filter((each) => each !== '')) {
    const [, key = '', value = ''] = /^(\w+)=(.+)$/.exec(word) ?? [];
    if (texts.some((name) => name === key)) found[key] = value;
    else if (numbers.some((name) => name === key) && /^[1-9]\d*$/.test(value)) found[key] = Number(value);
    else return vscode.l10n.t('“{0}” is none of {1}.', word, [...texts, ...numbers].join('=…, ') + '=…');
  }
  return found;
};

/** Submits a grid to Slurm from the machine of this window's extensions: the login node, over Remote-SSH. */
async function submit(services: ClusterServices, target: vscode.Uri | undefined): Promise<void> {
  if (!(await isTrusted())) return;
  const { reader, panels, errors, follower } = services;
  try {
    const place = await placeOfSweep(target);
    if (!place) return;
    const line = await askText({
      title: vscode.l10n.t('Submit Sweep to Slurm'),
      prompt: vscode.l10n.t(
        'What each run asks for: partition, time, setup, gpusPerRun, cpusPerRun, maxAtOnce',
      ),
      value: 'cpusPerRun=1',
      check: (text) => {
        const read = optionsIn(text);
        return typeof read === 'string' ? read : undefined;
      },
    });
    closeAnswered();
    const options = line === undefined ? undefined : optionsIn(line);
    if (options === undefined || typeof options === 'string') return;
    const begun = await reader.sweep(place.folder, place.gridFile ?? null);
    if (!begun.ok) {
      void errors.show(begun.error);
      return;
    }
    const reply = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Submitting the sweep') },
      () =>
        reader.submitSweep(place.folder, { scheduler: 'slurm', options, provider: 'auto', rowsPerTask: 1 }),
    );
    if (!reply.ok) {
      void errors.show(reply.error);
      return;
    }
    panels.openBehind(place.folder, 'sweep');
    void follower.ask(place.folder, true);
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} runs submitted to Slurm.', reply.value));
  } catch (thrown) {
    void errors.show(toErrorValue(thrown));
  } finally {
    closeAnswered();
  }
}

/** Actions of the page on a sweep: on the runs of this window, or on those of a scheduler. */
export const steerSweep = async (
  { training, reader, follower }: Pick<ClusterServices, 'training' | 'reader' | 'follower'>,
  sweep: string,
  action: SweepAction,
  run: string | null,
): Promise<Reply<void>> => {
  if (action === 'pause') {
    steerLocalSweep(training, sweep, action, run);
    return done;
  }
  if (action === 'resume') {
    // Run Sweep continues the runs that are not paused.
    if (steerLocalSweep(training, sweep, action, run) === 0)
      await vscode.commands.executeCommand(commandIds.runSweep, vscode.Uri.file(sweep));
    return done;
  }
  if (action === 'submit' && !(await isTrusted())) return done;
  if (action === 'stop' && steerLocalSweep(training, sweep, action, run) > 0) return done;
  const reply =
    action === 'stop'
      ? await reader.stopSweep(sweep, run === null ? null : [run])
      : await reader.submitSweep(sweep, null);
  void follower.ask(sweep, true);
  return reply.ok ? done : reply;
};

const done: Reply<void> = { ok: true, value: undefined };
