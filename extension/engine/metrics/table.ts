import type { ReadCurves } from './curve.js';
import { readJsonLines } from './jsonLines.js';
import { readMetricsCsv } from './metricsCsv.js';
import { readTensorBoard } from './tensorboard.js';
import { readTrackio } from './trackio.js';
import { readTrainerState } from './trainerState.js';
import { readWandb } from './wandb.js';

/** A format of metrics: its file names and its reader. */
export interface MetricsFormat {
  readonly id: string;
  /** Its common name. */
  readonly title: string;
  /** The names of its files. */
  readonly names: RegExp;
  readonly read: (file: string) => Promise<ReadCurves>;
}

/** To add a format, add a file and a row. */
export const metricsFormats: readonly MetricsFormat[] = [
  { id: 'trainer-state', title: 'Transformers', names: /^trainer_state\.json$/, read: readTrainerState },
  { id: 'lightning-csv', title: 'Lightning', names: /^metrics\.csv$/, read: readMetricsCsv },
  { id: 'tensorboard', title: 'TensorBoard', names: /^events\.out\.tfevents\./, read: readTensorBoard },
  { id: 'wandb', title: 'Weights & Biases', names: /^run-[\w-]+\.wandb$/, read: readWandb },
  { id: 'trackio', title: 'trackio', names: /\.db$/, read: readTrackio },
  {
    id: 'json-lines',
    title: 'JSON lines',
    names: /^(?:metrics|history|log|logs|train_log|training_log)\.jsonl$/,
    read: readJsonLines,
  },
];
