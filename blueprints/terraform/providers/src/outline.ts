/** A line of an outline with the lines that are indented below it. */
export interface OutlineLine {
  readonly text: string;
  /** Where it stands: `azurerm/network:12`. */
  readonly place: string;
  readonly children: readonly OutlineLine[];
}

interface OpenLine {
  readonly indent: number;
  readonly children: OutlineLine[];
}

/**
 * Reads a text whose indentation says what belongs to what. Empty lines and those that begin with `#` say nothing.
 * @param text - two spaces deeper than the line above means: part of it.
 * @param source - the name of the text, for messages.
 * @throws Error when a line is indented by something else.
 */
export function readOutline(text: string, source: string): readonly OutlineLine[] {
  const root: OpenLine = { indent: -2, children: [] };
  const open: OpenLine[] = [root];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const place = `${source}:${index + 1}`;
    const indent = raw.length - raw.trimStart().length;
    while ((open.at(-1)?.indent ?? -2) >= indent && open.length > 1) open.pop();
    const parent = open.at(-1) ?? root;
    if (indent !== parent.indent + 2) {
      throw new Error(`${place}: "${line}" is indented by ${indent} spaces, expected ${parent.indent + 2}`);
    }
    const children: OutlineLine[] = [];
    parent.children.push({ text: line, place, children });
    open.push({ indent, children });
  }
  return root.children;
}
