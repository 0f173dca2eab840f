import type { Command } from './command.js';

const program = 'weight-geometry';

/**
 * A word for the shell, unquoted: every name of the tables consists of letters, digits and a few safe marks.
 */
const word = (text: string): string => {
  if (!/^[\w.,:=/+-]+$/.test(text)) throw new Error(`${JSON.stringify(text)} cannot be completed as it is.`);
  return text;
};
const words = (list: readonly string[]): string => list.map(word).join(' ');

const flagsOf = ({ options }: Command): string[] => [
  ...Object.keys(options).map((name) => `--${name}`),
  '--help',
];
const takesValue = ({ options }: Command): string[] =>
  Object.entries(options).flatMap(([name, { type }]) => (type === 'string' ? [`--${name}`] : []));

/** Lines of a shell's `case`, one for each command. */
const cases = (all: readonly Command[], line: (command: Command) => string): string =>
  all.map((command) => `    ${word(command.name)}) ${line(command)} ;;`).join('\n');

/** The values of a flag by command and flag: `inspect/--analyses) …`. */
const valueCases = (all: readonly Command[], line: (values: readonly string[]) => string): string =>
  all
    .flatMap(({ name, values }) =>
      Object.entries(values ?? {}).map(
        ([flag, list]) => `    ${word(name)}/--${word(flag)}) ${line(list)} ;;`,
      ),
    )
    .join('\n');

const bash = (all: readonly Command[]): string => `# ${program} completion for bash
_weight_geometry() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]}
  local flags= operands= valued=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${words(all.map(({ name }) => name))} help --help --version' -- "$word"))
    return
  fi
  case $command in
    help) COMPREPLY=($(compgen -W '${words(all.map(({ name }) => name))}' -- "$word")); return ;;
${cases(all, (command) => `flags='${words(flagsOf(command))}' valued=' ${words(takesValue(command))} ' operands='${words(command.operands ?? [])}'`)}
    *) return ;;
  esac
  case $command/$before in
${valueCases(all, (values) => `COMPREPLY=($(compgen -W '${words(values)}' -- "$word")); return`)}
  esac
  if [ "\${valued/ $before /}" != "$valued" ]; then
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$word"))
  elif [ "\${word:0:1}" = - ]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  else
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -W "$operands" -- "$word"))
    local IFS=$'\\n'
    COMPREPLY+=($(compgen -f -- "$word"))
  fi
}
complete -F _weight_geometry ${program}
`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const zsh = (all: readonly Command[]): string => `#compdef ${program}
_weight_geometry() {
  local before=\${words[CURRENT-1]} command=\${words[2]}
  local -a names flags valued operands
  names=(
${all.map(({ name, summary }) => `    ${quoted(`${word(name)}:${summary.replaceAll(':', '\\:')}`)}`).join('\n')}
    'help:what a command does'
  )
  if (( CURRENT == 2 )); then
    _describe command names
    compadd -- --help --version
    return
  fi
  case $command in
    help) _describe command names; return ;;
${cases(all, (command) => `flags=(${words(flagsOf(command))}) valued=(${words(takesValue(command))}) operands=(${words(command.operands ?? [])})`)}
    *) return 1 ;;
  esac
  case $command/$before in
${valueCases(all, (values) => `compadd -- ${words(values)}; return`)}
  esac
  if (( \${valued[(Ie)$before]} )); then
    _files
  elif [[ $PREFIX == -* ]]; then
    compadd -- $flags
  else
    (( $#operands )) && compadd -- $operands
    _files
  fi
}
compdef _weight_geometry ${program}
`;

/** The script of each shell that completion is offered for. */
export const shells: Readonly<Record<string, (all: readonly Command[]) => string>> = { bash, zsh };
