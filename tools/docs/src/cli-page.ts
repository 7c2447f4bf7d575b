import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listOf, recordOf, textOf } from './json.ts';
import { code, generatedNotice, table } from './markdown.ts';

const run = promisify(execFile);

/** The reference of the command line, from what `plinth help --json` says. */
export async function cliPage(root: string): Promise<string> {
  const program = join(root, 'apps/plinth/bin/plinth.js');
  const { stdout } = await run(process.execPath, [program, 'help', '--json']);
  const commands = listOf(recordOf(JSON.parse(stdout))['commands']).map(recordOf);
  const overview = commands.map((command) => [
    `[${code(textOf(command['name']))}](#plinth-${textOf(command['name'])})`,
    textOf(command['summary']),
  ]);
  const parts = [
    generatedNotice,
    '# Command line',
    'In the repository the program is `npx plinth`. Exit codes: 0 when it went well, 1 when it did not, 2 when the command ' +
      'line itself is wrong. With `--json` answers and errors are JSON.',
    table(['Command', ''], overview),
    ...commands.map(commandSection),
  ];
  return `${parts.join('\n\n')}\n`;
}

function commandSection(command: Readonly<Record<string, unknown>>): string {
  const parts = [`## plinth ${textOf(command['name'])}`, `${textOf(command['summary'])}.`];
  parts.push(`\`\`\`text\n${textOf(command['usage'])}\n\`\`\``);
  const positionals = listOf(command['positionals']).map(recordOf);
  const options = listOf(command['options']).map(recordOf);
  const rows = [
    ...positionals.map((argument) => [code(textOf(argument['name'])), textOf(argument['description'])]),
    ...options.map((option) => [code(optionText(option)), textOf(option['description'])]),
  ];
  parts.push(table(['Argument', ''], rows));
  const notes = listOf(command['notes']).map(textOf);
  if (notes.length > 0) parts.push(notes.join(' '));
  parts.push(`\`\`\`sh\n${listOf(command['examples']).map(textOf).join('\n')}\n\`\`\``);
  return parts.join('\n\n');
}

function optionText(option: Readonly<Record<string, unknown>>): string {
  const value = textOf(option['value']);
  const short = textOf(option['short']);
  const long = `--${textOf(option['name'])}${value === '' ? '' : ` ${value}`}`;
  return short === '' ? long : `-${short}, ${long}`;
}
