import { errorAt } from './hcl-error.ts';
import { scanTokens } from './tokens.ts';

/** A template that was looked through. Spec: HCL Native Syntax, Template Expressions and Templates. */
export interface ScannedTemplate {
  /** The place behind it. */
  readonly end: number;
  /** What it says; undefined when it has interpolations or directives. */
  readonly literal: string | undefined;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** A template in quotes. @param at the place of the first quote */
export function scanQuoted(text: string, at: number, depth: number): ScannedTemplate {
  let literal: string | undefined = '';
  let place = at + 1;
  for (;;) {
    const character = text[place];
    if (character === '"') return { end: place + 1, literal };
    if (character === undefined || character === '\n') {
      throw errorAt(text, place, 'expected the closing quote; a text of several lines is a heredoc');
    }
    const sequence = sequenceEnd(text, place, depth);
    if (sequence !== undefined) {
      literal = undefined;
      place = sequence;
      continue;
    }
    const { said, length } = character === '\\' ? escapeAt(text, place) : plainAt(text, place);
    if (literal !== undefined) literal += said;
    place += length;
  }
}

/** A template that begins with `<<` and the name of its end. */
export function scanHeredoc(text: string, at: number, depth: number): ScannedTemplate {
  const head = /<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]*)\r?\n/uy;
  head.lastIndex = at;
  const [whole, dash, name = ''] = head.exec(text) ?? [];
  if (whole === undefined) throw errorAt(text, at, 'expected << and the name that ends the heredoc');
  const lines: { said: string; startsLine: boolean }[] = [];
  let hasSequence = false;
  let place = at + whole.length;
  for (let startsLine = true; ; ) {
    const line = startsLine ? lineAt(text, place) : undefined;
    // The newline behind the end is one of its own: it ends the attribute.
    if (line?.trim() === name) {
      const literal = hasSequence ? undefined : joined(lines, dash === '-');
      return { end: place + line.trimEnd().length, literal };
    }
    if (place >= text.length) throw errorAt(text, at, `expected a line with ${name}, which ends the heredoc`);
    const sequence = sequenceEnd(text, place, depth);
    if (sequence !== undefined) {
      hasSequence = true;
      startsLine = false;
      place = sequence;
      continue;
    }
    const { said, length } = plainAt(text, place);
    const last = lines.at(-1);
    if (startsLine || !last) lines.push({ said, startsLine });
    else last.said += said;
    place += length;
    startsLine = said === '\n';
  }
}

/** The text of a heredoc, without what all of its lines are indented by when it asks for that. */
function joined(lines: readonly { readonly said: string }[], isIndented: boolean): string {
  const indents = lines
    .filter(({ said }) => said.trim() !== '')
    .map(({ said }) => /^ */.exec(said)?.[0].length ?? 0);
  const indent = isIndented && indents.length > 0 ? Math.min(...indents) : 0;
  return lines.map(({ said }) => said.slice(Math.min(indent, /^ */.exec(said)?.[0].length ?? 0))).join('');
}

function lineAt(text: string, place: number): string {
  const end = text.indexOf('\n', place);
  return text.slice(place, end < 0 ? text.length : end);
}

/** The place behind an interpolation or directive that begins here; undefined when none does. */
function sequenceEnd(text: string, place: number, depth: number): number | undefined {
  if (!text.startsWith('${', place) && !text.startsWith('%{', place)) return undefined;
  const start = place + (text[place + 2] === '~' ? 3 : 2);
  const { end } = scanTokens(text, start, depth + 1);
  if (text[end] !== '}') throw errorAt(text, place, 'expected the closing brace of the template sequence');
  return end + 1;
}

/** A character, or an escape of what would begin an interpolation or directive. */
function plainAt(text: string, place: number): { said: string; length: number } {
  if (text.startsWith('$${', place) || text.startsWith('%%{', place)) {
    return { said: text.slice(place + 1, place + 3), length: 3 };
  }
  const character = text[place] ?? '';
  return { said: character, length: 1 };
}

function escapeAt(text: string, place: number): { said: string; length: number } {
  const letter = text[place + 1] ?? '';
  const simple = escapes[letter];
  if (simple !== undefined) return { said: simple, length: 2 };
  const digits = letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
  const code = text.slice(place + 2, place + 2 + digits);
  const point = Number.parseInt(code, 16);
  const isPoint = digits > 0 && /^[\da-fA-F]+$/.test(code) && code.length === digits && point <= 0x10ffff;
  if (!isPoint)
    throw errorAt(text, place, 'expected one of the escapes \\n \\r \\t \\" \\\\ \\uNNNN \\UNNNNNNNN');
  return { said: String.fromCodePoint(point), length: 2 + digits };
}
