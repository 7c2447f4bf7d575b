import type { Terminal } from './terminal.ts';

/** An option of a command. */
export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** What stands for its value in help; absent for a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: boolean;
  /** The values it takes, where they are few. */
  readonly choices?: readonly string[];
  readonly description: string;
}

/** An argument by its place. */
export interface PositionalSpec {
  readonly name: string;
  readonly required: boolean;
  /** May be given several times; only of the last one. */
  readonly many?: boolean;
  /** Values that completion offers. */
  readonly choices?: readonly string[];
  readonly description: string;
}

/** A command of the program: all that help, completion and parsing need to know without loading it. */
export interface CommandSpec {
  readonly name: string;
  /** One sentence without its full stop. */
  readonly summary: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: readonly OptionSpec[];
  /** Further sentences for its own help. */
  readonly notes?: readonly string[];
  readonly examples: readonly string[];
  /** Loads the code. */
  readonly load: () => Promise<CommandModule>;
}

/** The code of a command. */
export interface CommandModule {
  /**
   * @returns the exit code
   * @throws Failure for what is expected to go wrong
   */
  readonly run: (invocation: Invocation) => Promise<number> | number;
}

/** A command as it was called. */
export interface Invocation {
  readonly positionals: readonly string[];
  /** Values by the option's name; a switch has an empty list when it is set. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  readonly terminal: Terminal;
}

/** Whether a switch is set. */
export function isSet(invocation: Invocation, name: string): boolean {
  return invocation.options.has(name);
}

/** The value of an option, the last one where it was repeated. */
export function valueOf(invocation: Invocation, name: string): string | undefined {
  return invocation.options.get(name)?.at(-1);
}

/** All values of an option in order. */
export function valuesOf(invocation: Invocation, name: string): readonly string[] {
  return invocation.options.get(name) ?? [];
}

/** Options that every command has. */
export const sharedOptions: readonly OptionSpec[] = [
  { name: 'json', description: 'Answer with JSON, errors included.' },
  { name: 'help', short: 'h', description: 'Show this help.' },
];
