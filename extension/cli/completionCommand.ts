import { oneOf, parsed } from './arguments.js';
import { UsageError, type Command } from './command.js';
import { shells } from './completion.js';

const usage = `Usage: weight-geometry completion ${Object.keys(shells).join('|')}

Prints a script that completes commands, flags and their values. For one session:

  bash   source <(weight-geometry completion bash)
  zsh    source <(weight-geometry completion zsh)

For every session, add that line to ~/.bashrc, or to ~/.zshrc after compinit.
`;

/** @param all every command, this one included. */
export const completionCommand = (all: () => readonly Command[]): Command => ({
  name: 'completion',
  summary: 'a script that completes commands and flags in bash or zsh',
  usage,
  options: {},
  operands: Object.keys(shells),
  run: (args, console) => {
    const [shell, ...more] = parsed(args, {}).positionals;
    if (shell === undefined || more.length > 0)
      throw new UsageError('completion takes the name of one shell.');
    console.out(shells[oneOf('The shell', shell, Object.keys(shells))]!(all()));
    return Promise.resolve(0);
  },
});
