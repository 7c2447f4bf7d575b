import { quoteCharacter } from '@plinth/go-format';
import { TemplateError } from './template-error.ts';
import { keywords, type Token, type TokenKind } from './token.ts';

const word = /[\p{L}\p{Nd}_]+/uy;
const number =
  /[+-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;
const space = /[ \t\r\n]+/y;
const quoted = /"(?:[^"\\\n]|\\.)*"/y;
const raw = /`[^`]*`/y;
const character = /'(?:[^'\\\n]|\\.)+'/y;

const plainTokens: readonly (readonly [text: string, kind: TokenKind])[] = [
  [':=', 'declare'],
  ['=', 'assign'],
  ['|', 'pipe'],
  [',', 'comma'],
  ['(', 'open'],
  [')', 'close'],
];

/** Takes a template apart. Spec: Go, text/template/parse/lex.go. */
export class Lexer {
  readonly #name: string;
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #depth = 0;

  /** @param name - of the template, for messages */
  constructor(name: string, text: string) {
    this.#name = name;
    this.#text = text;
  }

  /** @throws TemplateError */
  tokens(): readonly Token[] {
    let trimsNext = false;
    for (;;) {
      const left = this.#text.indexOf('{{', this.#at);
      const end = left < 0 ? this.#text.length : left;
      const trimsBefore = left >= 0 && /^-[ \t\r\n]/.test(this.#text.slice(left + 2, left + 4));
      let text = this.#text.slice(this.#at, end);
      const from = this.#at;
      if (trimsNext) text = text.replace(/^[ \t\r\n]+/, '');
      if (trimsBefore) text = text.replace(/[ \t\r\n]+$/, '');
      if (text !== '') this.#tokens.push({ kind: 'text', text, position: from });
      if (left < 0) break;
      this.#at = left + 2 + (trimsBefore ? 2 : 0);
      trimsNext = this.#text.startsWith('/*', this.#at) ? this.#comment() : this.#action(left);
    }
    this.#tokens.push({ kind: 'end', text: '', position: this.#text.length });
    return this.#tokens;
  }

  /** @returns whether spaces after it are taken away */
  #comment(): boolean {
    const end = this.#text.indexOf('*/', this.#at);
    if (end < 0) throw this.#fault('unclosed comment');
    this.#at = end + 2;
    const closed = /^(?:[ \t\r\n]-)?\}\}/.exec(this.#text.slice(this.#at, this.#at + 4));
    if (!closed) throw this.#fault('comment ends before closing delimiter');
    this.#at += closed[0].length;
    return closed[0].length > 2;
  }

  #action(left: number): boolean {
    this.#tokens.push({ kind: 'left', text: '{{', position: left });
    this.#depth = 0;
    for (;;) {
      const right = /^(?:[ \t\r\n]+-)?\}\}/.exec(this.#text.slice(this.#at));
      if (right) {
        if (this.#depth > 0) throw this.#fault('unclosed left paren');
        const trims = right[0].length > 2;
        this.#push('right', right[0]);
        return trims;
      }
      if (this.#at >= this.#text.length) throw this.#fault('unclosed action');
      this.#token();
    }
  }

  #token(): void {
    const next = this.#text[this.#at] ?? '';
    const found = this.#match(space);
    if (found) return this.#push('space', found);
    if (next === '"' || next === '`' || next === "'") return this.#string(next);
    if (next === '$') return this.#variable();
    if (next === '.' && !/\d/.test(this.#text[this.#at + 1] ?? '')) return this.#field();
    if (/[\d.+-]/.test(next)) return this.#number();
    for (const [text, kind] of plainTokens) {
      if (!this.#text.startsWith(text, this.#at)) continue;
      this.#depth += kind === 'open' ? 1 : kind === 'close' ? -1 : 0;
      if (this.#depth < 0) throw this.#fault('unexpected right paren');
      return this.#push(kind, text);
    }
    const name = this.#match(word);
    if (!name) throw this.#fault(`unrecognized character in action: ${described(this.#text, this.#at)}`);
    this.#push(kindOfWord(name), name);
    this.#endOfWord();
  }

  #string(quote: string): void {
    const text = this.#match(quote === '"' ? quoted : quote === '`' ? raw : character);
    if (!text) {
      const what =
        quote === '"' ? 'quoted string' : quote === '`' ? 'raw quoted string' : 'character constant';
      throw this.#fault(`unterminated ${what}`);
    }
    this.#push(quote === "'" ? 'character' : 'string', text);
  }

  #variable(): void {
    word.lastIndex = this.#at + 1;
    this.#push('variable', `$${word.exec(this.#text)?.[0] ?? ''}`);
    this.#endOfWord();
  }

  #field(): void {
    word.lastIndex = this.#at + 1;
    const name = word.exec(this.#text)?.[0];
    if (name === undefined) return this.#push('dot', '.');
    this.#push('field', `.${name}`);
    this.#endOfWord();
  }

  #number(): void {
    const text = this.#match(number);
    const rest = this.#text[this.#at + (text?.length ?? 0)] ?? '';
    if (!text || /[\p{L}\p{Nd}_]/u.test(rest)) {
      throw this.#fault(`bad number syntax: ${JSON.stringify((text ?? '') + rest)}`);
    }
    this.#push('number', text);
  }

  /** A name ends where something stands that can follow it. */
  #endOfWord(): void {
    const next = this.#text.slice(this.#at, this.#at + 1);
    if (next === '' || /[ \t\r\n.,|:()=]/.test(next) || this.#text.startsWith('}}', this.#at)) return;
    throw this.#fault(`bad character ${described(this.#text, this.#at)}`);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #push(kind: TokenKind, text: string): void {
    this.#tokens.push({ kind, text, position: this.#at });
    this.#at += text.length;
  }

  #fault(message: string): TemplateError {
    return new TemplateError(`template: ${this.#name}:${lineOf(this.#text, this.#at)}: ${message}`);
  }
}

function kindOfWord(name: string): TokenKind {
  if (keywords.has(name)) return 'keyword';
  if (name === 'true' || name === 'false') return 'boolean';
  return name === 'nil' ? 'nil' : 'identifier';
}

/** A character as Go's `%#U` shows it. */
function described(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  const character = String.fromCodePoint(code);
  const isShown = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character);
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return isShown ? `${hex} ${quoteCharacter(character).replaceAll('"', '"')}` : hex;
}

/** Line of a position, from 1. */
export function lineOf(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
