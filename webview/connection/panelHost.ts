import { createBirpc } from 'birpc';
import { callsOver, receiveEvents } from '../../extension/contract/boundary.js';
import type { PanelCalls, PanelEvents } from '../../extension/contract/panel.js';
import {
  panelContractVersion,
  panelEventSchemas,
  panelSchemas,
  panelStateSchema,
} from '../../extension/contract/panel.js';
import * as v from 'valibot';
import type { Connection } from './connection.js';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare global {
  var acquireVsCodeApi: (() => VsCodeApi) | undefined;
}

type Functions = Record<string, (...args: unknown[]) => unknown>;

/** The connection to the extension host; undefined outside VS Code. */
export function panelHost(): Connection | undefined {
  const api = globalThis.acquireVsCodeApi?.();
  if (!api) return undefined;
  const functions: Functions = {};
  const channel = createBirpc<Functions, Functions>(functions, {
    post: (message) => api.postMessage(message),
    on: (receive) => addEventListener('message', ({ data }) => receive(data)),
    resolver: (name) => (Object.hasOwn(functions, name) ? functions[name] : undefined),
    timeout: -1,
  });
  const host = callsOver<PanelCalls>(panelSchemas, (method, args) => channel.$call(method, ...args));
  const keeper = {
    read: () => {
      const kept = v.safeParse(panelStateSchema, api.getState());
      return kept.success ? kept.output : undefined;
    },
    write: (state: unknown) => api.setState(state),
  };
  return {
    host,
    keeper,
    async start(events: PanelEvents) {
      const refuse = (error: Error): void => console.error(error);
      Object.assign(functions, receiveEvents(panelEventSchemas, events, refuse));
      const reply = await host.ready(panelContractVersion, keeper.read() ?? null);
      if (reply.ok) return reply.value;
      events.ended(reply);
      return undefined;
    },
  };
}
