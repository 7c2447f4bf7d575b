import { quote } from '@plinth/go-format';
import { numberOf, unquote } from './constant.ts';
import { Lexer, lineOf } from './lexer.ts';
import type { Command, Node, Operand, Pipeline } from './node.ts';
import { TemplateError } from './template-error.ts';
import type { Token, TokenKind } from './token.ts';

/** A template and those that it defines, by name. */
export type TemplateSet = ReadonlyMap<string, readonly Node[]>;

/** Nested control structures and parentheses that a template may have. */
const depthMax = 100;

/**
 * Reads templates. Spec: Go, text/template/parse/parse.go.
 * What stands before the end of a body, `else` or `end`, is left for whoever reads the structure.
 */
export class Parser {
  readonly #name: string;
  readonly #text: string;
  readonly #isFunction: (name: string) => boolean;
  readonly #tokens: readonly Token[];
  readonly #templates = new Map<string, readonly Node[]>();
  #variables: string[] = ['$'];
  #at = 0;
  #depth = 0;
  #loops = 0;

  /** @param isFunction - whether a function of that name can be called */
  constructor(name: string, text: string, isFunction: (name: string) => boolean) {
    this.#name = name;
    this.#text = text;
    this.#isFunction = isFunction;
    this.#tokens = new Lexer(name, text).tokens();
  }

  /** @throws TemplateError */
  parse(): TemplateSet {
    const { nodes, ending } = this.#body(true);
    if (ending) throw this.#fault(`unexpected {{${ending}}}`);
    this.#templates.set(this.#name, nodes);
    return this.#templates;
  }

  /** The nodes up to `else` or `end` of the structure that is being read, or to the end of the text. */
  #body(isTop: boolean): { readonly nodes: readonly Node[]; readonly ending: 'else' | 'end' | undefined } {
    if (++this.#depth > depthMax) throw this.#fault('exceeded maximum nesting');
    const nodes: Node[] = [];
    for (;;) {
      const token = this.#next();
      if (token.kind === 'end') {
        if (!isTop) throw this.#fault('unexpected EOF');
        this.#depth--;
        return { nodes, ending: undefined };
      }
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      const word = this.#peekWord();
      if (word === 'end' || word === 'else') {
        this.#skipSpace();
        this.#next();
        this.#depth--;
        if (word === 'end') this.#expect('right', 'end');
        return { nodes, ending: word };
      }
      const node = this.#statement(word, isTop);
      if (node) nodes.push(node);
    }
  }

  #statement(word: string | undefined, isTop: boolean): Node | undefined {
    if (word === undefined) {
      const pipeline = this.#pipeline('command', 'right');
      return { kind: 'action', pipeline };
    }
    this.#skipSpace();
    this.#next();
    switch (word) {
      case 'if':
      case 'with':
      case 'range':
        return this.#control(word);
      case 'break':
      case 'continue':
        if (this.#loops === 0) throw this.#fault(`{{${word}}} outside {{range}}`);
        this.#expect('right', word);
        return { kind: word };
      case 'define':
        if (!isTop) throw this.#fault('unexpected {{define}}');
        this.#define('define clause');
        return undefined;
      case 'block':
        return this.#block();
      default:
        return this.#template();
    }
  }

  #control(kind: 'if' | 'with' | 'range'): Node {
    const known = this.#variables.length;
    const pipeline = this.#pipeline(kind, 'right');
    if (kind === 'range') this.#loops++;
    const { nodes: body, ending } = this.#body(false);
    if (kind === 'range') this.#loops--;
    const otherwise = ending === 'else' ? this.#otherwise(kind) : [];
    this.#variables.length = known;
    return { kind, pipeline, body, otherwise };
  }

  /** What stands after `else`; `else if` and `else with` are structures of their own, whose end is ours. */
  #otherwise(kind: 'if' | 'with' | 'range'): readonly Node[] {
    const word = this.#peekWord();
    if (kind !== 'range' && word === kind) {
      this.#skipSpace();
      this.#next();
      return [this.#control(kind)];
    }
    this.#expect('right', 'else');
    const { nodes, ending } = this.#body(false);
    if (ending === 'else') throw this.#fault('expected end; found {{else}}');
    return nodes;
  }

  #define(context: string): string {
    const name = this.#templateName(context);
    this.#expect('right', context);
    this.#templates.set(name, this.#separately(() => this.#body(false)).nodes);
    return name;
  }

  #block(): Node {
    const { position } = this.#peek();
    const name = this.#templateName('block clause');
    const pipeline = this.#pipeline('block clause', 'right');
    this.#templates.set(name, this.#separately(() => this.#body(false)).nodes);
    return { kind: 'template', name, pipeline, position };
  }

  /** A template of its own knows none of the variables around it. */
  #separately<T>(read: () => T): T {
    const [variables, loops] = [this.#variables, this.#loops];
    this.#variables = ['$'];
    this.#loops = 0;
    const result = read();
    this.#variables = variables;
    this.#loops = loops;
    return result;
  }

  #template(): Node {
    const { position } = this.#peek();
    const name = this.#templateName('template clause');
    this.#skipSpace();
    if (this.#peek().kind === 'right') {
      this.#next();
      return { kind: 'template', name, position };
    }
    return { kind: 'template', name, pipeline: this.#pipeline('template clause', 'right'), position };
  }

  #templateName(context: string): string {
    this.#skipSpace();
    const token = this.#next();
    const name = token.kind === 'string' ? unquote(token.text) : undefined;
    if (name === undefined) throw this.#unexpected(token, context);
    return name;
  }

  #pipeline(context: string, end: 'right' | 'close'): Pipeline {
    this.#skipSpace();
    const { position } = this.#peek();
    const { variables, isAssignment } = this.#declarations(context);
    const commands: Command[] = [];
    for (;;) {
      this.#skipSpace();
      const token = this.#peek();
      if (token.kind === end) {
        this.#next();
        if (commands.length === 0) throw this.#fault(`missing value for ${context}`);
        this.#checkPipeline(commands);
        return { variables, isAssignment, commands, position };
      }
      if (!startsOperand(token)) throw this.#unexpected(this.#next(), context);
      commands.push(this.#command());
    }
  }

  #declarations(context: string): Pick<Pipeline, 'variables' | 'isAssignment'> {
    const start = this.#at;
    const variables: string[] = [];
    for (;;) {
      this.#skipSpace();
      const variable = this.#next();
      if (variable.kind !== 'variable') break;
      this.#skipSpace();
      const next = this.#next();
      variables.push(variable.text);
      if (next.kind === 'comma' && context === 'range' && variables.length < 2) continue;
      if (next.kind === 'comma') throw this.#fault(`too many declarations in ${context}`);
      if (next.kind === 'declare') {
        this.#variables.push(...variables);
        return { variables, isAssignment: false };
      }
      if (next.kind === 'assign') {
        for (const name of variables) this.#requireVariable(name);
        return { variables, isAssignment: true };
      }
      break;
    }
    this.#at = start;
    return { variables: [], isAssignment: false };
  }

  #command(): Command {
    const { position } = this.#peek();
    const operands: Operand[] = [];
    for (;;) {
      this.#skipSpace();
      const token = this.#peek();
      if (startsOperand(token)) {
        operands.push(this.#operand());
        const after = this.#peek();
        if (after.kind === 'space') continue;
      }
      const after = this.#peek();
      const end = after.position;
      if (after.kind === 'pipe') {
        this.#next();
        this.#skipSpace();
        if (!startsOperand(this.#peek())) throw this.#fault('missing value for command');
      } else if (after.kind !== 'right' && after.kind !== 'close') throw this.#unexpected(after, 'operand');
      if (operands.length === 0) throw this.#fault('empty command');
      return { operands, position, text: this.#text.slice(position, end).trim() };
    }
  }

  #operand(): Operand {
    const token = this.#next();
    const { position } = token;
    const operand = this.#term(token);
    const fields: string[] = [];
    while (this.#peek().kind === 'field') fields.push(this.#next().text.slice(1));
    if (
      fields.length > 0 &&
      (operand.kind === 'constant' || operand.kind === 'nil') &&
      token.kind !== 'field'
    ) {
      throw this.#fault(`unexpected . after term ${quote(token.text)}`);
    }
    const own = token.kind === 'field' ? [token.text.slice(1), ...fields] : fields;
    const text = this.#text.slice(position, this.#peek().position);
    return { operand, fields: own, position, text };
  }

  #term(token: Token): Operand['operand'] {
    switch (token.kind) {
      case 'identifier':
        if (!this.#isFunction(token.text)) throw this.#fault(`function ${quote(token.text)} not defined`);
        return { kind: 'function', name: token.text };
      case 'dot':
      case 'field':
        return { kind: 'dot' };
      case 'nil':
        return { kind: 'nil' };
      case 'variable':
        this.#requireVariable(token.text);
        return { kind: 'variable', name: token.text };
      case 'boolean':
        return { kind: 'constant', value: token.text === 'true' };
      case 'number':
        return { kind: 'constant', value: numberOf(token.text) };
      case 'character': {
        const character = unquote(token.text);
        if (character === undefined || Array.from(character).length !== 1) {
          throw this.#fault(`malformed character constant: ${token.text}`);
        }
        return { kind: 'constant', value: BigInt(character.codePointAt(0) ?? 0) };
      }
      case 'string': {
        const value = unquote(token.text);
        if (value === undefined) throw this.#fault('invalid syntax');
        return { kind: 'constant', value };
      }
      default: {
        if (++this.#depth > depthMax) throw this.#fault('exceeded maximum nesting');
        const pipeline = this.#pipeline('parenthesized pipeline', 'close');
        this.#depth--;
        return { kind: 'pipeline', pipeline };
      }
    }
  }

  /** Only the first command of a pipeline may be a mere value. */
  #checkPipeline(commands: readonly Command[]): void {
    for (const [i, { operands }] of commands.entries()) {
      const [first] = operands;
      if (i === 0 || !first || first.fields.length > 0) continue;
      const { kind } = first.operand;
      if (kind === 'constant' || kind === 'nil' || kind === 'dot') {
        throw this.#fault(`non executable command in pipeline stage ${i + 1}`);
      }
    }
    const [only] = commands;
    if (commands.length === 1 && only?.operands.length === 1 && only.operands[0]?.operand.kind === 'nil') {
      throw this.#fault('nil is not a command');
    }
  }

  #requireVariable(name: string): void {
    if (!this.#variables.includes(name)) throw this.#fault(`undefined variable ${quote(name)}`);
  }

  #expect(kind: TokenKind, context: string): void {
    this.#skipSpace();
    const token = this.#next();
    if (token.kind !== kind) throw this.#unexpected(token, context);
  }

  /** The word that an action begins with, if it is one that controls. */
  #peekWord(): string | undefined {
    const token = this.#tokens[this.#tokens[this.#at]?.kind === 'space' ? this.#at + 1 : this.#at];
    return token?.kind === 'keyword' ? token.text : undefined;
  }

  #skipSpace(): void {
    if (this.#peek().kind === 'space') this.#at++;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', position: this.#text.length };
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #unexpected(token: Token, context: string): TemplateError {
    const what =
      token.kind === 'end'
        ? 'EOF'
        : `${token.kind === 'keyword' ? '<' : '"'}${token.text}${token.kind === 'keyword' ? '>' : '"'}`;
    return this.#fault(`unexpected ${what} in ${context}`);
  }

  #fault(message: string): TemplateError {
    const position = this.#tokens[Math.max(0, this.#at - 1)]?.position ?? 0;
    return new TemplateError(`template: ${this.#name}:${lineOf(this.#text, position)}: ${message}`);
  }
}

function startsOperand({ kind }: Token): boolean {
  switch (kind) {
    case 'identifier':
    case 'dot':
    case 'field':
    case 'nil':
    case 'variable':
    case 'boolean':
    case 'number':
    case 'character':
    case 'string':
    case 'open':
      return true;
    default:
      return false;
  }
}
