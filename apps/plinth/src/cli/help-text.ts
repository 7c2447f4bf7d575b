import { type CommandSpec, type OptionSpec, sharedOptions } from './command.ts';

/** The help of the program: what it is and its commands. */
export function programHelp(version: string, commands: readonly CommandSpec[]): string {
  const rows = commands.map(({ name, summary }): [string, string] => [name, summary]);
  return [
    `Plinth ${version}: an operations control plane that kubectl drives`,
    '',
    'Usage: plinth COMMAND [OPTIONS]',
    '',
    ...columns(rows),
    '',
    'Help of a command: plinth help COMMAND',
    '',
  ].join('\n');
}

/** The help of a command. */
export function commandHelp(command: CommandSpec): string {
  const sections: string[] = [`${command.summary}.`, '', `Usage: ${usageOf(command)}`, ''];
  if (command.positionals.length > 0) {
    const rows = command.positionals.map(({ name, description }): [string, string] => [name, description]);
    sections.push('Arguments:', ...columns(rows), '');
  }
  const options = [...command.options, ...sharedOptions];
  sections.push(
    'Options:',
    ...columns(options.map((option) => [optionText(option), option.description])),
    '',
  );
  if (command.notes && command.notes.length > 0) sections.push(...command.notes, '');
  sections.push('Examples:', ...command.examples.map((example) => `  ${example}`), '');
  return sections.join('\n');
}

/** The form in which a command is called. */
export function usageOf(command: CommandSpec): string {
  const positionals = command.positionals.map(({ name, required, many }) => {
    const shown = many === true ? `${name}...` : name;
    return required ? shown : `[${shown}]`;
  });
  return ['plinth', command.name, ...positionals, '[OPTIONS]'].join(' ');
}

function optionText({ name, short, value }: OptionSpec): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? `    ${long}` : `-${short}, ${long}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
