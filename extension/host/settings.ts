import * as v from 'valibot';
import * as vscode from 'vscode';
import { section, settingId, type SettingName, type SettingValue } from './contributions.js';
import { inspectSettingsSchema, type InspectSettings } from '../contract/report.js';

/** The value of a setting; its default is in package.json. */
export const setting = <N extends SettingName>(name: N, scope?: vscode.Uri): SettingValue<N> =>
  vscode.workspace.getConfiguration(section, scope).get(name) as SettingValue<N>;

export const affects = (event: vscode.ConfigurationChangeEvent, name: SettingName): boolean =>
  event.affectsConfiguration(settingId(name));

/**
 * The settings of an inspection. Settings are hand-written: a value out of range is replaced by its default.
 */
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
