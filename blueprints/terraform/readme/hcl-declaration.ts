/** A `variable` or an `output` of a module. */
export interface Declaration {
  readonly name: string;
  /** Its arguments as they are written, without the indentation of the block. */
  readonly arguments: ReadonlyMap<string, string>;
}

/**
 * Reads the blocks of one kind out of a file that `terraform fmt` has formatted; other files are none of its business.
 * @param kind - `variable` or `output`.
 * @param source - the name of the file, for messages.
 * @throws Error when a block is not formatted so that it can be read.
 */
export function readDeclarations(text: string, kind: 'variable' | 'output', source: string): Declaration[] {
  const opened = [...text.matchAll(new RegExp(`^\\s*${kind}\\s`, 'gm'))].length;
  const blocks = [...text.matchAll(new RegExp(`^${kind} "(\\w+)" \\{\\n([\\s\\S]*?)^\\}`, 'gm'))];
  if (blocks.length !== opened) {
    throw new Error(
      `${source}: ${opened} blocks begin with "${kind}", ${blocks.length} can be read; run terraform fmt`,
    );
  }
  return blocks.map(([, name = '', body = '']) => ({ name, arguments: readArguments(body) }));
}

/** An argument begins two spaces deep and goes on as long as the lines are deeper, or close what it opened. */
function readArguments(body: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let current: string | undefined;
  for (const line of body.split('\n')) {
    const [, name, value = ''] = /^ {2}(\w+) += (.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      found.set(name, value);
      current = name;
    } else if (current !== undefined && /^( {3}|  [\])}])/.test(line)) {
      found.set(current, `${found.get(current)}\n${line.slice(2)}`);
    } else current = undefined;
  }
  return found;
}
