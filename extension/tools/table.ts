import { explainWarning } from './explainWarning.js';
import { compareWeights, inspectWeights } from './inspect.js';
import { listSeries } from './listSeries.js';
import type { Tool } from './tool.js';

/** The tools of assistants, in the window and over the command's protocol. To add one, add a file and a row. */
export const tools: readonly Tool[] = [listSeries, inspectWeights, compareWeights, explainWarning];
