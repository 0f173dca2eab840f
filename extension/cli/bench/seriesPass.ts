import * as v from 'valibot';
import {
  inspectSettingsSchema,
  reportSchemaName,
  type Report,
  type ReportAddition,
} from '../../contract/report.js';
import { ReportStore } from '../../contract/reportStore.js';
import { chosenAnalysis, type Analysis, type AnalysisRun } from '../../engine/analyses/analysis.js';
import { PassCollector } from '../../engine/analyses/trajectory/passCollector.js';
import { trajectoryPass } from '../../engine/analyses/trajectory/trajectoryPass.js';
import { planWork } from '../../engine/analyses/workPolicy.js';
import { reportVersions } from '../../engine/ground/versions.js';
import { findSeries } from '../../engine/series/source.js';
import { survey as surveyOf } from '../../engine/series/survey.js';
import { TensorValues } from '../../engine/series/tensorValues.js';

/** The trajectory's pass over a series, and analyses that follow it, as an inspection runs them. */
export const seriesPass = async (folder: string, after: readonly Analysis[] = []): Promise<Report> => {
  const { signal } = new AbortController();
  const survey = await surveyOf(await findSeries(folder, signal), signal);
  const settings = v.parse(inspectSettingsSchema, {});
  const store = new ReportStore();
  store.add({
    header: {
      schema: reportSchemaName,
      source: { path: folder, name: folder, kind: 'series' },
      ...{ settings, versions: reportVersions(), created: new Date().toISOString() },
    },
  });
  try {
    const collector = new PassCollector(survey, settings, undefined, () => undefined);
    const pass = trajectoryPass(survey, collector);
    while ((await pass.next()).done !== true);
    await collector.finish();
    const run: AnalysisRun = {
      ...{ settings, survey, signal },
      request: { path: folder, settings },
      values: new TensorValues(survey),
      plan: planWork(survey.matrices, survey.checkpoints.length, 0, false),
      report: () => store.report()!,
      emit: (addition: ReportAddition) => store.add(addition),
    };
    for (const analysis of after) {
      const { settings: chosen } = chosenAnalysis(analysis, { id: analysis.id }, true);
      const steps = analysis.steps(run, chosen);
      while ((await steps.next()).done !== true);
    }
    return store.report()!;
  } finally {
    await survey.pool.close();
  }
};
