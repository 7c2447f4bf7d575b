import type { TextRange } from './expression.ts';
import { parseNumber } from './number-parser.ts';
import { ParseError } from './parse-error.ts';
import { SeriesLexer } from './series-lexer.ts';
import { describeToken, type Token, type TokenKind } from './token.ts';
import { TokenStream } from './token-stream.ts';

/** Most values of one series: repetitions are short to write. */
const samplesMax = 1_000_000;

/** The tokens of a description of a series. The first fault ends it. */
export class SeriesReader {
  readonly #text: string;
  readonly #tokens: TokenStream;
  #last: TextRange = { start: 0, end: 0 };

  constructor(text: string) {
    this.#text = text;
    this.#tokens = new TokenStream(text, new SeriesLexer(text), {});
  }

  /** The token ahead. @throws ParseError when it is none. */
  peek(): Token {
    const token = this.#tokens.peek();
    this.#tokens.refuseFaults();
    return token;
  }

  takeIf(kind: TokenKind): Token | undefined {
    return this.peek().kind === kind ? this.#take() : undefined;
  }

  /** Takes a token of a kind. @throws ParseError when it is another. */
  take(kind: TokenKind, context: string, expected?: string): Token {
    return this.takeIf(kind) ?? this.refuseUnexpected(context, expected);
  }

  /** Takes a token of one of some kinds, if it is one. */
  takeAny(kinds: ReadonlySet<TokenKind>): Token | undefined {
    return kinds.has(this.peek().kind) ? this.#take() : undefined;
  }

  /** Takes a number with or without a sign. */
  number(): number {
    const sign = this.takeIf('+') ?? this.takeIf('-');
    const token = this.peek();
    if (token.kind !== 'number') this.refuseUnexpected('series values');
    const { value } = parseNumber(this.#tokens, token);
    this.#tokens.refuseFaults();
    return sign?.kind === '-' ? -value : value;
  }

  /** Takes an integer without a sign: how often a value comes again, or the number of a field. */
  count(): number {
    const { text } = this.take('number', 'series values');
    const isCount = /^\d+$/.test(text);
    if (!isCount || BigInt(text) > 2n ** 64n - 1n) {
      const reason = isCount ? 'value out of range' : 'invalid syntax';
      this.refuse(`invalid repetition in series values: strconv.ParseUint: parsing "${text}": ${reason}`);
    }
    this.limit(Number(text));
    return Number(text);
  }

  /** Refuses more values than a series may have. */
  limit(count: number): void {
    if (count > samplesMax) this.refuse(`more than ${samplesMax} values in a series`);
  }

  /** @param range - of the token taken last, unless given. @throws ParseError */
  refuse(message: string, range: TextRange = this.#last): never {
    throw new ParseError(this.#text, [{ range, message }]);
  }

  /** Refuses the token ahead. @throws ParseError */
  refuseUnexpected(context?: string, expected?: string): never {
    const token = this.peek();
    const place = context === undefined ? '' : ` in ${context}`;
    const wanted = expected === undefined ? '' : `, expected ${expected}`;
    this.refuse(`unexpected ${describeToken(token)}${place}${wanted}`, token);
  }

  #take(): Token {
    const token = this.#tokens.take();
    this.#last = token;
    return token;
  }
}
