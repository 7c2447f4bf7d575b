import { type Invocation, valueOf } from './command.ts';

const defaultDirectory = '.plinth';

/** The data directory that a command is about, as it was typed. */
export function dataDirectoryOf(invocation: Invocation): string {
  return valueOf(invocation, 'data') ?? defaultDirectory;
}

/** The argument that names a data directory in a suggested command; empty for the default. */
export function dataArgument(directory: string): string {
  return directory === defaultDirectory ? '' : ` --data ${shellWord(directory)}`;
}

/** A word as it must be typed in a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
