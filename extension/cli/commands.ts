import { benchCommand } from './benchCommand.js';
import type { Command } from './command.js';
import { completionCommand } from './completionCommand.js';
import { exportLoraCommand } from './exportLoraCommand.js';
import { gpuCommand } from './gpuCommand.js';
import { inspectCommand } from './inspectCommand.js';
import { mcpCommand } from './mcpCommand.js';
import { reproduceCommand } from './reproduceCommand.js';
import { sweepCommand } from './sweepCommand.js';
import { trainCommand } from './trainCommand.js';

/** Every subcommand. To add one, add a file and a row. */
export const commands: readonly Command[] = [
  inspectCommand,
  trainCommand,
  sweepCommand,
  reproduceCommand,
  exportLoraCommand,
  benchCommand,
  gpuCommand,
  mcpCommand,
  completionCommand(() => commands),
];
