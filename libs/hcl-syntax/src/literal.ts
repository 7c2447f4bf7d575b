import type { Expression } from './body.ts';
import type { Token } from './tokens.ts';

/** A value that stands in the text. */
export type LiteralValue =
  | string
  | number
  | boolean
  | null
  | readonly LiteralValue[]
  | { readonly [name: string]: LiteralValue };

/** The value of an expression that is a literal; undefined for one that has to be evaluated. Spec: HCL Native Syntax, Literal Values, Collection Values. */
export function literalOf({ tokens }: Expression): { readonly value: LiteralValue } | undefined {
  const reader = new LiteralReader(tokens);
  const value = reader.value();
  return value !== undefined && reader.isAtEnd() ? { value } : undefined;
}

/** The source of an expression in one line, without comments; heredocs as quoted strings where they are literal. */
export function textOf({ tokens }: Expression): string {
  let text = '';
  let before = '';
  for (const [i, token] of tokens.entries()) {
    const said = token.kind === 'newline' ? separatorAt(tokens, i) : sourceOf(token);
    if (said === '') continue;
    const isEmpty = before === '{' && said === '}';
    const isTight = isEmpty || /^[)\].,:]/.test(said) || /[([.!]$/.test(before) || before === '';
    const isCall = said === '(' && /[\p{ID_Continue}]$/u.test(before);
    const isIndex = said === '[' && /[\p{ID_Continue}\])]$/u.test(before);
    text += isTight || isCall || isIndex ? said : ` ${said}`;
    before = said;
  }
  return text;
}

/** Between the members of an object a newline stands for a comma. */
function separatorAt(tokens: readonly Token[], at: number): string {
  const before = tokens.slice(0, at).findLast(({ kind }) => kind !== 'newline')?.text ?? '';
  const after = tokens.slice(at).find(({ kind }) => kind !== 'newline')?.text ?? '';
  const isSeparator =
    innermost(tokens, at) === '{' && before !== '{' && before !== ',' && after !== '}' && after !== ',';
  // Of several newlines one is enough.
  return isSeparator && tokens[at - 1]?.kind !== 'newline' ? ',' : '';
}

/** The bracket that a place stands in. */
function innermost(tokens: readonly Token[], at: number): string | undefined {
  const open: string[] = [];
  for (const { kind, text } of tokens.slice(0, at)) {
    if (kind !== 'operator') continue;
    if ('([{'.includes(text)) open.push(text);
    else if (')]}'.includes(text)) open.pop();
  }
  return open.at(-1);
}

function sourceOf({ kind, text, literal }: Token): string {
  return kind === 'string' && literal !== undefined && text.startsWith('<<') ? JSON.stringify(literal) : text;
}

class LiteralReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  isAtEnd(): boolean {
    this.#newlines();
    return this.#next >= this.#tokens.length;
  }

  value(): LiteralValue | undefined {
    const token = this.#take();
    switch (token?.kind) {
      case 'string':
        return token.literal;
      case 'number':
        return Number(token.text);
      case 'identifier':
        return keywords.get(token.text);
      case 'operator':
        if (token.text === '-') return this.#negative();
        if (token.text === '[') return this.#tuple();
        if (token.text === '{') return this.#object();
        return undefined;
      default:
        return undefined;
    }
  }

  #negative(): number | undefined {
    const token = this.#take();
    return token?.kind === 'number' ? -Number(token.text) : undefined;
  }

  #tuple(): LiteralValue[] | undefined {
    const elements: LiteralValue[] = [];
    for (;;) {
      this.#newlines();
      if (this.#takes(']')) return elements;
      const element = this.value();
      if (element === undefined) return undefined;
      elements.push(element);
      this.#newlines();
      if (!this.#takes(',')) return this.#takes(']') ? elements : undefined;
    }
  }

  #object(): { [name: string]: LiteralValue } | undefined {
    const members = new Map<string, LiteralValue>();
    for (;;) {
      this.#newlines();
      if (this.#takes('}')) return Object.fromEntries(members);
      const key = this.#take();
      const name = key?.kind === 'identifier' ? key.text : key?.kind === 'string' ? key.literal : undefined;
      if (name === undefined || !(this.#takes('=') || this.#takes(':'))) return undefined;
      const value = this.value();
      if (value === undefined) return undefined;
      members.set(name, value);
      const isSeparated = this.#peek()?.kind === 'newline';
      this.#newlines();
      if (!this.#takes(',') && !isSeparated)
        return this.#takes('}') ? Object.fromEntries(members) : undefined;
    }
  }

  #newlines(): void {
    while (this.#peek()?.kind === 'newline') this.#next++;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #take(): Token | undefined {
    const token = this.#peek();
    if (token) this.#next++;
    return token;
  }

  #takes(operator: string): boolean {
    const { kind, text } = this.#peek() ?? {};
    if (kind !== 'operator' || text !== operator) return false;
    this.#next++;
    return true;
  }
}

const keywords: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);
