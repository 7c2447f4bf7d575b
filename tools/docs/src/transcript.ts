/** Runs one typed line and returns what was printed. */
export type RunLine = (line: string) => Promise<string>;

/** What is typed: a command after the prompt, or Ctrl-C. */
const typed = /^(?:\$ .*|\^C)$/;

/**
 * Runs the commands of a transcript and puts what they print in the place of what stood there.
 *
 * @param text the document
 * @param isMarkdown whether commands stand in ```console blocks alone
 * @param run given each typed line: a command without its prompt, lines of a here-document included, or `^C`
 */
export async function rewriteTranscript(text: string, isMarkdown: boolean, run: RunLine): Promise<string> {
  const written: string[] = [];
  let isInside = !isMarkdown;
  const lines = text.replace(/\n$/, '').split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (isMarkdown && line.startsWith('```')) {
      isInside = line === '```console';
      written.push(line);
    } else if (!isInside) written.push(line);
    else if (typed.test(line)) {
      const command = [line];
      // A here-document, or a line that is continued, belongs to its command.
      while (isOpen(command) && i + 1 < lines.length) command.push(lines[++i] ?? '');
      written.push(...command);
      const printed = await run(command.join('\n').replace(/^\$ /, ''));
      if (printed !== '') written.push(...printed.split('\n'));
      if (!isMarkdown && lines.slice(i + 1).some((rest) => typed.test(rest))) written.push('');
    }
  }
  return `${written.join('\n')}\n`;
}

function isOpen(command: readonly string[]): boolean {
  const [first = ''] = command;
  const end = /<<-?'?(\w+)'?/.exec(first)?.[1];
  if (end !== undefined) return command.length === 1 || command.at(-1) !== end;
  return command.at(-1)?.endsWith('\\') === true;
}
