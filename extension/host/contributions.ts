import * as v from 'valibot';

/**
 * What the extension adds to VS Code, each id named once. `npm run manifest` writes the commands of
 * package.json from this table. Its check rejects an id that is in the manifest but not here, or spelled out
 * elsewhere in the code.
 */

/** The prefix of every id, and the section of the settings. */
export const section = 'weightGeometry';
type Id<N extends string> = `${typeof section}.${N}`;

const idOf = <N extends string>(name: N): Id<N> => `${section}.${name}`;
const idsOf = <N extends string>(...names: readonly N[]): { readonly [K in N]: Id<K> } =>
  Object.fromEntries(names.map((name) => [name, idOf(name)])) as { readonly [K in N]: Id<K> };

interface CommandRow {
  /** A codicon. */
  readonly icon?: string;
  /** Disabled in an untrusted workspace. */
  readonly needsTrust?: true;
}

/** Commands in the order of the manifest; the title of each is `command.<name>` of package.nls.json. */
const commands = {
  inspect: { icon: 'graph-scatter' },
  inspectTogether: {},
  selectForCompare: {},
  compareWithSelected: {},
  compareSelected: {},
  inspectSample: { icon: 'beaker' },
  refreshSeries: { icon: 'refresh' },
  revealSeries: { icon: 'list-tree' },
  copyTensorName: { icon: 'copy' },
  cancelInspection: { icon: 'debug-stop' },
  inspectAgain: { icon: 'refresh' },
  showRunningInspection: {},
  exportReport: { icon: 'save-as' },
  clearCache: {},
  showLog: { icon: 'output' },
  openSettings: {},
  train: { icon: 'beaker' },
  runSweep: { icon: 'beaker' },
  newSweep: { icon: 'layers' },
  reproduce: { icon: 'book' },
  submitSweep: { icon: 'server', needsTrust: true },
  pauseTraining: { icon: 'debug-pause' },
  resumeTraining: { icon: 'debug-continue', needsTrust: true },
  stopTraining: { icon: 'debug-stop' },
  showTraining: { icon: 'graph-line' },
  inspectRun: { icon: 'graph-scatter' },
  tagRun: { icon: 'tag' },
  noteRun: { icon: 'note' },
  filterRuns: { icon: 'filter' },
  forgetRun: { icon: 'close' },
  checkGpu: { needsTrust: true },
  installCuda: { needsTrust: true },
  removeCuda: { needsTrust: true },
  nextPage: {},
  previousPage: {},
} as const satisfies Readonly<Record<string, CommandRow>>;
export const commandIds = idsOf(...(Object.keys(commands) as (keyof typeof commands)[]));

/** The commands as package.json holds them. */
export const manifestCommands = Object.entries<CommandRow>(commands).map(([name, { icon, needsTrust }]) => ({
  command: idOf(name),
  title: `%command.${name}%`,
  category: '%category%',
  ...(icon === undefined ? {} : { icon: `$(${icon})` }),
  ...(needsTrust ? { enablement: 'isWorkspaceTrusted' } : {}),
}));

/** Context keys that the extension sets and the manifest's conditions read. */
export const contextKeys = idsOf(
  'anyInspectionRunning',
  'canPauseTraining',
  'canResumeTraining',
  'canStopTraining',
  'checkpointFolders',
  'hasCompareSelection',
  'hasRuns',
  'hoverShown',
  'inspectorRunning',
  'seriesLooked',
);

export const viewIds = idsOf('series', 'runs');
export const editorIds = idsOf('weights', 'maybeWeights');
export const panelId = idOf('inspector');
export const mcpProviderId = idOf('mcp');
/** Items of the status bar; the manifest does not list them. */
export const statusIds = idsOf('training', 'inspections');

/** Settings by name after the section, with their values. Defaults and ranges are in package.json. */
export const settingSchemas = {
  'analysis.precision': v.picklist(['auto', 'exact']),
  'analysis.tensors': v.string(),
  'analysis.subspace': v.number(),
  'analysis.shuffleDraws': v.number(),
  'analysis.randomWalkDraws': v.number(),
  'analysis.seed': v.number(),
  'analysis.follow': v.boolean(),
  'analysis.cache': v.boolean(),
  'explorer.badge': v.boolean(),
  'explorer.tooltip': v.boolean(),
  'hover.enabled': v.boolean(),
  'hover.rows': v.number(),
  'training.onWindowClose': v.picklist(['stop', 'continue']),
  'training.runsAtOnce': v.number(),
  'gpu.cudaFolder': v.string(),
} as const;
export type SettingName = keyof typeof settingSchemas;
export type SettingValue<N extends SettingName> = v.InferOutput<(typeof settingSchemas)[N]>;
export const settingId = idOf<SettingName>;

/** Every id that package.json may hold. VS Code adds the command `focus` to each view. */
export const manifestIds: readonly string[] = [
  section,
  ...[commandIds, contextKeys, viewIds, editorIds].flatMap((ids) => Object.values(ids)),
  ...Object.values(viewIds).map((id) => `${id}.focus`),
  ...Object.keys(settingSchemas).map(idOf),
  panelId,
  mcpProviderId,
];
