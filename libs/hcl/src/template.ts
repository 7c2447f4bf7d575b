/** A piece of a template: a text, or what stands between `${` and `}`. */
export type TemplatePiece = { readonly text: string } | { readonly expression: string };

/**
 * The pieces of a template, as the parser writes it: `$${` is `${`, and quotes and escapes are resolved outside of expressions.
 * @returns undefined for a template with directives, `%{if ...}`, which nobody takes apart here
 */
export function templatePieces(template: string): readonly TemplatePiece[] | undefined {
  const pieces: TemplatePiece[] = [];
  let text = '';
  let at = 0;
  while (at < template.length) {
    if (template.startsWith('$${', at) || template.startsWith('%%{', at)) {
      text += template.slice(at + 1, at + 3);
      at += 3;
    } else if (template.startsWith('%{', at)) {
      return undefined;
    } else if (template.startsWith('${', at)) {
      const end = endOfExpression(template, at + 2);
      if (end < 0) return undefined;
      if (text !== '') pieces.push({ text });
      text = '';
      const inner = template.slice(at + 2, end).replace(/^~|~$/g, '');
      pieces.push({ expression: inner.trim() });
      at = end + 1;
    } else {
      text += template[at];
      at++;
    }
  }
  if (text !== '') pieces.push({ text });
  return pieces;
}

/** What a template says; undefined for one that has to be worked out. */
export function literalText(template: unknown): string | undefined {
  if (typeof template !== 'string') return undefined;
  let said = '';
  for (const piece of templatePieces(template) ?? [undefined]) {
    if (!piece || !('text' in piece)) return undefined;
    said += piece.text;
  }
  return said;
}

/** The place of the bracket that ends an expression; -1 when there is none. Brackets in quotes count where they nest. */
function endOfExpression(template: string, from: number): number {
  let depth = 0;
  let isQuoted = false;
  for (let at = from; at < template.length; at++) {
    const letter = template[at];
    if (isQuoted && letter === '\\') at++;
    else if (letter === '"') isQuoted = !isQuoted;
    else if (isQuoted && template.startsWith('${', at)) return -1;
    else if (!isQuoted && letter === '{') depth++;
    else if (!isQuoted && letter === '}') {
      if (depth === 0) return at;
      depth--;
    }
  }
  return -1;
}
