import { expect, it, vi } from 'vitest';
import type { TrainingAction, TrainingPhase } from '../../../extension/contract/training.js';
import { steerLocalSweep } from '../../../extension/host/sweeps/localSweep.js';
import { actionsIn } from '../../../extension/host/training/phases.js';
import type { Training } from '../../../extension/host/training/training.js';

vi.mock('../../../extension/host/sweepFolder.js', () => ({
  sweepOf: (folder: string) => folder.slice(0, folder.lastIndexOf('/')),
}));

const window = (phases: readonly TrainingPhase[]) => {
  const asked: string[] = [];
  const runs = phases.map((phase, i) => ({
    ...{ folder: `/sweep/run${i}`, phase },
    state: { phase, actions: actionsIn(phase, 'this window') },
  }));
  const elsewhere = {
    folder: '/other/run9',
    phase: 'running',
    state: { phase: 'running', actions: ['stop'] },
  };
  const training = {
    runs: [...runs, elsewhere] as unknown as Training['runs'],
    steer: (folder: string, action: TrainingAction) => void asked.push(`${action} ${folder}`),
  };
  return { training, asked };
};

it('stops waiting runs before the active one, and none of another sweep', () => {
  const { training, asked } = window(['running', 'queued', 'finished', 'queued']);
  expect(steerLocalSweep(training, '/sweep', 'stop', null)).toBe(3);
  expect(asked).toEqual(['stop /sweep/run1', 'stop /sweep/run3', 'stop /sweep/run0']);
});

it('resumes only paused runs; stopped ones are left to the queue', () => {
  const { training, asked } = window(['paused', 'stopped', 'failed']);
  expect(steerLocalSweep(training, '/sweep', 'resume', null)).toBe(1);
  expect(asked).toEqual(['resume /sweep/run0']);
});

it('pauses one named run', () => {
  const { training, asked } = window(['running', 'running']);
  expect(steerLocalSweep(training, '/sweep', 'pause', 'run1')).toBe(1);
  expect(asked).toEqual(['pause /sweep/run1']);
});
