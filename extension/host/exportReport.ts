import path from 'node:path';
import * as vscode from 'vscode';
import { markdownReport } from '../contract/markdownReport.js';
import type { Report } from '../contract/report.js';
import { ReportStore } from '../contract/reportStore.js';
import { htmlReport } from '../disk/htmlReport.js';
import { fileFor, saveAs } from './inspector/saveAs.js';

interface ReportFormat {
  readonly ending: string;
  readonly label: string;
  readonly detail: string;
  readonly content: (report: Report) => string | Promise<string>;
}

/** The formats of a report. To add one, add a row. */
const formats = (): readonly ReportFormat[] => [
  {
    ending: 'html',
    label: vscode.l10n.t('HTML page'),
    detail: vscode.l10n.t('The pages of the panel in one file, which opens in a browser and prints to PDF.'),
    content: (report) => htmlReport(additionOf(report)),
  },
  {
    ending: 'json',
    label: vscode.l10n.t('JSON'),
    detail: vscode.l10n.t('Every number, for scripts.'),
    content: (report) => `${JSON.stringify(report, null, 1)}\n`,
  },
  {
    ending: 'md',
    label: vscode.l10n.t('Markdown tables'),
    detail: vscode.l10n.t('The main tables with their nulls, for a document or an issue.'),
    content: markdownReport,
  },
];

/** Asks for a format and a destination, then writes the report of a source. */
export async function exportReport(source: string, report: Report): Promise<void> {
  const format = await vscode.window.showQuickPick(formats(), {
    title: vscode.l10n.t('Export Report'),
    placeHolder: vscode.l10n.t('Format of the report'),
    matchOnDetail: true,
  });
  if (!format) return;
  await saveAs(
    fileFor(source, `${path.basename(source)}.report.${format.ending}`),
    await format.content(report),
  );
}

function additionOf(report: Report): ReturnType<ReportStore['asAddition']> {
  const { schema, source, settings, versions, created, ...lists } = report;
  const store = new ReportStore();
  store.add({ header: { schema, source, settings, versions, created }, ...lists });
  return store.asAddition();
}
