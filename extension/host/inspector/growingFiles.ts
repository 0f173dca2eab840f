import { stat } from 'node:fs/promises';
import type { Disposable } from '../events.js';

/** Poll intervals: short after a change, longer and longer without one. */
const soonestLookMs = 10_000;
const rarestLookMs = 60_000;
const slowingDown = 1.5;

/** A database's committed data first lies in a file beside it. */
const logOf = (file: string): string => `${file}-wal`;

const sizesOf = async (files: readonly string[]): Promise<string> => {
  const states = files
    .flatMap((file) => [file, logOf(file)])
    .map((file) =>
      stat(file).then(
        ({ size, mtimeMs }) => `${size}|${mtimeMs}`,
        () => '',
      ),
    );
  return (await Promise.all(states)).join();
};

/** Notifies when one of the files has changed since the last notification, until disposed of. */
export const watchGrowing = (
  files: readonly string[],
  tell: () => void,
  { soonestMs = soonestLookMs, rarestMs = rarestLookMs } = {},
): Disposable => {
  let timer: NodeJS.Timeout | undefined;
  let seen: string | undefined;
  let wait = soonestMs;
  let isOver = false;
  const look = async (): Promise<void> => {
    const now = await sizesOf(files);
    if (isOver) return;
    if (seen !== undefined && now !== seen) {
      wait = soonestMs;
      tell();
    }
    seen = now;
    timer = setTimeout(() => void look(), wait);
    wait = Math.min(rarestMs, wait * slowingDown);
  };
  void look();
  return {
    dispose: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
};
