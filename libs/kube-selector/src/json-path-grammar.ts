import { SelectorRefusal } from './selector-error.ts';

/** One step from a value to others. */
export type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'key'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'descend' }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'slice'; readonly start?: number; readonly end?: number; readonly stride: number }
  | { readonly kind: 'union'; readonly branches: readonly Step[] }
  | { readonly kind: 'filter'; readonly left: Operand; readonly comparison?: Comparison };

/** One side of a filter's comparison. */
export type Operand =
  | { readonly kind: 'path'; readonly steps: readonly Step[] }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null };

/** What a filter compares with, and how. */
export type Comparison = { readonly operator: CompareOperator; readonly right: Operand };
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** Longest path, in UTF-16 code units. */
const LENGTH_MAX = 4_096;
/** Each `..` multiplies the values by the document's depth; more than two have no use. */
const DESCENTS_MAX = 2;
/** Filters in filters. */
const NESTING_MAX = 8;

const NAME_END = new Set([' ', '\t', '\r', '\n', '.', ',', '[', ']', '$', '@', '{', '}', '(', ')']);
/** Inside a filter a name also ends at an operator. */
const FILTER_NAME_END = new Set([...NAME_END, '=', '!', '<', '>']);
const OPERATORS: readonly CompareOperator[] = ['==', '!=', '<=', '>=', '<', '>'];

/**
 * Parses a path into its steps.
 * @param template the path, with or without braces and leading dot
 * @returns the steps; none for the whole value
 * @throws SelectorRefusal with the position of the fault
 */
export function parseSteps(template: string): Step[] {
  if (template.length > LENGTH_MAX) {
    throw new SelectorRefusal(`the JSONPath is longer than ${LENGTH_MAX} characters`, LENGTH_MAX);
  }
  const parser = new PathParser(template);
  const steps = parser.template();
  if (parser.descents > DESCENTS_MAX) {
    throw new SelectorRefusal(`at most ${DESCENTS_MAX} recursive descents (..) are supported`, 0);
  }
  return steps;
}

class PathParser {
  readonly #text: string;
  #position = 0;
  #nesting = 0;
  descents = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #fail(message: string, position = this.#position): never {
    throw new SelectorRefusal(
      `invalid JSONPath ${JSON.stringify(this.#text)}: ${message} (at position ${position})`,
      position,
    );
  }

  #char(): string {
    return this.#text.charAt(this.#position);
  }

  #accept(token: string): boolean {
    if (!this.#text.startsWith(token, this.#position)) return false;
    this.#position += token.length;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) this.#fail(`expected "${token}", found ${this.#found()}`);
  }

  #found(): string {
    return this.#char() === '' ? 'the end' : `"${this.#char()}"`;
  }

  #blanks(): void {
    while (/[ \t\r\n]/.test(this.#char())) this.#position += 1;
  }

  template(): Step[] {
    this.#blanks();
    const braced = this.#accept('{');
    this.#blanks();
    const steps = this.#path(NAME_END);
    this.#blanks();
    if (braced) this.#expect('}');
    this.#blanks();
    if (this.#char() !== '')
      this.#fail(`found ${this.#found()} after the path; only one expression is supported`);
    return steps;
  }

  #path(nameEnd: ReadonlySet<string>): Step[] {
    const steps: Step[] = [];
    if (this.#char() === '$' || this.#char() === '@') this.#position += 1;
    else if (this.#char() !== '' && !NAME_END.has(this.#char())) steps.push(this.#field(nameEnd));
    for (;;) {
      if (this.#accept('..')) {
        this.descents += 1;
        steps.push({ kind: 'descend' });
        if (this.#char() === '.') this.#fail('found "..."');
        if (this.#char() !== '[') steps.push(this.#field(nameEnd));
      } else if (this.#accept('.')) {
        // `{.}` is the whole value, and kubectl lets a dot stand before a bracket.
        if (this.#char() !== '[' && !this.#atPathEnd()) steps.push(this.#field(nameEnd));
        else if (steps.length > 0 && this.#char() !== '[') this.#fail('a name must follow "."');
      } else if (this.#char() === '[') {
        steps.push(this.#bracket());
      } else {
        return steps;
      }
    }
  }

  #atPathEnd(): boolean {
    return this.#char() === '' || this.#char() === '}' || /[ \t\r\n]/.test(this.#char());
  }

  #field(nameEnd: ReadonlySet<string>): Step {
    const start = this.#position;
    let name = '';
    let escaped = false;
    while (this.#char() !== '' && !nameEnd.has(this.#char())) {
      if (this.#char() === '\\') {
        escaped = true;
        this.#position += 1;
        if (this.#char() === '') this.#fail('a backslash at the end');
      }
      name += this.#char();
      this.#position += 1;
    }
    if (name === '') this.#fail(`a name must follow ".", found ${this.#found()}`, start);
    return name === '*' && !escaped ? { kind: 'wildcard' } : { kind: 'field', name };
  }

  #bracket(): Step {
    this.#expect('[');
    this.#blanks();
    if (this.#accept('?')) return this.#filter();
    const branches = [this.#subscript()];
    this.#blanks();
    while (this.#accept(',')) {
      this.#blanks();
      branches.push(this.#subscript());
      this.#blanks();
    }
    this.#expect(']');
    const [only] = branches;
    return branches.length === 1 && only !== undefined ? only : { kind: 'union', branches };
  }

  #subscript(): Step {
    if (this.#accept('*')) return { kind: 'wildcard' };
    if (this.#char() === "'" || this.#char() === '"') return this.#quotedKey();
    const match = /^(-?[0-9]*)(?::(-?[0-9]*))?(?::(-?[0-9]*))?(?=[\s,\]])/.exec(
      this.#text.slice(this.#position),
    );
    if (match === null || match[0] === '' || match[0] === '-') {
      return this.#fail(
        `"[" must be followed by an index, a slice, *, a quoted name or a filter, found ${this.#found()}`,
      );
    }
    const start = this.#integer(match[1]);
    const end = this.#integer(match[2]);
    const stride = this.#integer(match[3]) ?? 1;
    if (stride < 1) this.#fail('the step of a slice must be positive');
    this.#position += match[0].length;
    if (match[2] === undefined && start !== undefined) return { kind: 'index', index: start };
    return {
      kind: 'slice',
      stride,
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
    };
  }

  #integer(digits: string | undefined): number | undefined {
    if (digits === undefined || digits === '') return undefined;
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) this.#fail(`"${digits}" is not an index`);
    return value;
  }

  /** `['a.b']`: kubectl reads an unescaped dot as a separator; the plain key, where present, goes before. */
  #quotedKey(): Step {
    const start = this.#position;
    const quote = this.#char();
    let position = start + 1;
    while (position < this.#text.length && this.#text.charAt(position) !== quote) {
      position += this.#text.charAt(position) === '\\' ? 2 : 1;
    }
    if (position >= this.#text.length) this.#fail('the quoted name has no end', start);
    const raw = this.#text.slice(start + 1, position);
    this.#position = position + 1;
    const name = raw.replace(/\\(.)/gs, '$1');
    const path = (raw.match(/(?:\\.|[^.\\])+/gs) ?? [raw]).map((part) => part.replace(/\\(.)/gs, '$1'));
    return path.length === 1 ? { kind: 'field', name } : { kind: 'key', name, path };
  }

  #filter(): Step {
    this.#nesting += 1;
    if (this.#nesting > NESTING_MAX) this.#fail(`filters are nested more than ${NESTING_MAX} deep`);
    this.#expect('(');
    const left = this.#operand();
    const operator = OPERATORS.find((candidate) => this.#accept(candidate));
    const comparison = operator === undefined ? undefined : { operator, right: this.#operand() };
    this.#expect(')');
    this.#blanks();
    this.#expect(']');
    this.#nesting -= 1;
    return comparison === undefined ? { kind: 'filter', left } : { kind: 'filter', left, comparison };
  }

  #operand(): Operand {
    this.#blanks();
    const operand = this.#literal() ?? { kind: 'path', steps: this.#operandPath() };
    this.#blanks();
    return operand;
  }

  #operandPath(): Step[] {
    const start = this.#position;
    if (!'@$.['.includes(this.#char()) || this.#char() === '') {
      this.#fail(`expected a path such as @.type or a literal, found ${this.#found()}`, start);
    }
    return this.#path(FILTER_NAME_END);
  }

  #literal(): Operand | undefined {
    const rest = this.#text.slice(this.#position);
    const word = /^(?:true|false|null)(?![\w.])/.exec(rest)?.[0];
    if (word !== undefined) {
      this.#position += word.length;
      return { kind: 'literal', value: word === 'null' ? null : word === 'true' };
    }
    const number = /^[+-]?[0-9]+(?:\.[0-9]+)?/.exec(rest)?.[0];
    if (number !== undefined) {
      this.#position += number.length;
      return { kind: 'literal', value: Number(number) };
    }
    if (this.#char() !== "'" && this.#char() !== '"') return undefined;
    const quoted = /^'((?:\\.|[^'\\])*)'|^"((?:\\.|[^"\\])*)"/s.exec(rest);
    if (quoted === null) return this.#fail('the quoted text has no end');
    this.#position += quoted[0].length;
    return { kind: 'literal', value: (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/gs, '$1') };
  }
}
