import * as vscode from 'vscode';
import type { Compute } from '../processes/compute.js';
import { inspectSettings, setting } from '../settings.js';
import type { InspectionSurroundings } from './inspection.js';
import { watchedPlace } from '../watchedPlace.js';
import { watchGrowing } from './growingFiles.js';
import { SourceWatch } from './sourceWatch.js';

/** VS Code's part of an inspection: settings, file events, words. */
export const inspectionSurroundings = (compute: Compute, cacheFolder: string): InspectionSurroundings => ({
  compute,
  cacheFor: (source) => (setting('analysis.cache', vscode.Uri.file(source)) ? cacheFolder : undefined),
  settingsFor: (source) => inspectSettings(vscode.Uri.file(source)),
  follows: (source) => setting('analysis.follow', vscode.Uri.file(source)),
  watch: (source, tell) => new SourceWatch(watchedPlace(source), tell),
  watchFiles: watchGrowing,
  says: {
    gone: () => vscode.l10n.t('These files are not there any more; what is shown was read before.'),
    changed: () => vscode.l10n.t('The files have changed since they were read.'),
    waits: () =>
      vscode.l10n.t(
        'The run has the machine to itself: its checkpoints are analysed when another page is opened, or when it rests.',
      ),
  },
});
