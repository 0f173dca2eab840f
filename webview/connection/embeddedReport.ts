import * as v from 'valibot';
import type { PanelState } from '../../extension/contract/panel.js';
import { panelStateSchema } from '../../extension/contract/panel.js';
import { reportAdditionSchema } from '../../extension/contract/report.js';
import type { Connection } from './connection.js';

const element = 'report';

/** The report in the document's `<script type="application/json" id="report">`, as one addition. */
export function embeddedReport(): Connection {
  const text = document.getElementById(element)?.textContent ?? '';
  return {
    keeper: sessionKeeper(),
    start(events) {
      const parsed = v.safeParse(reportAdditionSchema, parse(text));
      if (parsed.success) {
        events.addition(parsed.output);
        events.ended({ ok: true, value: undefined });
      } else {
        events.ended({
          ok: false,
          error: {
            code: 'malformed-file',
            message: 'This document carries no report that this version of the page can read.',
            cause: parsed.issues.map(({ message }) => message).join('; '),
          },
        });
      }
      return Promise.resolve(undefined);
    },
  };
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The tab's session storage. Browsers deny it to some documents from disk; then nothing is stored. */
function sessionKeeper() {
  const key = `weight-geometry:${location.pathname}`;
  return {
    read: (): PanelState | undefined => {
      try {
        const kept = v.safeParse(panelStateSchema, JSON.parse(sessionStorage.getItem(key) ?? 'null'));
        return kept.success ? kept.output : undefined;
      } catch {
        return undefined;
      }
    },
    write: (state: PanelState): void => {
      try {
        sessionStorage.setItem(key, JSON.stringify(state));
      } catch {
        // Storage is full or forbidden: the page works without it.
      }
    },
  };
}
