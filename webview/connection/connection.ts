import type { PanelCalls, PanelEvents, PanelStart } from '../../extension/contract/panel.js';
import type { StateKeeper } from '../state/persistedState.js';

/** The source of the page's data: the extension host, or the document itself. */
export interface Connection {
  readonly keeper: StateKeeper;
  /** Calls to the host; absent in a report opened from disk. */
  readonly host?: PanelCalls;
  /** Starts: events arrive from now on. */
  start(events: PanelEvents): Promise<PanelStart | undefined>;
}
