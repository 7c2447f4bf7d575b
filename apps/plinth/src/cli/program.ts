import { commands } from '../command-table.ts';
import { parseArguments } from './arguments.ts';
import type { CommandSpec } from './command.ts';
import { reportOf, UsageFailure } from './failure.ts';
import { commandHelp } from './help-text.ts';
import { nearest } from './suggest.ts';
import { Terminal } from './terminal.ts';

/** Other ways to say a command. */
const aliases: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

/**
 * Runs a command and ends the process: 0 when all is well, 1 when it failed, 2 when the command line is wrong.
 *
 * @param args what was typed after `plinth`
 */
export async function runProgram(args: readonly string[]): Promise<void> {
  const terminal = new Terminal(args.includes('--json'));
  try {
    process.exitCode = await runCommand(args, terminal);
  } catch (error) {
    const report = reportOf(error);
    terminal.failure(report);
    process.exitCode = report.exitCode;
  }
  await drained();
  // A command that has answered is over, whatever connections it leaves open.
  process.exit();
}

async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [typed = 'help', ...rest] = args;
  const command = findCommand(aliases[typed] ?? typed);
  const parsed = parseArguments(command, rest);
  if (parsed.options.has('help')) {
    terminal.text(commandHelp(command));
    return 0;
  }
  const { run } = await command.load();
  return await run({ ...parsed, terminal });
}

/** @throws UsageFailure with what was probably meant */
export function findCommand(name: string): CommandSpec {
  const command = commands.find((candidate) => candidate.name === name);
  if (command) return command;
  const meant = nearest(
    name,
    commands.map((candidate) => candidate.name),
  );
  throw new UsageFailure(
    `there is no command "${name}"`,
    meant === undefined ? 'see: plinth help' : `did you mean ${meant}? All commands: plinth help`,
  );
}

/** What was written to pipes has left the process. */
async function drained(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) =>
        new Promise<void>((resolve) => {
          if (stream.destroyed) resolve();
          else stream.write('', () => resolve());
        }),
    ),
  );
}
