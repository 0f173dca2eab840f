import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A file of `test/fixtures`. */
export const fixture = (...parts: readonly string[]): string =>
  resolve(import.meta.dirname, '../fixtures', ...parts);

/** Numbers of PyTorch, LAPACK and the authors: `test/fixtures/reference`. */
export const reference = (...parts: readonly string[]): string => fixture('reference', ...parts);

/** PyTorch's 36 checkpoints of addition mod 97. At 41 MB they are not part of the repository. */
export const longSeries = resolve(import.meta.dirname, '../../../shared/data/torch-add-seed42');
export const longSeriesIsHere = existsSync(longSeries);
if (!longSeriesIsHere)
  console.warn('../shared/data/torch-add-seed42 is absent: tests of this series are skipped.');

/** A file of the series of 36 checkpoints. */
export const ofLongSeries = (name: string): string => join(longSeries, name);
