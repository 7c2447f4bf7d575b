import { parseArgs } from 'node:util';
import { type CommandSpec, type OptionSpec, sharedOptions } from './command.ts';
import { UsageFailure } from './failure.ts';
import { nearest } from './suggest.ts';

/** The arguments of a command, checked against what it declares. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads the arguments of a command.
 *
 * @param command what it declares
 * @param args what was typed after its name
 * @returns values by option and the positional arguments
 * @throws UsageFailure that names the argument and, for a slip, what was probably meant
 */
export function parseArguments(command: CommandSpec, args: readonly string[]): ParsedArguments {
  const known = [...command.options, ...sharedOptions];
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      known.map(({ name, short, value }) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
      ]),
    ),
  });
  const options = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = known.find((option) => option.name === token.name);
    if (spec === undefined) throw unknownOption(command, token.rawName, known);
    const values = options.get(spec.name) ?? [];
    options.set(spec.name, values);
    if (spec.value === undefined && token.value === undefined) continue;
    values.push(checkedValue(command, spec, token.rawName, token.value, token.inlineValue ?? false));
    if (values.length > 1 && spec.many !== true) {
      throw new UsageFailure(
        `${token.rawName} is given ${values.length} times`,
        `give it once; ${seeHelp(command)}`,
      );
    }
  }
  if (!options.has('help')) checkPositionals(command, positionals);
  return { options, positionals };
}

function checkedValue(
  command: CommandSpec,
  spec: OptionSpec,
  typed: string,
  value: string | undefined,
  isInline: boolean,
): string {
  if (spec.value === undefined) {
    throw new UsageFailure(`${typed} takes no value, found "${value}"`, seeHelp(command));
  }
  // What looks like the next option is no value, unless it is joined with `=`; a dash alone means standard input.
  if (value === undefined || (!isInline && value.startsWith('-') && value !== '-')) {
    const found = value === undefined ? '' : `, found ${value}`;
    throw new UsageFailure(`${typed} needs a value (${spec.value})${found}`, seeHelp(command));
  }
  if (spec.choices && !spec.choices.includes(value)) {
    const meant = nearest(value, spec.choices);
    const choices = `choose one of ${spec.choices.join(', ')}`;
    throw new UsageFailure(
      `${typed} cannot be "${value}"`,
      meant ? `did you mean ${meant}? ${choices}` : choices,
    );
  }
  return value;
}

function checkPositionals(command: CommandSpec, found: readonly string[]): void {
  const missing = command.positionals.find(({ required }, place) => required && found[place] === undefined);
  if (missing) throw new UsageFailure(`${missing.name} is missing: ${missing.description}`, seeHelp(command));
  const extra = command.positionals.at(-1)?.many === true ? undefined : found[command.positionals.length];
  if (extra !== undefined) throw new UsageFailure(`"${extra}" is one argument too many`, seeHelp(command));
}

function unknownOption(command: CommandSpec, typed: string, known: readonly OptionSpec[]): UsageFailure {
  const names = known.flatMap(({ name, short }) => (short ? [`--${name}`, `-${short}`] : [`--${name}`]));
  const meant = nearest(typed, names);
  return new UsageFailure(
    `${command.name} has no option ${typed}`,
    meant === undefined ? seeHelp(command) : `did you mean ${meant}? ${seeHelp(command)}`,
  );
}

function seeHelp(command: CommandSpec): string {
  return `see: plinth help ${command.name}`;
}
