import { quote, quoteCharacter } from '@plinth/go-format';
import { characterAt, codeAt, isAlpha, isDigit, isSpace } from './characters.ts';
import { Lexer } from './lexer.ts';
import { scanNumber } from './number-syntax.ts';
import type { Token, TokenKind } from './token.ts';

/** Fields of a histogram, as they stand before a colon. */
const fieldNames: ReadonlySet<string> = new Set([
  'schema',
  'sum',
  'count',
  'z_bucket',
  'z_bucket_w',
  'custom_values',
  'buckets',
  'offset',
  'n_buckets',
  'n_offset',
  'counter_reset_hint',
]);

const resetHints: ReadonlySet<string> = new Set(['unknown', 'reset', 'not_reset', 'gauge']);

const valueSigns: Readonly<Record<string, TokenKind>> = { '+': '+', '-': '-', x: 'x', _: '_' };

/**
 * Cuts the description of a series into tokens: first a metric as in PromQL, then values, where spaces count, with histograms in double
 * braces. Spec: Prometheus 3.14, promql/parser/lex.go, lexValueSequence and lexHistogram.
 */
export class SeriesLexer extends Lexer {
  #isMetric = true;
  #isHistogram = false;

  override next(): Token {
    if (this.#isMetric) return this.#metricToken();
    if (this.at >= this.text.length && !this.#isHistogram)
      return this.token('end of input', this.at, this.at);
    if (isSpace(codeAt(this.text, this.at))) return this.#space();
    if (!this.#isHistogram) return this.#value();
    return this.isBracketOpen ? this.#bucket() : this.#histogramPart();
  }

  #metricToken(): Token {
    const token = super.next();
    const isNamed = !this.isBraceOpen && token.kind !== '}';
    if (token.kind === '}' || (isNamed && codeAt(this.text, this.at) !== 0x7b)) this.#isMetric = false;
    return token;
  }

  #space(): Token {
    const token = this.token('space', this.at, this.at + 1);
    while (isSpace(codeAt(this.text, this.at))) this.at++;
    return token;
  }

  #value(): Token {
    const start = this.at;
    const code = codeAt(this.text, start);
    const character = characterAt(this.text, start);
    if (character === '{' && codeAt(this.text, start + 1) === 0x7b) {
      this.#isHistogram = true;
      return this.token('{{', start, start + 2);
    }
    const sign = valueSigns[character];
    if (sign) return this.token(sign, start, start + 1);
    if (isDigit(code) || (character === '.' && isDigit(codeAt(this.text, start + 1)))) return this.#number();
    if (isAlpha(code)) return this.word();
    return this.error(`unexpected character in series sequence: ${quoteCharacter(character)}`, start);
  }

  #number(): Token {
    const start = this.at;
    const scan = scanNumber(this.text, start, true);
    if (scan.isValid) return this.token('number', start, scan.end);
    return this.error(`bad number syntax: ${quote(this.text.slice(start, scan.end))}`, start);
  }

  #histogramPart(): Token {
    const start = this.at;
    const code = codeAt(this.text, start);
    if (isAlpha(code)) return this.#histogramWord();
    if (isDigit(code)) return this.#number();
    const character = characterAt(this.text, start);
    if (character === ':' || character === '-') return this.token(character, start, start + 1);
    if (character === '[') {
      this.isBracketOpen = true;
      return this.token('[', start, start + 1);
    }
    if (character === '}' && codeAt(this.text, start + 1) === 0x7d) {
      this.#isHistogram = false;
      return this.token('}}', start, start + 2);
    }
    return this.error(`histogram description incomplete unexpected: ${quoteCharacter(character)}`, start);
  }

  #histogramWord(): Token {
    const start = this.at;
    let end = start;
    while (isAlpha(codeAt(this.text, end))) end++;
    const word = this.text.slice(start, end).toLowerCase();
    if (fieldNames.has(word)) {
      if (codeAt(this.text, end) === 0x3a) return this.token('histogram field', start, end);
      return this.error('missing `:` for histogram descriptor', start);
    }
    if (word === 'inf' || word === 'nan') return this.token('number', start, end);
    if (resetHints.has(word)) return this.token('counter reset hint', start, end);
    return this.error(`bad histogram descriptor found: ${quote(this.text.slice(start, end))}`, start);
  }

  #bucket(): Token {
    const start = this.at;
    const character = characterAt(this.text, start);
    if (isDigit(codeAt(this.text, start))) return this.#number();
    if (character === '-') return this.token('-', start, start + 1);
    if (character === ']') {
      this.isBracketOpen = false;
      return this.token(']', start, start + 1);
    }
    const word = /^(?:inf|nan)/i.exec(this.text.slice(start, start + 3));
    if (word) return this.token('number', start, start + 3);
    return this.error(`invalid character in buckets description: ${quoteCharacter(character)}`, start);
  }
}
