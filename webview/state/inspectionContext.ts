import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ErrorValue } from '../../extension/contract/errors.js';
import type { PanelCalls } from '../../extension/contract/panel.js';
import type { TrainingState } from '../../extension/contract/training.js';
import type { Report } from '../../extension/contract/report.js';
import type { MatrixInfo, SpectraIndex } from '../report/matrices.js';
import type { MatrixChoice } from './matrixChoice.js';
import type { StepScale } from './stepScale.js';
import type { ChartTheme } from '../theme/chartTheme.js';

/** The shared input of all pages. */
export interface InspectionView {
  readonly report: Report;
  readonly matrices: readonly MatrixInfo[];
  /** The matrices that tables and charts show. */
  readonly matrixChoice: MatrixChoice;
  readonly spectra: SpectraIndex;
  readonly theme: ChartTheme;
  /** Scale of every axis of training steps. */
  readonly stepScale: StepScale;
  /** More numbers may come. */
  readonly running: boolean;
  /** How the inspection ended, if it failed. */
  readonly error?: ErrorValue | undefined;
  /** The source is a run that this window controls or watches. */
  readonly training?: TrainingState | undefined;
  /** Lines that every export carries. */
  readonly provenance: readonly string[];
  /** Absent in a report opened from disk. */
  readonly host?: PanelCalls;
  /** Announces a sentence in the live region. */
  readonly announce: (text: string) => void;
  /** Opens another page with pickers set: name → value. */
  readonly open: (page: string, choices?: Readonly<Record<string, unknown>>) => void;
}

export const InspectionContext = createContext<InspectionView | undefined>(undefined);

export function useInspection(): InspectionView {
  const view = useContext(InspectionContext);
  if (!view) throw new Error('A page is drawn inside an inspection.');
  return view;
}
