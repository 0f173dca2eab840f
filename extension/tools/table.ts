import { explainWarning } from './explainWarning.js';
import { compareWeights, inspectWeights } from './inspect.js';
import { listSeries } from './listSeries.js';
import type { Tool } from './tool.js';

/** What assistants may ask, in the window and over the command's protocol. To add one is to add a file and a row. */
export const tools: readonly Tool[] = [listSeries, inspectWeights, compareWeights, explainWarning];
