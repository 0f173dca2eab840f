import * as v from 'valibot';
import { reportSections, sectionNames, type SectionName } from './report/sections.js';
import { inspectSettingsSchema } from './report/settings.js';
import { sourceSchema } from './report/source.js';

export * from './report/analyses.js';
export * from './report/attentionHeads.js';
export * from './report/checkpoints.js';
export * from './report/comparisons.js';
export * from './report/controls.js';
export * from './report/defects.js';
export * from './report/distributions.js';
export * from './report/matrixDetails.js';
export * from './report/modes.js';
export * from './report/curves.js';
export * from './report/path.js';
export * from './report/principalAngles.js';
export * from './report/reconstructions.js';
export * from './report/runResults.js';
export * from './report/runSpectra.js';
export * from './report/sections.js';
export * from './report/settings.js';
export * from './report/source.js';
export * from './report/spectra.js';
export * from './report/sweep.js';
export * from './report/tensors.js';
export * from './report/trajectories.js';
export * from './report/updateSpectra.js';
export * from './report/warnings.js';

/**
 * The report is the store: one append-only document per inspected source. The engine emits {@link
 * ReportAddition}s as it computes. The panel, hovers, the HTML page, `--json` and the cache on disk
 * are views of it.
 *
 * Every array is ordered and finite. A number that does not exist is absent, never NaN.
 */
export const reportSchemaName = 'weight-geometry/report@1';

export const reportHeaderSchema = v.object({
  schema: v.literal(reportSchemaName),
  source: sourceSchema,
  settings: inspectSettingsSchema,
  /** product, node, platform, …: name → version. */
  versions: v.record(v.string(), v.string()),
  /** ISO 8601. */
  created: v.string(),
});
export type ReportHeader = v.InferOutput<typeof reportHeaderSchema>;

type Sections = typeof reportSections;
type Entry<Name extends SectionName> = v.InferOutput<Sections[Name]['schema']>;
type Lists = { [Name in SectionName]: Entry<Name>[] };
type ListSchemas = {
  [Name in SectionName]: v.OptionalSchema<v.ArraySchema<Sections[Name]['schema'], undefined>, undefined>;
};

/**
 * The lists of an addition: each is optional. `fromEntries` loses the names' types, hence the cast.
 */
const listSchemas = Object.fromEntries(
  sectionNames.map((name) => [name, v.optional(v.array(reportSections[name].schema as v.GenericSchema))]),
) as unknown as ListSchemas;

export const reportAdditionSchema = v.object({
  /** The first addition. A later one replaces it (a confirmed descriptor, a growing folder). */
  header: v.optional(reportHeaderSchema),
  ...listSchemas,
});
export type ReportAddition = v.InferOutput<typeof reportAdditionSchema>;

export interface Report extends ReportHeader, Lists {}
