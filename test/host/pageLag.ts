import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { pause } from './hostWindow.js';

/** A step, and when it was seen, in milliseconds since 1970. */
type Seen = readonly [step: number, at: number];

/**
 * How long after a line is written to a run's metrics its page shows that step or a later one, in milliseconds, over
 * `seconds`. With `busy`, a process for each of two cores does nothing but count meanwhile.
 */
export async function pageLag(
  frame: Frame,
  run: string,
  { seconds, busy }: { readonly seconds: number; readonly busy: boolean },
): Promise<number[]> {
  const counting = busy ? [0, 1].map(() => spawn(process.execPath, ['-e', 'for (;;);'])) : [];
  try {
    const shown = frame.evaluate(
      (duration) =>
        new Promise<[number, number][]>((told) => {
          const seen: [number, number][] = [];
          const sentence = document.querySelector('.run.training')!;
          const note = (): void => {
            const step = /step ([\d,]+)/.exec(sentence.textContent)?.[1];
            if (step !== undefined) seen.push([Number(step.replaceAll(',', '')), Date.now()]);
          };
          const watch = new MutationObserver(note);
          watch.observe(sentence, { characterData: true, childList: true, subtree: true });
          setTimeout(() => {
            watch.disconnect();
            told(seen);
          }, duration * 1000);
        }),
      seconds,
    );
    const written: Seen[] = [];
    for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
      await pause(10);
      const step = lastStep(run);
      if (step !== written.at(-1)?.[0]) written.push([step, Date.now()]);
    }
    const seen = await shown;
    // The first was there before.
    return written.slice(1).flatMap(([step, at]) => {
      const first = seen.find(([other]) => other >= step);
      return first === undefined ? [] : [Math.max(0, first[1] - at)];
    });
  } finally {
    for (const process of counting) process.kill('SIGKILL');
  }
}

const lastStep = (run: string): number => {
  const lines = fs.readFileSync(path.join(run, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  const whole = lines.findLast((line) => line.endsWith('}')) ?? '{"step":0}';
  return (JSON.parse(whole) as { step: number }).step;
};
