import * as v from 'valibot';
import {
  inspectSettingsSchema,
  reportSchemaName,
  type Report,
  type ReportAddition,
} from '../../contract/report.js';
import { ReportStore } from '../../contract/reportStore.js';
import type { RunFile } from '../../contract/run.js';
import { chosenAnalysis, type Analysis, type AnalysisRun } from '../analyses/analysis.js';
import { planWork } from '../analyses/workPolicy.js';
import { pauseFor } from '../ground/work/pause.js';
import { reportVersions } from '../ground/versions.js';
import { findSeries } from '../series/source.js';
import { trainingRecord } from '../series/trainingRecord.js';
import { survey as surveySeries } from '../series/survey.js';
import { TensorValues } from '../series/tensorValues.js';
import type { MeasureOptions } from './paper.js';

/** An analysis of the table with its settings. */
export interface WantedAnalysis {
  readonly analysis: Analysis;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * Runs analyses on a finished run and returns the lists that they write.
 * @throws errors of the analyses; `cancelled`.
 */
export const measuredSeries = async (
  folder: string,
  run: RunFile,
  wanted: readonly WantedAnalysis[],
  { signal, onProgress }: MeasureOptions,
): Promise<Report> => {
  const settings = v.parse(inspectSettingsSchema, {});
  const source = await findSeries(folder, signal);
  const survey = await surveySeries(source, signal);
  const training = await trainingRecord(folder);
  const store = new ReportStore();
  const grokked = run.grokStep === undefined ? {} : { grokStep: run.grokStep };
  store.add({
    header: {
      schema: reportSchemaName,
      source: { path: folder, name: run.config.name, kind: 'series', ...grokked },
      ...{ settings, versions: reportVersions(), created: new Date().toISOString() },
    },
  });
  const context: AnalysisRun = {
    ...{ settings, survey, signal },
    request: { path: folder, settings },
    values: new TensorValues(survey),
    plan: planWork(survey.matrices, survey.checkpoints.length, 0, false),
    descriptor: { model: run.model, data: run.data },
    ...(training === undefined ? {} : { training }),
    report: () => store.report()!,
    emit: (addition: ReportAddition) => store.add(addition),
  };
  const pause = pauseFor(signal);
  try {
    for (const { analysis, settings: asked } of wanted) {
      const request = { id: analysis.id, ...(asked === undefined ? {} : { settings: asked }) };
      const chosen = chosenAnalysis(analysis, request, true);
      for await (const { text, fraction } of analysis.steps(context, chosen.settings)) {
        onProgress({ text: `${run.config.name}: ${text}`, fraction });
        await pause();
      }
    }
    return store.report()!;
  } finally {
    await survey.pool.close();
  }
};
