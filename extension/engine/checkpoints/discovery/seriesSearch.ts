import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { Warning } from '../../../contract/report.js';
import { formats } from '../formats.js';
import { openCheckpoint } from '../openCheckpoint.js';
import type { Discovery, Series, SeriesEntry } from './series.js';
import { listFolder, naturalOrder, statFiles, type FolderListing, type WeightUnit } from './seriesFolder.js';
import { noCheckpoints } from './seriesErrors.js';
import { grouped } from '../../ground/work/grouped.js';
import { stepInName } from './stepsInNames.js';
import { stepsMissingWarnings } from './stepsMissing.js';

const DEEPEST = 4;
const MOST_FOLDERS = 2000;

/** A run directory of ours: its checkpoints lie in a folder of their own. */
const RUN_FILE = 'run.json';
const RUN_CHECKPOINTS = 'checkpoints';

interface Search {
  readonly top: string;
  readonly signal: AbortSignal | undefined;
  /** Folders on the way to known weight files: the search goes into these alone, however deep they lie. */
  readonly wayTo: ReadonlySet<string> | undefined;
  folders: number;
  /** Real path → the path under which it was listed first: links lead to the same folder in many ways, also in circles. */
  readonly listed: Map<string, string>;
  readonly listings: FolderListing[];
  readonly series: Series[];
  readonly leftOut: string[];
  readonly unread: Warning[];
  isCutShort: boolean;
}

interface Candidate {
  readonly entry: SeriesEntry;
  readonly family: string;
  readonly warnings: readonly Warning[];
}

const list = async (search: Search, folder: string): Promise<FolderListing | undefined> => {
  if (search.signal?.aborted === true) throw new GeometryError('cancelled', 'The search was cancelled.');
  if (search.folders >= MOST_FOLDERS) {
    search.isCutShort = true;
    return undefined;
  }
  const real = await realpath(folder).catch(() => folder);
  if ((search.listed.get(real) ?? folder) !== folder) return undefined;
  search.listed.set(real, folder);
  search.folders++;
  // Below the folder that was asked for, one that cannot be read is passed over, and named.
  const listing = await listFolder(folder).catch((thrown: unknown) => {
    if (folder === search.top || !(thrown instanceof GeometryError)) throw thrown;
    search.unread.push({ code: thrown.code, message: thrown.message, path: folder });
    return undefined;
  });
  if (listing === undefined) return undefined;
  search.listings.push(listing);
  for (const path of listing.companions) search.leftOut.push(path);
  return listing;
};

const makeEntry = async (
  place: { folder: string; label: string; step: number | undefined; path: string },
  unit: WeightUnit,
): Promise<SeriesEntry> => ({
  label: place.label,
  ...(place.step === undefined ? {} : { step: place.step }),
  path: place.path,
  files: await statFiles(place.folder, unit.index === undefined ? unit.files : [unit.index, ...unit.files]),
  open: () => openCheckpoint(place.path),
});

/** A unit's own path; a set of shards without an index is opened by its folder. */
const pathOf = (folder: string, unit: WeightUnit): string => {
  if (unit.index !== undefined) return join(folder, unit.index);
  return unit.files.length === 1 && !unit.files[0]!.includes('-of-') ? join(folder, unit.files[0]!) : folder;
};

const fromUnit = async (folder: string, unit: WeightUnit): Promise<Candidate> => {
  const stepped = stepInName(unit.stem, 'file');
  const place = { folder, label: unit.stem, step: stepped?.step, path: pathOf(folder, unit) };
  const family = `${stepped?.family ?? unit.stem}${unit.ending}`;
  return { entry: await makeEntry(place, unit), family, warnings: unit.warnings };
};

const formatRank = ({ ending }: WeightUnit): number =>
  formats.findIndex(({ endings }) => endings.includes(ending));

/** The unit that stands for a folder of one checkpoint, which may hold the same weights in several formats. */
const soleUnit = (units: readonly WeightUnit[]): WeightUnit | undefined => {
  const ranked = [...units].sort((a, b) => formatRank(a) - formatRank(b));
  const best = ranked.filter((unit) => formatRank(unit) === formatRank(ranked[0]!));
  return best.length === 1 ? best[0] : undefined;
};

const byStep = (a: Candidate, b: Candidate): number =>
  (a.entry.step ?? 0) - (b.entry.step ?? 0) || naturalOrder(a.entry.label, b.entry.label);

const makeSeries = (root: string, name: string, candidates: readonly Candidate[], isRun: boolean): Series => {
  const ordered = [...candidates].sort(byStep);
  const steps = ordered.map(({ entry }) => entry.step).filter((step) => step !== undefined);
  return {
    root,
    name,
    checkpoints: ordered.map(({ entry }) => entry),
    warnings: [...ordered.flatMap(({ warnings }) => warnings), ...stepsMissingWarnings(root, steps)],
    isRun,
  };
};

const byFamily = (candidates: readonly Candidate[]): Candidate[][] => [
  ...grouped(candidates, ({ family }) => family).values(),
];

/** Folders such as `checkpoint-500`, each with one checkpoint; those of one family are a series. */
const stepFolders = async (
  search: Search,
  listing: FolderListing,
): Promise<{ candidates: Candidate[]; warnings: Warning[]; rest: string[] }> => {
  const candidates: Candidate[] = [];
  const warnings: Warning[] = [];
  const rest: string[] = [];
  for (const name of listing.folders) {
    const stepped = stepInName(name, 'folder');
    if (stepped === undefined) {
      rest.push(name);
      continue;
    }
    const folder = join(listing.folder, name);
    const inner = await list(search, folder);
    if (inner === undefined) continue;
    const unit = soleUnit(inner.units);
    if (unit !== undefined) {
      const place = { folder, label: name, step: stepped.step, path: folder };
      candidates.push({
        entry: await makeEntry(place, unit),
        family: `${stepped.family}/`,
        warnings: unit.warnings,
      });
    } else if (inner.units.length > 0 || inner.folders.length > 0) rest.push(name);
    else {
      const message = `${folder}: this checkpoint folder holds no weights and is left out.`;
      warnings.push({ code: 'checkpoint-without-weights', path: folder, message });
    }
  }
  return { candidates, warnings, rest };
};

/** `last.ckpt`, `best.pt`, `final.safetensors`: repeats of a checkpoint that has its step in its name. */
const isAlias = ({ entry }: Candidate): boolean =>
  entry.step === undefined &&
  /(?:^|[._-])(?:last|latest|best|final|current|newest)(?:[._-]|$)/i.test(entry.label);

const searchFolder = async (search: Search, folder: string, depth: number, root = folder): Promise<void> => {
  const listing = await list(search, folder);
  if (listing === undefined) return;
  const isRun = listing.others.includes(RUN_FILE) && listing.folders.includes(RUN_CHECKPOINTS);
  if (isRun) {
    await searchFolder(search, join(folder, RUN_CHECKPOINTS), depth + 1, folder);
    return;
  }
  const { candidates: folders, warnings, rest } = await stepFolders(search, listing);
  const sole = soleUnit(listing.units);
  const isRepeated =
    listing.units.length > 1 && sole !== undefined && stepInName(sole.stem, 'file') === undefined;
  const units = isRepeated ? [sole] : listing.units;
  const files = await Promise.all(units.map((unit) => fromUnit(folder, unit)));
  const isSteppedHere = [...files, ...folders].some(({ entry }) => entry.step !== undefined);
  const aliases = new Set(isSteppedHere ? files.filter(isAlias) : []);
  for (const { entry } of aliases) search.leftOut.push(entry.path);

  const families = byFamily([...files.filter((file) => !aliases.has(file)), ...folders]);
  families.sort((a, b) => b.length - a.length || naturalOrder(a[0]!.family, b[0]!.family));
  const place = relative(search.top, root) || basename(root);
  families.forEach((family, i) => {
    const name = families.length === 1 ? place : `${place}: ${family[0]!.family}`;
    const series = makeSeries(root, name, family, root !== folder);
    search.series.push(i === 0 ? { ...series, warnings: [...series.warnings, ...warnings] } : series);
  });
  const below = rest.map((name) => join(folder, name)).filter((place) => search.wayTo?.has(place) ?? true);
  if (depth >= DEEPEST && search.wayTo === undefined) {
    search.isCutShort ||= below.length > 0;
    return;
  }
  for (const place of below) await searchFolder(search, place, depth + 1);
};

const begin = (top: string, signal: AbortSignal | undefined, wayTo?: ReadonlySet<string>): Search => ({
  top,
  signal,
  wayTo,
  folders: 0,
  listed: new Map(),
  listings: [],
  series: [],
  leftOut: [],
  unread: [],
  isCutShort: false,
});

/** What may hold more than was found. */
const unseen = ({ top, unread, isCutShort }: Search): Warning[] => {
  const message = `${top}: not every folder below was searched; choose one further down for the rest.`;
  return [...unread, ...(isCutShort ? [{ code: 'search-cut-short', path: top, message }] : [])];
};

/** All series at and under a folder; those of the folder itself first. */
export const findSeries = async (top: string, signal: AbortSignal | undefined): Promise<Discovery> => {
  const search = begin(top, signal);
  await searchFolder(search, top, 0);
  const [first] = search.series;
  if (first === undefined) throw noCheckpoints(top, search.listings);
  const series = [{ ...first, warnings: [...first.warnings, ...unseen(search)] }, ...search.series.slice(1)];
  return { path: top, series, leftOut: search.leftOut };
};

/** A folder and those above it, up to `top`. */
const upTo = (top: string, folder: string): string[] =>
  folder === top || dirname(folder) === folder ? [folder] : [folder, ...upTo(top, dirname(folder))];

/**
 * The series that the weight files in `folders` belong to: those that {@link findSeries} finds at `top`, without
 * looking for them. None is no error. What could not be looked at is named in the warnings.
 */
export const findSeriesOf = async (
  top: string,
  folders: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly series: readonly Series[]; readonly warnings: readonly Warning[] }> => {
  const search = begin(top, signal, new Set(folders.flatMap((folder) => upTo(top, folder))));
  await searchFolder(search, top, 0);
  return { series: search.series, warnings: unseen(search) };
};
