import { type CommandSpec, type Invocation, type OptionSpec, sharedOptions } from '../cli/command.ts';
import { UsageFailure } from '../cli/failure.ts';
import { nearest } from '../cli/suggest.ts';
import { commands } from '../command-table.ts';

const writers: Readonly<Record<string, () => string>> = { bash, zsh, fish };

/** Prints a completion script. */
export function run({ positionals: [shell = ''], terminal }: Invocation): number {
  const write = Object.hasOwn(writers, shell) ? writers[shell] : undefined;
  if (!write) {
    const shells = Object.keys(writers);
    const meant = nearest(shell, shells);
    const choices = `there is one for ${shells.join(', ')}`;
    throw new UsageFailure(
      `there is no completion for "${shell}"`,
      meant === undefined ? choices : `did you mean ${meant}? ${choices}`,
    );
  }
  if (terminal.json) terminal.data({ shell, script: write() });
  else terminal.text(write());
  return 0;
}

/** What may stand in the first place after a command. */
function wordsOf(command: CommandSpec): readonly string[] {
  if (command.name === 'help') return commands.map(({ name }) => name);
  return command.positionals[0]?.choices ?? [];
}

const optionsOf = (command: CommandSpec): readonly OptionSpec[] => [...command.options, ...sharedOptions];

const takesFile = ({ value }: OptionSpec): boolean => value !== undefined && /FILE|DIR/.test(value);

function bash(): string {
  const cases = commands.map((command) => {
    const flags = optionsOf(command).map(({ name }) => `--${name}`);
    return `    ${command.name}) words='${[...flags, ...wordsOf(command)].join(' ')}' ;;`;
  });
  const withFile = commands.flatMap(optionsOf).filter(takesFile);
  const fileOptions = withFile.flatMap(({ name, short }) =>
    short ? [`--${name}`, `-${short}`] : [`--${name}`],
  );
  const withChoices = commands.flatMap(optionsOf).filter(({ choices }) => choices !== undefined);
  const choiceCases = withChoices.map(({ name, short, choices }) => {
    const typed = short ? `--${name}|-${short}` : `--${name}`;
    return `    ${typed}) COMPREPLY=($(compgen -W '${(choices ?? []).join(' ')}' -- "$word")); return ;;`;
  });
  return `# bash completion of plinth
_plinth() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} words=''
  COMPREPLY=()
  case $before in
    ${[...new Set(fileOptions)].join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
${choiceCases.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [ "\${COMP_WORDS[1]}" = up ] && [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -d -- "$word")); fi
}
complete -o filenames -F _plinth plinth
`;
}

/** Text inside single quotes of a shell, without what zsh reads in descriptions. */
const quoted = (text: string): string => text.replaceAll("'", "'\\''").replace(/[[\]:]/g, ' ');

function zsh(): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`);
  const cases = commands.map((command) => {
    const specs = optionsOf(command).map((option) => {
      const { name, value, choices, description, many } = option;
      const action = choices ? `(${choices.join(' ')})` : takesFile(option) ? '_files' : ' ';
      const repeat = many === true ? '*' : '';
      return `      '${repeat}--${name}[${quoted(description)}]${value === undefined ? '' : `:${value}:${action}`}'`;
    });
    const words = wordsOf(command);
    const first = command.positionals[0];
    if (words.length > 0) specs.push(`      '1:${quoted(first?.name ?? '')}:(${words.join(' ')})'`);
    else if (command.name === 'up') specs.push(`      '1:WORKSPACE:_files -/'`);
    return `    ${command.name}) _arguments \\\n${specs.join(' \\\n')} ;;`;
  });
  return `#compdef plinth
_plinth() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _plinth ]; then _plinth "$@"; else compdef _plinth plinth; fi
`;
}

function fish(): string {
  const text = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const lines = commands.map(
    ({ name, summary }) => `complete -c plinth -n __fish_use_subcommand -f -a ${name} -d '${text(summary)}'`,
  );
  for (const command of commands) {
    const when = `-n '__fish_seen_subcommand_from ${command.name}'`;
    for (const option of optionsOf(command)) {
      const short = option.short ? ` -s ${option.short}` : '';
      const choices = option.choices ? ` -x -a '${option.choices.join(' ')}'` : '';
      const value = option.value === undefined || option.choices ? '' : takesFile(option) ? ' -r -F' : ' -x';
      const description = `-d '${text(option.description)}'`;
      lines.push(`complete -c plinth ${when} -l ${option.name}${short}${choices}${value} ${description}`);
    }
    const words = wordsOf(command);
    if (words.length > 0) lines.push(`complete -c plinth ${when} -f -a '${words.join(' ')}'`);
  }
  return `# fish completion of plinth\n${lines.join('\n')}\n`;
}
