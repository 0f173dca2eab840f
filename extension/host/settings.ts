import * as v from 'valibot';
import * as vscode from 'vscode';
import { inspectSettingsSchema, type InspectSettings } from '../contract/report.js';

/** The settings of package.json, each with its type; `weightGeometry.` is put before every name. */
interface Settings {
  readonly 'analysis.precision': 'auto' | 'exact';
  readonly 'analysis.tensors': string;
  readonly 'analysis.subspace': number;
  readonly 'analysis.shuffleDraws': number;
  readonly 'analysis.randomWalkDraws': number;
  readonly 'analysis.seed': number;
  readonly 'analysis.follow': boolean;
  readonly 'analysis.cache': boolean;
  readonly 'explorer.badge': boolean;
  readonly 'explorer.tooltip': boolean;
  readonly 'hover.enabled': boolean;
  readonly 'hover.rows': number;
  readonly 'training.onWindowClose': 'stop' | 'continue';
  readonly 'training.runsAtOnce': number;
  readonly 'gpu.cudaFolder': string;
}
export type SettingName = keyof Settings;

const section = 'weightGeometry';

/** The value of a setting; its default is in package.json. */
export const setting = <N extends SettingName>(name: N, scope?: vscode.Uri): Settings[N] =>
  vscode.workspace.getConfiguration(section, scope).get(name) as Settings[N];

export const affects = (event: vscode.ConfigurationChangeEvent, name: SettingName): boolean =>
  event.affectsConfiguration(`${section}.${name}`);

/** What an inspection is asked to do; a value out of its range (settings are hand-written files) is its default. */
export function inspectSettings(scope: vscode.Uri): InspectSettings {
  const asked = {
    seed: setting('analysis.seed', scope),
    shuffleDraws: setting('analysis.shuffleDraws', scope),
    randomWalkDraws: setting('analysis.randomWalkDraws', scope),
    subspace: setting('analysis.subspace', scope),
    precision: setting('analysis.precision', scope),
    tensors: setting('analysis.tensors', scope).trim() || undefined,
  };
  const schemas = inspectSettingsSchema.entries;
  const checked = Object.entries(asked).filter(
    ([name, value]) => value !== undefined && v.is(schemas[name as keyof typeof schemas], value),
  );
  return v.parse(inspectSettingsSchema, Object.fromEntries(checked));
}
