import { intMax, Uint, uintMax } from '../values/uint.ts';
import { readText, textStart } from './literal-text.ts';
import { SyntaxFault } from './syntax-fault.ts';

/** A token. `text` is the name of an identifier or the spelling of punctuation. */
export type Token =
  | { readonly kind: 'end'; readonly offset: number; readonly text: '<end of expression>' }
  | { readonly kind: 'identifier' | 'quoted' | 'punctuation'; readonly offset: number; readonly text: string }
  | {
      readonly kind: 'number';
      readonly offset: number;
      readonly text: string;
      readonly read: (negative: boolean) => bigint | Uint | number;
    }
  | {
      readonly kind: 'text';
      readonly offset: number;
      readonly text: string;
      readonly value: string | Uint8Array;
    };

const punctuation = /==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()[\]{}]/y;
const identifier = /[A-Za-z_][A-Za-z0-9_]*/y;
const quoted = /`[A-Za-z0-9_.\-/ ]+`/y;
const blank = /(?:[ \t\r\n\f]+|\/\/[^\n]*)+/y;
const float = /(?:[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?)/y;
const integer = /(?:0x[0-9a-fA-F]+|[0-9]+)([uU])?/y;

/**
 * Splits an expression into tokens; the last one is the end.
 *
 * @throws SyntaxFault at a character that begins no token or at a malformed literal.
 */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let offset = skipBlank(source, 0);
  while (offset < source.length) {
    const [token, end] = readToken(source, offset);
    tokens.push(token);
    offset = skipBlank(source, end);
  }
  tokens.push({ kind: 'end', offset: source.length, text: '<end of expression>' });
  return tokens;
}

function skipBlank(source: string, offset: number): number {
  return offset + match(blank, source, offset).length;
}

function readToken(source: string, offset: number): [Token, number] {
  const prefix = textStart(source, offset);
  if (prefix !== undefined) {
    const { value, end } = readText(source, offset, prefix);
    return [{ kind: 'text', offset, text: source.slice(offset, end), value }, end];
  }
  const number = readNumber(source, offset);
  if (number !== undefined) return number;
  const name = match(identifier, source, offset);
  if (name !== '') return [{ kind: 'identifier', offset, text: name }, offset + name.length];
  const escaped = match(quoted, source, offset);
  if (escaped !== '') {
    return [{ kind: 'quoted', offset, text: escaped.slice(1, -1) }, offset + escaped.length];
  }
  const mark = match(punctuation, source, offset);
  if (mark !== '') return [{ kind: 'punctuation', offset, text: mark }, offset + mark.length];
  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  throw new SyntaxFault(`Syntax error: token recognition error at: '${character}'`, offset);
}

function readNumber(source: string, offset: number): [Token, number] | undefined {
  const decimal = match(float, source, offset);
  if (decimal !== '') {
    const read = (negative: boolean) => doubleLiteral(decimal, negative, offset);
    return [{ kind: 'number', offset, text: decimal, read }, offset + decimal.length];
  }
  const whole = match(integer, source, offset);
  if (whole === '') return undefined;
  const read = (negative: boolean) => integerLiteral(whole, negative, offset);
  return [{ kind: 'number', offset, text: whole, read }, offset + whole.length];
}

function doubleLiteral(text: string, negative: boolean, offset: number): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new SyntaxFault('invalid double literal', offset);
  return negative ? -value : value;
}

function integerLiteral(text: string, negative: boolean, offset: number): bigint | Uint {
  const unsigned = /[uU]$/.test(text);
  const digits = unsigned ? text.slice(0, -1) : text;
  // No literal in range has more digits; converting a million of them would take seconds.
  const value = digits.replace(/^0+(?=[0-9])/, '').length > 20 ? undefined : BigInt(digits);
  if (unsigned) {
    if (value === undefined || value > uintMax || negative) {
      throw new SyntaxFault('invalid uint literal', offset);
    }
    return new Uint(value);
  }
  if (value === undefined || value > (negative ? intMax + 1n : intMax)) {
    throw new SyntaxFault('invalid int literal', offset);
  }
  return negative ? -value : value;
}

function match(pattern: RegExp, source: string, offset: number): string {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0] ?? '';
}
