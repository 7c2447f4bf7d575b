import { expressionCodePointsMax, nestingMax, treeDepthMax } from '../limits.ts';
import type { Expression, MapEntry, StructField } from './expression.ts';
import { children } from './expression.ts';
import type { Macro } from './macro.ts';
import { binaryOperators, reservedWords, tightestLevel } from './operators.ts';
import { SyntaxFault } from './syntax-fault.ts';
import { type Token, tokenize } from './token.ts';

/** Macros by `name/arity/receiver`. */
export type MacroTable = ReadonlyMap<string, Macro>;

/** Builds the table in which the parser looks; of two macros of one form, the later one is taken. */
export function macroTable(macros: Iterable<Macro>): MacroTable {
  return new Map(Array.from(macros, (macro) => [macroKey(macro.name, macro.arity, macro.receiver), macro]));
}

/**
 * Parses an expression and expands its macros.
 *
 * @throws SyntaxFault at the first fault.
 */
export function parse(source: string, macros: MacroTable): Expression {
  // A code point has one or two code units, so the cheap test comes first.
  if (source.length > expressionCodePointsMax && Array.from(source).length > expressionCodePointsMax) {
    throw new SyntaxFault(
      `expression code point size exceeds limit: size: ${Array.from(source).length}, limit ${expressionCodePointsMax}`,
      0,
    );
  }
  const root = new Parser(tokenize(source), macros).parse();
  limitDepth(root);
  return root;
}

/** Refuses a tree that is too deep for passes that recurse; this one does not. */
function limitDepth(root: Expression): void {
  let level: readonly Expression[] = [root];
  for (let depth = 1; level.length > 0; depth++) {
    const [first] = level;
    if (depth > treeDepthMax) {
      throw new SyntaxFault(
        `expression recursion limit exceeded: more than ${treeDepthMax} levels`,
        first?.offset ?? 0,
      );
    }
    level = level.flatMap(children);
  }
}

function macroKey(name: string, arity: number | 'any', receiver: boolean): string {
  return `${name}/${arity}/${receiver}`;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #macros: MacroTable;
  #at = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[], macros: MacroTable) {
    this.#tokens = tokens;
    this.#macros = macros;
  }

  parse(): Expression {
    const expression = this.#expression();
    if (this.#token.kind !== 'end') throw this.#unexpected('<end of expression>');
    return expression;
  }

  get #token(): Token {
    const token = this.#tokens[this.#at] ?? this.#tokens.at(-1);
    if (token === undefined) throw new SyntaxFault('Syntax error: there are no tokens', 0);
    return token;
  }

  /** `condition ? yes : no`, which groups to the right. */
  #expression(): Expression {
    this.#nesting++;
    if (this.#nesting > nestingMax) {
      throw new SyntaxFault(
        `expression recursion limit exceeded: more than ${nestingMax} levels`,
        this.#token.offset,
      );
    }
    const condition = this.#logical('||');
    const { offset } = this.#token;
    if (!this.#take('?')) {
      this.#nesting--;
      return condition;
    }
    const yes = this.#logical('||');
    this.#expect(':');
    const no = this.#expression();
    this.#nesting--;
    return { kind: 'call', offset, name: '_?_:_', target: undefined, args: [condition, yes, no] };
  }

  /** Chains of `||` or `&&` become balanced trees, as in cel-go: long ones do not nest deeply. */
  #logical(operator: '||' | '&&'): Expression {
    const next = () => (operator === '||' ? this.#logical('&&') : this.#binary(1));
    const operands = [next()];
    const offsets: number[] = [];
    for (let { offset } = this.#token; this.#take(operator); { offset } = this.#token) {
      offsets.push(offset);
      operands.push(next());
    }
    return balance(`_${operator}_`, operands, offsets);
  }

  #binary(level: number): Expression {
    if (level > tightestLevel) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const token = this.#token;
      const operator = token.kind === 'end' ? undefined : this.#operator(token, level);
      if (operator === undefined) return left;
      this.#at++;
      const right = this.#binary(level + 1);
      left = { kind: 'call', offset: token.offset, name: operator, target: undefined, args: [left, right] };
    }
  }

  #operator(token: Token, level: number): string | undefined {
    if (token.kind !== 'punctuation' && token.text !== 'in') return undefined;
    if (!Object.hasOwn(binaryOperators, token.text)) return undefined;
    const operator = binaryOperators[token.text];
    return operator?.level === level ? operator.name : undefined;
  }

  #unary(): Expression {
    const { offset } = this.#token;
    let count = 0;
    while (this.#take('!')) count++;
    if (count > 0) {
      const operand = this.#member();
      return count % 2 === 0 ? operand : prefix('!_', offset, operand);
    }
    while (this.#take('-')) count++;
    if (count === 0) return this.#member();
    // One minus before a number belongs to it: there is no other way to write the smallest int.
    if (count === 1 && this.#token.kind === 'number') return this.#member(offset);
    const operand = this.#member();
    return count % 2 === 0 ? operand : prefix('-_', offset, operand);
  }

  #member(negativeAt?: number): Expression {
    let operand = this.#primary(negativeAt);
    for (;;) {
      const { offset } = this.#token;
      if (this.#take('.')) operand = this.#select(operand, offset);
      else if (this.#take('[')) operand = this.#index(operand, offset);
      else return operand;
    }
  }

  #select(operand: Expression, offset: number): Expression {
    if (this.#take('?')) {
      const field: Expression = { kind: 'literal', offset: this.#token.offset, value: this.#fieldName() };
      return { kind: 'call', offset, name: '_?._', target: undefined, args: [operand, field] };
    }
    const field = this.#fieldName();
    const open = this.#token.offset;
    if (this.#tokens[this.#at - 1]?.kind !== 'quoted' && this.#take('(')) {
      return this.#call(field, open, operand, this.#list(')'));
    }
    return { kind: 'selection', offset, operand, field, testOnly: false };
  }

  #fieldName(): string {
    const token = this.#token;
    if (token.kind !== 'identifier' && token.kind !== 'quoted') throw this.#unexpected('a field name');
    if (token.text === 'in' || ['true', 'false', 'null'].includes(token.text)) {
      if (token.kind === 'identifier') throw this.#unexpected('a field name');
    }
    this.#at++;
    return token.text;
  }

  #index(operand: Expression, offset: number): Expression {
    const optional = this.#take('?');
    const index = this.#expression();
    this.#expect(']');
    return {
      kind: 'call',
      offset,
      name: optional ? '_[?_]' : '_[_]',
      target: undefined,
      args: [operand, index],
    };
  }

  #primary(negativeAt: number | undefined): Expression {
    const token = this.#token;
    if (token.kind === 'number') {
      this.#at++;
      return {
        kind: 'literal',
        offset: negativeAt ?? token.offset,
        value: token.read(negativeAt !== undefined),
      };
    }
    if (token.kind === 'text') {
      this.#at++;
      return { kind: 'literal', offset: token.offset, value: token.value };
    }
    if (token.kind === 'identifier') return this.#name('');
    if (this.#take('(')) {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    if (this.#take('[')) return this.#listLiteral(token.offset);
    if (this.#take('{')) return { kind: 'map', offset: token.offset, entries: this.#mapEntries() };
    if (this.#take('.')) return this.#name('.', token.offset);
    throw this.#unexpected('an expression');
  }

  /** A literal word, a name, a call or a message, e.g. `true`, `a`, `f(x)`, `a.b.Type{}`. */
  #name(dot: '' | '.', start = this.#token.offset): Expression {
    const token = this.#token;
    if (token.kind !== 'identifier') throw this.#unexpected('a name');
    const word = constants.get(token.text);
    if (word !== undefined && dot === '') {
      this.#at++;
      return { kind: 'literal', offset: token.offset, value: word };
    }
    const struct = this.#structName();
    if (struct !== undefined) {
      const { offset } = this.#token;
      this.#at++;
      return { kind: 'struct', offset, name: dot + struct, fields: this.#structFields() };
    }
    this.#at++;
    if (reservedWords.has(token.text)) {
      throw new SyntaxFault(`reserved identifier: ${token.text}`, token.offset);
    }
    const open = this.#token.offset;
    if (this.#take('(')) return this.#call(dot + token.text, open, undefined, this.#list(')'));
    return { kind: 'identifier', offset: start, name: dot + token.text };
  }

  /** Moves to the brace of `a.b.Type{`, or stays when what follows is not a message. */
  #structName(): string | undefined {
    let at = this.#at;
    const names: string[] = [];
    for (;;) {
      const token = this.#tokens[at];
      if (token?.kind !== 'identifier') return undefined;
      names.push(token.text);
      const next = this.#tokens[at + 1];
      if (next?.kind !== 'punctuation') return undefined;
      if (next.text === '{') {
        this.#at = at + 1;
        return names.join('.');
      }
      if (next.text !== '.') return undefined;
      at += 2;
    }
  }

  #call(name: string, offset: number, target: Expression | undefined, args: Expression[]): Expression {
    const receiver = target !== undefined;
    const macro =
      this.#macros.get(macroKey(name, args.length, receiver)) ??
      this.#macros.get(macroKey(name, 'any', receiver));
    const expanded = macro?.expand({ offset, target, args });
    return expanded ?? { kind: 'call', offset, name, target, args };
  }

  #list(close: ')' | ']'): Expression[] {
    const items: Expression[] = [];
    while (!this.#take(close)) {
      if (items.length > 0) this.#expect(',');
      // Lists may end with a comma, arguments may not.
      if (close === ']' && this.#take(close)) break;
      items.push(this.#expression());
    }
    return items;
  }

  #listLiteral(offset: number): Expression {
    const elements: Expression[] = [];
    const optional = new Set<number>();
    while (!this.#take(']')) {
      if (elements.length > 0) this.#expect(',');
      if (elements.length > 0 && this.#take(']')) break;
      if (this.#take('?')) optional.add(elements.length);
      elements.push(this.#expression());
    }
    return { kind: 'list', offset, elements, optional };
  }

  #mapEntries(): MapEntry[] {
    const entries: MapEntry[] = [];
    while (!this.#take('}')) {
      if (entries.length > 0) this.#expect(',');
      if (entries.length > 0 && this.#take('}')) break;
      const optional = this.#take('?');
      const key = this.#expression();
      const { offset } = this.#token;
      this.#expect(':');
      entries.push({ offset, key, value: this.#expression(), optional });
    }
    return entries;
  }

  #structFields(): StructField[] {
    const fields: StructField[] = [];
    while (!this.#take('}')) {
      if (fields.length > 0) this.#expect(',');
      if (fields.length > 0 && this.#take('}')) break;
      const optional = this.#take('?');
      const name = this.#fieldName();
      const { offset } = this.#token;
      this.#expect(':');
      fields.push({ offset, name, value: this.#expression(), optional });
    }
    return fields;
  }

  #take(text: string): boolean {
    const token = this.#token;
    if (token.kind !== 'punctuation' || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#unexpected(`'${text}'`);
  }

  #unexpected(expected: string): SyntaxFault {
    const { kind, text, offset } = this.#token;
    const found = kind === 'end' ? text : `'${text}'`;
    return new SyntaxFault(`Syntax error: found ${found}, expected ${expected}`, offset);
  }
}

const constants = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function prefix(name: string, offset: number, operand: Expression): Expression {
  return { kind: 'call', offset, name, target: undefined, args: [operand] };
}

function balance(name: string, operands: readonly Expression[], offsets: readonly number[]): Expression {
  const [only] = operands;
  if (only === undefined) throw new SyntaxFault('Syntax error: an operator without operands', 0);
  if (operands.length === 1) return only;
  const middle = Math.floor(offsets.length / 2);
  return {
    kind: 'call',
    offset: offsets[middle] ?? 0,
    name,
    target: undefined,
    args: [
      balance(name, operands.slice(0, middle + 1), offsets.slice(0, middle)),
      balance(name, operands.slice(middle + 1), offsets.slice(middle + 1)),
    ],
  };
}
