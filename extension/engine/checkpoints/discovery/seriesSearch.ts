import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { GeometryError } from '../../../contract/errors.js';
import type { Warning } from '../../../contract/report.js';
import { fromUnit, soleUnit, type Candidate } from './candidates.js';
import { withCountedSteps } from './countedNames.js';
import { hubSnapshots } from './hubCache.js';
import type { Discovery, Series } from './series.js';
import { aliasesLeftOut, isAlias, withBeginning } from './seriesEnds.js';
import { listFolder, naturalOrder, type FolderListing } from './seriesFolder.js';
import { stepFolders } from './stepFolders.js';
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
  if (listing.unopened > 0) search.unread.push(unopenedFiles(folder, listing.unopened));
  for (const path of listing.companions) search.leftOut.push(path);
  return listing;
};

/** Files without an ending that nobody has looked into may be weights. */
const unopenedFiles = (folder: string, count: number): Warning => ({
  code: 'search-cut-short',
  path: folder,
  message:
    `${folder}: files without an ending that were not looked into, and may be weights: ${count}. ` +
    'Move weights to a folder of their own.',
});

const byStep = (a: Candidate, b: Candidate): number =>
  (a.entry.step ?? 0) - (b.entry.step ?? 0) || naturalOrder(a.entry.label, b.entry.label);

const makeSeries = (
  root: string,
  place: string,
  name: string,
  candidates: readonly Candidate[],
  isRun: boolean,
): Series => {
  const ordered = [...candidates].sort(byStep);
  const steps = ordered.map(({ entry }) => entry.step).filter((step) => step !== undefined);
  return {
    root,
    place,
    name,
    checkpoints: ordered.map(({ entry }) => entry),
    warnings: [...ordered.flatMap(({ warnings }) => warnings), ...stepsMissingWarnings(root, steps)],
    isRun,
  };
};

/** See {@link Series.place}. */
const placeOf = (
  root: string,
  folder: string,
  families: readonly (readonly Candidate[])[],
  family: readonly Candidate[],
): string => {
  const [first, ...more] = family;
  if (families.length === 1) return root;
  return more.length === 0 ? first!.entry.path : join(folder, first!.family);
};

const byFamily = (candidates: readonly Candidate[]): Candidate[][] => [
  ...grouped(candidates, ({ family }) => family).values(),
];

const searchFolder = async (search: Search, folder: string, depth: number, root = folder): Promise<void> => {
  const listing = await list(search, folder);
  if (listing === undefined) return;
  const isRun = listing.others.includes(RUN_FILE) && listing.folders.includes(RUN_CHECKPOINTS);
  if (isRun) {
    await searchFolder(search, join(folder, RUN_CHECKPOINTS), depth + 1, folder);
    return;
  }
  const hub = await hubSnapshots(listing, (place) => list(search, place));
  if (hub !== undefined) {
    search.series.push(makeSeries(root, root, relative(search.top, root) || basename(root), hub, false));
    return;
  }
  const inner = (place: string): Promise<FolderListing | undefined> => list(search, place);
  const { candidates: folders, warnings, rest } = await stepFolders(listing, inner);
  const sole = soleUnit(listing.units);
  const isRepeated =
    listing.units.length > 1 && sole !== undefined && stepInName(sole.stem, 'file') === undefined;
  const units = isRepeated ? [sole] : listing.units;
  const files = withCountedSteps(await Promise.all(units.map((unit) => fromUnit(folder, unit))));
  const isSteppedHere = [...files, ...folders].some(({ entry }) => entry.step !== undefined);
  const aliases = new Set(isSteppedHere ? files.filter(isAlias) : []);
  for (const { entry } of aliases) search.leftOut.push(entry.path);
  if (aliases.size > 0) warnings.push(aliasesLeftOut(folder, [...aliases]));

  const families = byFamily(withBeginning([...files.filter((file) => !aliases.has(file)), ...folders]));
  families.sort((a, b) => b.length - a.length || naturalOrder(a[0]!.family, b[0]!.family));
  const place = relative(search.top, root) || basename(root);
  families.forEach((family, i) => {
    const name = families.length === 1 ? place : `${place}: ${family[0]!.family}`;
    const series = makeSeries(root, placeOf(root, folder, families, family), name, family, root !== folder);
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
