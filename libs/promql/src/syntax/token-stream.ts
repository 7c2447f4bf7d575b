import type { TextRange } from './expression.ts';
import type { Lexer } from './lexer.ts';
import { ParseError, type ParseFault } from './parse-error.ts';
import { faultsMax, nestingMax, type ParserOptions } from './parser-options.ts';
import { describeToken, type Token, type TokenKind } from './token.ts';

/** Unwinds to the innermost construct that can say what is wrong and go on. */
class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
}

/** Nothing more can be read. */
class EndOfParsing extends Error {
  override readonly name = 'EndOfParsing';
}

/** Kinds that end a construct: Prometheus takes the last one that it has read for the end of an aggregation that is broken. */
const closingKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([')', ']', '}', 'number', 'duration']);

/** So many tokens have to be good after a fault before tokens are left out no more. */
const tokensAfterFault = 3;

/**
 * The tokens of a text, the one ahead, and what is wrong so far. Recovery from faults is that of yacc, so that the faults are those that
 * Prometheus lists: right after a fault unfit tokens are skipped; otherwise an unfit token is a new fault.
 */
export class TokenStream {
  readonly text: string;
  readonly options: ParserOptions;
  readonly faults: ParseFault[] = [];
  faultCount = 0;
  /** End of the token taken last. */
  lastEnd = 0;
  /** End of the last closing token that was read, be it taken or not. */
  lastClosingEnd = 0;
  readonly #lexer: Lexer;
  #ahead: Token | undefined;
  #toRecover = 0;
  #depth = 0;

  constructor(text: string, lexer: Lexer, options: ParserOptions) {
    this.text = text;
    this.#lexer = lexer;
    this.options = options;
  }

  /** The token ahead. It is read no earlier than here, since a fault of the lexer counts from when it is met. */
  peek(): Token {
    return (this.#ahead ??= this.#read());
  }

  take(): Token {
    const token = this.peek();
    this.#ahead = undefined;
    if (this.#toRecover > 0) this.#toRecover--;
    this.lastEnd = token.end;
    return token;
  }

  /** Takes the token ahead if it is of a kind. */
  takeIf(kind: TokenKind): Token | undefined {
    return this.peek().kind === kind ? this.take() : undefined;
  }

  /** Takes a token of one kind. @throws SyntaxFault when it is another. */
  expect(kind: TokenKind): Token {
    while (this.peek().kind !== kind) this.skipUnfit();
    return this.take();
  }

  /** The token ahead cannot be: leaves it out while recovering. @throws SyntaxFault otherwise. */
  skipUnfit(): void {
    if (!this.isSkipping()) this.refuse();
  }

  /** The token ahead cannot be, and cannot be left out. @throws SyntaxFault */
  refuse(): never {
    this.fail();
    throw new SyntaxFault();
  }

  /** While recovering, leaves out the token ahead. */
  isSkipping(): boolean {
    if (this.#toRecover < tokensAfterFault) return false;
    const { kind } = this.peek();
    if (kind === 'error' || kind === 'end of input') throw new EndOfParsing();
    this.#ahead = undefined;
    return true;
  }

  /** From here on unfit tokens are skipped, until some were good. */
  fail(): void {
    this.#toRecover = tokensAfterFault;
  }

  report(range: TextRange, message: string): void {
    this.faultCount++;
    if (this.faults.length < faultsMax)
      this.faults.push({ range: { start: range.start, end: range.end }, message });
  }

  /** Reports the token ahead. Faults of the lexer have been reported before. */
  reportUnexpected(context = '', expected = ''): void {
    const token = this.peek();
    if (token.kind === 'error') return;
    const place = context === '' ? '' : ` in ${context}`;
    const wanted = expected === '' ? '' : `, expected ${expected}`;
    this.report(token, `unexpected ${describeToken(token)}${place}${wanted}`);
  }

  /** Begins a level of nesting. @throws EndOfParsing when it is one too many. */
  enter(): void {
    this.#depth++;
    if (this.#depth <= nestingMax) return;
    this.report(this.peek(), `expression is nested too deeply: more than ${nestingMax} levels`);
    throw new EndOfParsing();
  }

  /** Ends a level of nesting. */
  leave(): void {
    this.#depth--;
  }

  /** Runs a parser, and its recovery when it meets an unfit token. */
  recovering<T>(parse: () => T, recover: () => T): T {
    const depth = this.#depth;
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SyntaxFault)) throw error;
      this.#depth = depth;
      return recover();
    }
  }

  /** Runs the whole parser. @returns undefined when it had to give up. */
  run<T>(parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (error instanceof EndOfParsing) return undefined;
      throw error;
    }
  }

  /** @throws ParseError when there is a fault. */
  refuseFaults(): void {
    if (this.faultCount > 0) throw new ParseError(this.text, this.faults, this.faultCount);
  }

  #read(): Token {
    const token = this.#lexer.next();
    if (token.kind === 'error') this.report(token, token.text);
    else if (closingKinds.has(token.kind)) this.lastClosingEnd = token.end;
    return token;
  }
}
