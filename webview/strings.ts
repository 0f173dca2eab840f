import { chartStrings } from './charts/strings.js';
import { frameStrings } from './frame/strings.js';
import { attentionStrings } from './pages/attention/strings.js';
import { compareStrings } from './pages/compare/strings.js';
import { loraStrings } from './pages/compare/loraStrings.js';
import { dynamicsStrings } from './pages/dynamics/strings.js';
import { modesStrings } from './pages/modes/strings.js';
import { overviewStrings } from './pages/overview/strings.js';
import { reconstructionStrings } from './pages/reconstruction/strings.js';
import { spectraStrings } from './pages/spectra/strings.js';
import { runsStrings } from './pages/runs/strings.js';
import { sweepStrings } from './pages/sweep/strings.js';
import { trainingStrings } from './pages/training/strings.js';
import { trajectoryStrings } from './pages/trajectory/strings.js';
import { partStrings } from './parts/strings.js';
import { liveMatricesStrings } from './parts/liveMatrices/strings.js';
import { absenceStrings } from './report/absenceStrings.js';
import { countStrings } from './words/countStrings.js';
import { statisticStrings } from './words/statisticStrings.js';
import { setTexts } from './words/say.js';
import { sharedStrings } from './words/strings.js';

/**
 * Every sentence of the page, in English. Placeholders in braces are filled by name. The host's translation
 * bundle maps the English text to another. A key with `.one` and `.other` is chosen by the number `n`.
 */
export const english = {
  ...sharedStrings,
  ...statisticStrings,
  ...countStrings,
  ...absenceStrings,
  ...chartStrings,
  ...partStrings,
  ...frameStrings,
  ...overviewStrings,
  ...spectraStrings,
  ...trajectoryStrings,
  ...reconstructionStrings,
  ...dynamicsStrings,
  ...compareStrings,
  ...loraStrings,
  ...runsStrings,
  ...attentionStrings,
  ...modesStrings,
  ...trainingStrings,
  ...liveMatricesStrings,
  ...sweepStrings,
} as const;
export type StringKey = keyof typeof english;

setTexts(english);
