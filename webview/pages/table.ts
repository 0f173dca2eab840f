import type { FunctionComponent } from 'preact';
import type { Focus } from '../../extension/contract/calls.js';
import type { AnalysisRequest, Report } from '../../extension/contract/report.js';
import type { SectionName } from '../../extension/contract/report/sections.js';
import type { StringKey } from '../words/say.js';
import { Attention } from './attention/page.js';
import { Compare } from './compare/page.js';
import { Dynamics } from './dynamics/page.js';
import { Modes } from './modes/page.js';
import { Overview } from './overview/page.js';
import { RankSpectra } from './spectra/page.js';
import { Reconstruction } from './reconstruction/page.js';
import { Runs } from './runs/page.js';
import { Sweep } from './sweep/page.js';
import { Training } from './training/page.js';
import { Trajectory } from './trajectory/page.js';

export interface Page {
  /** Also the focus of the engine: the numbers of this page come first. */
  readonly id: Focus;
  readonly title: StringKey;
  readonly component: FunctionComponent;
  /** Whether the report has anything for the page; absent: always. */
  readonly isFor?: (report: Report | undefined) => boolean;
  /**
   * For a page of optional analyses: the analyses that fill it, and whether results exist. A report on disk
   * cannot compute, and leaves out an empty page.
   */
  readonly onRequest?: {
    readonly analyses: readonly AnalysisRequest['id'][];
    readonly isThere: (report: Report) => boolean;
  };
}

/** The pages of a report in a window, which can compute missing results, or in a file, which cannot. */
export function pagesOf(
  report: Report | undefined,
  canCompute: boolean,
): { readonly shown: readonly Page[]; readonly leftOut: readonly Page[] } {
  const apt = pages.filter(({ isFor }) => isFor?.(report) ?? true);
  const isEmpty = ({ onRequest }: Page): boolean =>
    !canCompute && report !== undefined && onRequest?.isThere(report) === false;
  return { shown: apt.filter((page) => !isEmpty(page)), leftOut: apt.filter(isEmpty) };
}

/** A sweep's report has its own page; its runs are inspected individually. */
const isSweep = (report: Report | undefined): boolean => (report?.sweep.length ?? 0) > 0;
const isSeries = (report: Report | undefined): boolean => !isSweep(report);

/** Changes over training need two checkpoints. */
const hasChange = (report: Report | undefined): boolean =>
  isSeries(report) && (report === undefined || report.checkpoints.length > 1);
/** Functional modes need to run the model. */
const hasModes = (report: Report | undefined): boolean =>
  hasChange(report) && (report?.source.descriptor !== undefined || (report?.modes.length ?? 0) > 0);

/** Queries and keys, recognised by name; the number of heads is asked for on request. */
const hasAttention = (report: Report | undefined): boolean =>
  isSeries(report) &&
  ['Q', 'K'].every((kind) => report?.tensors.some(({ place }) => place?.kind === kind) === true);

/** Other series in the folder, or runs of this product, which lie side by side. */
const hasRuns = (report: Report | undefined): boolean =>
  isSeries(report) &&
  report !== undefined &&
  (report.runSpectra.length > 0 || report.run.length > 0 || (report.source.otherSeries ?? []).length > 0);

/** A comparison with another checkpoint is computed on request. */
const hasBase = (report: Report | undefined): boolean => (report?.comparisonSummaries.length ?? 0) > 0;

/** Whether any of the sections has entries. */
const holds =
  (...sections: readonly SectionName[]) =>
  (report: Report): boolean =>
    sections.some((section) => report[section].length > 0);

/** The pages in tab order. To add one, add a file and a row. */
export const pages: readonly Page[] = [
  { id: 'overview', title: 'page.overview', component: Overview, isFor: isSeries },
  { id: 'spectra', title: 'page.spectra', component: RankSpectra, isFor: isSeries },
  { id: 'trajectory', title: 'page.trajectory', component: Trajectory, isFor: hasChange },
  { id: 'reconstruction', title: 'page.reconstruction', component: Reconstruction, isFor: hasChange },
  {
    id: 'dynamics',
    title: 'page.dynamics',
    component: Dynamics,
    isFor: hasChange,
    onRequest: {
      analyses: ['edge', 'defect'],
      isThere: holds('updateSpectra', 'defects', 'accuracies', 'pathShares'),
    },
  },
  {
    id: 'attention',
    title: 'page.attention',
    component: Attention,
    isFor: hasAttention,
    onRequest: { analyses: ['attention'], isThere: holds('attentionHeads') },
  },
  { id: 'compare', title: 'page.compare', component: Compare, isFor: hasBase },
  {
    id: 'runs',
    title: 'page.runs',
    component: Runs,
    isFor: hasRuns,
    onRequest: { analyses: ['runs'], isThere: holds('runSpectra') },
  },
  {
    id: 'modes',
    title: 'page.modes',
    component: Modes,
    isFor: hasModes,
    onRequest: { analyses: ['modes'], isThere: holds('modes') },
  },
  {
    id: 'training',
    title: 'page.training',
    component: Training,
    isFor: (report) => (report?.run.length ?? 0) > 0,
  },
  { id: 'sweep', title: 'page.sweep', component: Sweep, isFor: isSweep },
];
