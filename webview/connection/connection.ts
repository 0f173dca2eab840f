import type { PanelCalls, PanelEvents, PanelStart } from '../../extension/contract/panel.js';
import type { StateKeeper } from '../state/persistedState.js';

/** Where the page's numbers come from: the extension host, or the document itself. */
export interface Connection {
  readonly keeper: StateKeeper;
  /** What the host can be asked for; absent in a report opened from disk. */
  readonly host?: PanelCalls;
  /** Begins: events arrive from now on. */
  start(events: PanelEvents): Promise<PanelStart | undefined>;
}
