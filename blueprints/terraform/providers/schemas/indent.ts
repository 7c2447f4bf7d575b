/** The lines of a block that stands in several places, as deep as it is needed. @param levels - two spaces each. */
export function indent(lines: string, levels: number): string {
  return lines.trim().replace(/^(?=.)/gm, '  '.repeat(levels));
}
