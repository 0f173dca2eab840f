import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CommandConsole } from '../../../extension/cli/command.js';
import { inspectCommand } from '../../../extension/cli/inspectCommand.js';
import type { Report } from '../../../extension/contract/report.js';

const quiet: CommandConsole = {
  out: () => undefined,
  error: () => undefined,
  isTerminal: false,
  signal: new AbortController().signal,
};

/** The report that `inspect` writes with `--json`. */
export const inspectedByCommand = async (...args: string[]): Promise<Report> => {
  const scratch = mkdtempSync(join(tmpdir(), 'weight-geometry-report-'));
  try {
    const file = join(scratch, 'report.json');
    expect(await inspectCommand.run([...args, '--json', file], quiet)).toBe(0);
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } finally {
    rmSync(scratch, { recursive: true });
  }
};
