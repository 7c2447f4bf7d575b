import { yaml } from './yaml.ts';

/** Most characters that the repair may read in all: each repaired piece reads the text once more. */
const WORK_MAX = 8 * 1024 * 1024;

/**
 * Indents the inner lines of quoted scalars and of `[ ]` and `{ }` that stand too far left or begin with tabs.
 * YAML 1.2 asks for one space more than the parent, but Go's reader, and so kubectl, takes any indentation,
 * and generated CRDs have it. Leading blanks of such lines are no part of any value, so the values stay what
 * they were, and lines keep their numbers.
 * @param text a YAML document
 * @returns the text with the lines indented; the same text where there is nothing to repair
 *
 * Spec: YAML 1.2.2 sections 6.1, 6.5 and 7.3
 */
export function indentInnerLines(text: string): string {
  let repaired = text;
  for (let work = text.length; work < WORK_MAX; work += repaired.length) {
    const start = brokenOff(repaired);
    if (start === undefined) return repaired;
    const isQuote = '"\''.includes(repaired.charAt(start));
    const end = isQuote ? quoteEnd(repaired, start) : bracketEnd(repaired, start);
    if (end < 0) return repaired;
    const piece = repaired.slice(start, end);
    const indent = ' '.repeat(start - repaired.lastIndexOf('\n', start));
    const indented = piece.replace(/\n[ \t]*(?=\S)/g, `\n${indent}`);
    if (indented === piece) return repaired;
    repaired = repaired.slice(0, start) + indented + repaired.slice(end);
  }
  return repaired;
}

const FLOW_END = '\x18';
/** What the lexer puts between the pieces of the text. */
const MARKS = new Set(['\x02', '\x1f', FLOW_END]);

/** Offset of the first quoted scalar or outermost bracket that the lexer broke off for its indentation. */
function brokenOff(text: string): number | undefined {
  let offset = 0;
  let depth = 0;
  let bracket = 0;
  let isPlain = false;
  for (const token of new (yaml().Lexer)().lex(text)) {
    if (MARKS.has(token)) {
      if (token === FLOW_END && depth > 0) return bracket;
      isPlain = token === '\x1f';
      continue;
    }
    if (!isPlain) {
      const quote = token.charAt(0);
      if ((quote === '"' || quote === "'") && quoteEnd(token, 0) < 0) return offset;
      if (token === '[' || token === '{') {
        if (depth === 0) bracket = offset;
        depth += 1;
      } else if (token === ']' || token === '}') {
        depth = Math.max(0, depth - 1);
      }
    }
    isPlain = false;
    offset += token.length;
  }
  return undefined;
}

/** Offset behind the quote that ends a scalar; -1 where there is none. */
function quoteEnd(text: string, start: number): number {
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

/** Offset behind the bracket that closes the one at `start`; -1 where there is none. */
function bracketEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '[' || char === '{') {
      depth += 1;
    } else if (char === ']' || char === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (char === '#' && /\s/.test(text.charAt(at - 1))) {
      const newline = text.indexOf('\n', at);
      if (newline < 0) return -1;
      at = newline;
    } else if ((char === '"' || char === "'") && /[\s[{,:]/.test(text.charAt(at - 1))) {
      // Within a word a quote is an ordinary character.
      const end = quoteEnd(text, at);
      if (end < 0) return -1;
      at = end - 1;
    }
  }
  return -1;
}
