import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GeometryError } from '../contract/errors.js';
import { tools } from '../tools/table.js';
import { parsed } from './arguments.js';
import type { Command } from './command.js';

const usage = `Usage: weight-geometry mcp [FOLDER…]

Serves the Model Context Protocol on standard input and output, for assistants: they may list, inspect and compare what
lies in the folders (default: the one it is started in). Nothing is written, nothing is trained, no network is used.

${tools.map(({ name, userDescription }) => `  ${name.padEnd(15)}  ${userDescription}`).join('\n')}

For a client that is configured by JSON:

  { "command": "weight-geometry", "args": ["mcp", "/path/to/checkpoints"] }
`;

const folder = async (named: string): Promise<string> => {
  const place = resolve(named);
  const there = await stat(place).catch(() => undefined);
  if (there?.isDirectory() !== true) throw new GeometryError('not-found', `${named} is not a folder.`);
  return realpath(place);
};

export const mcpCommand: Command = {
  name: 'mcp',
  summary: 'serve the Model Context Protocol to assistants: list, inspect, compare; reads only',
  usage,
  options: {},
  run: async (args, console) => {
    const { positionals } = parsed(args, {});
    const roots = await Promise.all((positionals.length === 0 ? ['.'] : positionals).map(folder));
    // Other commands do without the protocol's library.
    const { serve } = await import('./mcp/serve.js');
    await serve(roots, console.signal, (line) => console.error(`${line}\n`));
    return 0;
  },
};
