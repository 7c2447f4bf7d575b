import type { Invocation } from '../cli/command.ts';
import { sharedOptions } from '../cli/command.ts';
import { commandHelp, programHelp, usageOf } from '../cli/help-text.ts';
import { findCommand } from '../cli/program.ts';
import { programVersion } from '../cli/version.ts';
import { commands } from '../command-table.ts';

/** Prints the help of the program or of one command. */
export function run({ positionals: [name], terminal }: Invocation): number {
  const chosen = name === undefined ? commands : [findCommand(name)];
  if (terminal.json) {
    const described = chosen.map((command) => {
      const { load: _, options, ...rest } = command;
      return { ...rest, usage: usageOf(command), options: [...options, ...sharedOptions] };
    });
    terminal.data({ version: programVersion(), commands: described });
  } else {
    const [only] = chosen;
    terminal.text(
      name === undefined || only === undefined ? programHelp(programVersion(), commands) : commandHelp(only),
    );
  }
  return 0;
}
