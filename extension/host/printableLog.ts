import type * as vscode from 'vscode';
import { forTerminal, printableLine } from '../contract/printable.js';

const levels: ReadonlySet<PropertyKey> = new Set(['trace', 'debug', 'info', 'warn', 'error']);

/** Causes keep their line ends. Names in them are as untrusted as in the message. */
const printable = (value: unknown, at: number): unknown => {
  if (typeof value !== 'string') return value;
  return at === 0 ? printableLine(value) : forTerminal(value);
};

/** The log with names escaped on every write: one line per message, hidden characters written out. */
export const printableLog = (log: vscode.LogOutputChannel): vscode.LogOutputChannel =>
  new Proxy(log, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (...args: unknown[]) => unknown;
      return levels.has(key) ? (...args: unknown[]) => method(...args.map(printable)) : method;
    },
  });
