import { quote, quoteCharacter } from '@plinth/go-format';
import { characterAt, codeAt, isAlpha, isAlphanumeric, isDigit, isSpace } from './characters.ts';
import { scanNumber, scanUnits } from './number-syntax.ts';
import { scanString } from './string-syntax.ts';
import { type Token, type TokenKind, wordKinds } from './token.ts';

/** Words that may stand in brackets. */
const durationWords: ReadonlySet<string> = new Set(['step', 'range', 'max_of', 'min_of']);

/** Signs that are a token by themselves, whatever follows. */
const singleSigns: Readonly<Record<string, TokenKind>> = {
  ',': ',',
  '*': '*',
  '/': '/',
  '%': '%',
  '+': '+',
  '-': '-',
  '^': '^',
  '@': '@',
};

/** Signs in brackets before the first number. */
const durationSigns: Readonly<Record<string, TokenKind>> = {
  '+': '+',
  '-': '-',
  '*': '*',
  '/': '/',
  '%': '%',
  '^': '^',
  ',': ',',
};

/**
 * Cuts PromQL into tokens, one at a time. What a character means depends on what is open: braces have names and strings, brackets
 * durations. After an error there are no more tokens. Spec: Prometheus 3.14, promql/parser/lex.go.
 */
export class Lexer {
  protected readonly text: string;
  /** Index of the next character. */
  protected at = 0;
  protected isBraceOpen = false;
  protected isBracketOpen = false;
  #parenthesisDepth = 0;
  /** In brackets, up to the first number. */
  #isDurationStart = false;
  #hasColon = false;
  #hasDuration = false;

  constructor(text: string) {
    this.text = text;
  }

  /** The next token. Comments and spaces are left out. */
  next(): Token {
    this.skipSpace();
    if (this.isBraceOpen) return this.insideBraces();
    return this.#isDurationStart ? this.#insideBrackets() : this.#statement();
  }

  protected token(kind: TokenKind, start: number, end: number): Token {
    this.at = end;
    return { kind, start, end, text: this.text.slice(start, end) };
  }

  /** An error reaches to the end of the text. */
  protected error(message: string, start: number = this.at): Token {
    return { kind: 'error', start, end: this.text.length, text: message };
  }

  protected skipSpace(): void {
    const { text } = this;
    for (;;) {
      const code = codeAt(text, this.at);
      if (isSpace(code)) {
        this.at++;
      } else if (code === 0x23 && !this.#isDurationStart) {
        this.#skipComment();
      } else {
        return;
      }
    }
  }

  #skipComment(): void {
    while (this.at < this.text.length && !/[\r\n]/.test(this.text.charAt(this.at))) this.at++;
  }

  #statement(): Token {
    const start = this.at;
    const code = codeAt(this.text, start);
    if (code === -1) return this.#end();
    const next = codeAt(this.text, start + 1);
    if (isDigit(code) || (code === 0x2e && isDigit(next))) return this.#numberOrDuration();
    if (isAlpha(code) || code === 0x3a) return this.isBracketOpen ? this.#wordInBrackets() : this.word();
    const character = characterAt(this.text, start);
    const single = singleSigns[character];
    if (single) return this.token(single, start, start + 1);
    switch (character) {
      case '=':
        if (next === 0x3d) return this.token('==', start, start + 2);
        if (next === 0x7e) return this.error("unexpected character after '=': '~'", start);
        return this.token('=', start, start + 1);
      case '!':
        if (next === 0x3d) return this.token('!=', start, start + 2);
        return this.error(`unexpected character after '!': ${this.#quotedAt(start + 1)}`, start);
      case '<':
        if (next === 0x3d) return this.token('<=', start, start + 2);
        return next === 0x2f ? this.token('</', start, start + 2) : this.token('<', start, start + 1);
      case '>':
        if (next === 0x3d) return this.token('>=', start, start + 2);
        return next === 0x2f ? this.token('>/', start, start + 2) : this.token('>', start, start + 1);
      case '"':
      case "'":
      case '`':
        return this.string(character);
      case '(':
      case ')':
      case '{':
      case '[':
      case ']':
        return this.#bracket(character);
      default:
        return this.error(`unexpected character: ${quoteCharacter(character)}`, start);
    }
  }

  #end(): Token {
    if (this.#parenthesisDepth !== 0) return this.error('unclosed left parenthesis');
    if (this.isBracketOpen) return this.error('unclosed left bracket');
    return this.token('end of input', this.at, this.at);
  }

  #bracket(character: '(' | ')' | '{' | '[' | ']'): Token {
    const start = this.at;
    switch (character) {
      case '(':
        this.#parenthesisDepth++;
        break;
      case ')':
        this.#parenthesisDepth--;
        if (this.#parenthesisDepth < 0) return this.error("unexpected right parenthesis ')'", start + 1);
        break;
      case '{':
        this.isBraceOpen = true;
        break;
      case '[':
        if (this.isBracketOpen) return this.error("unexpected left bracket '['", start);
        this.isBracketOpen = true;
        this.#isDurationStart = true;
        this.#hasColon = false;
        break;
      case ']':
        if (!this.isBracketOpen) return this.error("unexpected right bracket ']'", start);
        this.isBracketOpen = false;
        this.#isDurationStart = false;
    }
    return this.token(character, start, start + 1);
  }

  #insideBrackets(): Token {
    const start = this.at;
    const code = codeAt(this.text, start);
    if (code === -1) return this.error('unexpected end of input in duration expression');
    if (isDigit(code) || (code === 0x2e && isDigit(codeAt(this.text, start + 1)))) {
      this.#hasDuration = true;
      this.#isDurationStart = false;
      return this.#numberOrDuration();
    }
    const character = characterAt(this.text, start);
    const sign = durationSigns[character];
    if (sign) return this.token(sign, start, start + 1);
    if (character === '(' || character === ')' || character === ']') return this.#bracket(character);
    if (character === ':') return this.#colonBeforeNumber(start);
    return (
      this.#durationWord() ??
      this.error(`unexpected character in duration expression: ${quoteCharacter(character)}`, start)
    );
  }

  #colonBeforeNumber(start: number): Token {
    if (!this.#hasDuration)
      return this.error('unexpected colon before duration in duration expression', start + 1);
    if (this.#hasColon) return this.error('unexpected repeated colon in duration expression', start + 1);
    this.#hasColon = true;
    return this.token(':', start, start + 1);
  }

  #wordInBrackets(): Token {
    const start = this.at;
    if (codeAt(this.text, start) === 0x3a) {
      if (this.#hasColon) return this.error("unexpected colon ':'", start);
      this.#hasColon = true;
      return this.token(':', start, start + 1);
    }
    const character = characterAt(this.text, start);
    return (
      this.#durationWord() ??
      this.error(`unexpected character: ${quoteCharacter(character)}, expected ':'`, start)
    );
  }

  #durationWord(): Token | undefined {
    let end = this.at;
    while (isAlpha(codeAt(this.text, end))) end++;
    const word = this.text.slice(this.at, end).toLowerCase();
    const kind = durationWords.has(word) ? wordKinds.get(word) : undefined;
    return kind && this.token(kind, this.at, end);
  }

  protected insideBraces(): Token {
    const start = this.at;
    const code = codeAt(this.text, start);
    if (code === -1) return this.error('unexpected end of input inside braces');
    if (isAlpha(code)) return this.#identifier();
    const next = codeAt(this.text, start + 1);
    const character = characterAt(this.text, start);
    switch (character) {
      case ',':
        return this.token(',', start, start + 1);
      case '"':
      case "'":
      case '`':
        return this.string(character);
      case '=':
        return next === 0x7e ? this.token('=~', start, start + 2) : this.token('=', start, start + 1);
      case '!':
        if (next === 0x7e) return this.token('!~', start, start + 2);
        if (next === 0x3d) return this.token('!=', start, start + 2);
        return this.error(
          `unexpected character after '!' inside braces: ${this.#quotedAt(start + 1)}`,
          start,
        );
      case '{':
        return this.error("unexpected left brace '{'", start);
      case '}':
        this.isBraceOpen = false;
        return this.token('}', start, start + 1);
      default:
        return this.error(`unexpected character inside braces: ${quoteCharacter(character)}`, start);
    }
  }

  #identifier(): Token {
    let end = this.at;
    while (isAlphanumeric(codeAt(this.text, end))) end++;
    return this.token('identifier', this.at, end);
  }

  /** An identifier, a keyword, or the name of a metric with colons. */
  protected word(): Token {
    const { text } = this;
    let end = this.at;
    let hasColon = false;
    for (; ; end++) {
      const code = codeAt(text, end);
      if (code === 0x3a) hasColon = true;
      else if (!isAlphanumeric(code)) break;
    }
    if (hasColon) return this.token('metric identifier', this.at, end);
    const kind = wordKinds.get(text.slice(this.at, end).toLowerCase());
    const isPlain = kind === undefined || (kind.startsWith('fill') && !this.#isParenthesisAfter(end));
    return this.token(isPlain ? 'identifier' : kind, this.at, end);
  }

  #isParenthesisAfter(index: number): boolean {
    let at = index;
    while (isSpace(codeAt(this.text, at))) at++;
    return codeAt(this.text, at) === 0x28;
  }

  #numberOrDuration(): Token {
    const start = this.at;
    const number = scanNumber(this.text, start, false);
    if (number.isValid) return this.token('number', start, number.end);
    const duration = scanUnits(this.text, number.end);
    if (duration.isValid) return this.token('duration', start, duration.end);
    return this.error(`bad number or duration syntax: ${quote(this.text.slice(start, duration.end))}`, start);
  }

  protected string(delimiter: string): Token {
    const start = this.at;
    const scan = scanString(this.text, start + 1, delimiter);
    return 'fault' in scan ? this.error(scan.fault, start) : this.token('string', start, scan.end);
  }

  #quotedAt(index: number): string {
    return quoteCharacter(characterAt(this.text, index));
  }
}
