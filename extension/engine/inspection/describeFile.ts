import { printableMessage } from '../../contract/printable.js';
import type { FileSummary, FoundSeries, SeriesListing } from '../../contract/calls.js';
import type { Checkpoint } from '../checkpoints/tensors/checkpoint.js';
import { openCheckpoint } from '../checkpoints/openCheckpoint.js';
import { discover, seriesOf, type Series } from '../checkpoints/discovery/series.js';
import { fileIdentities } from '../../disk/fileIdentity.js';
import { readStatistics } from './reportCache.js';
import { isParameter } from '../series/survey.js';

const withCheckpoint = async <Result>(
  path: string,
  use: (checkpoint: Checkpoint) => Result | Promise<Result>,
): Promise<Result> => {
  const checkpoint = await openCheckpoint(path);
  try {
    return await use(checkpoint);
  } finally {
    await checkpoint.close();
  }
};

/**
 * The header of a checkpoint, and the rank statistics that an earlier inspection cached for it. No weights are
 * read.
 * @throws GeometryError as `openCheckpoint` does.
 */
export const describeFile = (path: string, cacheFolder?: string): Promise<FileSummary> =>
  withCheckpoint(path, async (checkpoint) => {
    const { files, tensors, format, warnings, step } = checkpoint;
    const identities = await fileIdentities(files.map((file) => file.path));
    const cached =
      cacheFolder === undefined
        ? []
        : await Promise.all(identities.map((file) => readStatistics(cacheFolder, file)));
    return {
      path,
      format,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      ...(step === undefined ? {} : { step }),
      parameters: tensors.filter(isParameter).reduce((sum, { elements }) => sum + elements, 0),
      tensors: tensors.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
      warnings: warnings.map(printableMessage),
      cached: cached[0] ?? [],
    };
  });

const listingOf = ({ root, place, name, checkpoints, warnings, isRun }: Series): SeriesListing => ({
  root,
  place,
  name,
  checkpoints: checkpoints.map(({ label, step, path, files }) => ({
    label,
    ...(step === undefined ? {} : { step }),
    path,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  })),
  warnings: warnings.map(printableMessage),
  isRun,
});

/**
 * The series at or under a path, by names and sizes alone.
 * @throws GeometryError as `discover` does.
 */
export const listSeries = async (path: string): Promise<SeriesListing[]> =>
  (await discover(path)).series.map(listingOf);

/**
 * The series that the weight files in folders under `top` belong to.
 * @throws GeometryError as `seriesOf` does.
 */
export const listSeriesOf = async (top: string, folders: readonly string[]): Promise<FoundSeries> => {
  const { series, warnings } = await seriesOf(top, folders);
  return { series: series.map(listingOf), warnings: warnings.map(printableMessage) };
};
