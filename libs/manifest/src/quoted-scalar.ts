import { Lexer } from 'yaml';

/** Most characters that the repair may read in all: each repaired scalar reads the text once more. */
const WORK_MAX = 64 * 1024 * 1024;

/**
 * Indents the continuation lines of quoted scalars that stand too far left. YAML 1.2 asks for one space more
 * than the parent, but libyaml and Go's reader, and so kubectl, take any indentation, and generated CRDs have
 * it. Leading blanks of such lines are no part of the value, so the value stays what it was; lines keep their
 * numbers, and columns change on continuation lines only.
 * @param text a YAML stream
 * @returns the text with the lines indented; the same text where there is nothing to repair
 *
 * Spec: YAML 1.2.2 sections 6.5 and 7.3
 */
export function indentQuotedScalars(text: string): string {
  let repaired = text;
  for (let work = text.length; work < WORK_MAX; work += repaired.length) {
    const start = brokenScalar(repaired);
    if (start === undefined) return repaired;
    const end = closingQuote(repaired, start);
    const lineStart = repaired.lastIndexOf('\n', start) + 1;
    const scalar = repaired.slice(start, end);
    if (end < 0 || !scalar.includes('\n') || /^(?:---|\.\.\.)(?:\s|$)/m.test(scalar)) return repaired;
    const indent = ' '.repeat(start - lineStart + 1);
    const indented = scalar.replace(/\n[ \t]*(?=[^\s])/g, `\n${indent}`);
    if (indented === scalar) return repaired;
    repaired = repaired.slice(0, start) + indented + repaired.slice(end);
  }
  return repaired;
}

/** Offset of the first quoted scalar that the lexer broke off before its quote. */
function brokenScalar(text: string): number | undefined {
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    // Control characters that the lexer puts between tokens are not in the text.
    if (token === '\x02' || token === '\x18' || token === '\x1f') continue;
    const quote = token.charAt(0);
    if ((quote === '"' || quote === "'") && text.startsWith(token, offset)) {
      if (token.length === 1 || closingQuote(token, 0) < 0) return offset;
    }
    offset += token.length;
  }
  return undefined;
}

/** Offset behind the quote that ends the scalar; -1 where there is none. */
function closingQuote(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === quote) {
      if (quote === '"' || text.charAt(at + 1) !== quote) return at + 1;
      at += 1;
    } else if (char === '\\' && quote === '"') {
      at += 1;
    }
  }
  return -1;
}
