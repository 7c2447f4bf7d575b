import { errorAt } from './hcl-error.ts';
import { depthMax, type Token, tokensOf } from './tokens.ts';

/** An expression, as it was written. */
export interface Expression {
  /** Newlines within brackets are among them. */
  readonly tokens: readonly Token[];
}

/** Spec: HCL Native Syntax, Attribute Definitions. */
export interface Attribute {
  readonly name: string;
  readonly expression: Expression;
  /** From 1. */
  readonly line: number;
}

/** Spec: HCL Native Syntax, Blocks. */
export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: Body;
  /** From 1. */
  readonly line: number;
}

/** Spec: HCL Native Syntax, Bodies. */
export interface Body {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly blocks: readonly Block[];
}

/** Reads a file. @throws HclError */
export function parseBody(text: string): Body {
  return new BodyParser(text).file();
}

/** Reads one expression. @throws HclError */
export function parseExpression(text: string): Expression {
  return new BodyParser(text).expression();
}

class BodyParser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  /** Characters and lines before the token whose line was asked for last: lines are asked for in order. */
  #counted = { at: 0, line: 1 };

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  file(): Body {
    const body = this.#body(0);
    if (this.#peek()) this.#fail('an attribute or a block');
    return body;
  }

  expression(): Expression {
    const expression = this.#expression();
    this.#newlines();
    if (this.#peek()) this.#fail('the end of the expression');
    return expression;
  }

  #body(depth: number): Body {
    if (depth > depthMax) throw errorAt(this.#text, this.#place(), `blocks stand more than ${depthMax} deep`);
    const attributes = new Map<string, Attribute>();
    const blocks: Block[] = [];
    for (;;) {
      this.#newlines();
      const token = this.#peek();
      if (!token || token.text === '}') return { attributes, blocks };
      if (token.kind !== 'identifier') this.#fail('the name of an attribute or the type of a block');
      if (this.#tokens[this.#next + 1]?.text === '=') {
        const attribute = this.#attribute(attributes);
        attributes.set(attribute.name, attribute);
      } else blocks.push(this.#block(depth));
      this.#endOfDefinition();
    }
  }

  #attribute(known: ReadonlyMap<string, Attribute>): Attribute {
    const name = this.#take();
    if (known.has(name.text)) throw errorAt(this.#text, name.at, `${name.text} is there twice`);
    this.#take();
    return { name: name.text, line: this.#lineOf(name), expression: this.#expression() };
  }

  #block(depth: number): Block {
    const type = this.#take();
    const labels: string[] = [];
    for (;;) {
      const token = this.#peek();
      if (token?.text === '{') break;
      if (token?.kind === 'identifier') labels.push(token.text);
      else if (token?.kind === 'string' && token.text.startsWith('"') && token.literal !== undefined) {
        labels.push(token.literal);
      } else this.#fail('"=", a label, or "{"');
      this.#next++;
    }
    const line = this.#lineOf(type);
    this.#take();
    const body = this.#body(depth + 1);
    if (this.#peek()?.text !== '}') this.#fail('"}"');
    this.#take();
    return { type: type.text, labels, body, line };
  }

  /** The tokens up to a newline or a closing bracket that belongs to none of them. */
  #expression(): Expression {
    const from = this.#next;
    const open: string[] = [];
    for (let token = this.#peek(); token; token = this.#peek()) {
      if (token.kind === 'newline' && open.length === 0) break;
      if (token.kind === 'operator') {
        const closing = closings[token.text];
        if (closing !== undefined) open.push(closing);
        else if (')]}'.includes(token.text)) {
          if (open.length === 0) break;
          if (open.pop() !== token.text) this.#fail('the bracket that closes the last one');
        }
        // Only members of an object have one.
        if (token.text === '=' && open.at(-1) !== '}') this.#fail('the end of the line');
        if (open.length > depthMax) this.#fail(`at most ${depthMax} brackets within each other`);
      }
      this.#next++;
    }
    if (open.length > 0) this.#fail(`"${open.at(-1)}"`);
    const tokens = this.#tokens.slice(from, this.#next);
    if (tokens.length === 0) this.#fail('an expression');
    return { tokens };
  }

  /** A definition ends with its line, or with the block that it stands in on one line. */
  #endOfDefinition(): void {
    const token = this.#peek();
    if (token && token.kind !== 'newline' && token.text !== '}') this.#fail('the end of the line');
  }

  #newlines(): void {
    while (this.#peek()?.kind === 'newline') this.#next++;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(): Token {
    const token = this.#peek();
    if (!token) this.#fail('more');
    this.#next++;
    return token;
  }

  #lineOf({ at }: Token): number {
    const { at: from, line } = this.#counted;
    const between = this.#text.slice(from, at).split('\n').length - 1;
    this.#counted = { at, line: line + between };
    return line + between;
  }

  #place(): number {
    return this.#peek()?.at ?? this.#text.length;
  }

  #fail(expected: string): never {
    const token = this.#peek();
    const found =
      token === undefined
        ? 'the end of the text'
        : token.kind === 'newline'
          ? 'the end of the line'
          : JSON.stringify(token.text.slice(0, 40));
    throw errorAt(this.#text, this.#place(), `expected ${expected}, found ${found}`);
  }
}

const closings: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
