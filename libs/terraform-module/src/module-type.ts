import { type Expression, parseExpression, type Token, textOf } from '@plinth/hcl-syntax';
import { typeDepthMax } from './limits.ts';

/** The type that a variable asks for. Spec: Terraform, Type Constraints. */
export type ModuleType =
  | { readonly kind: 'simple'; readonly name: 'any' | 'bool' | 'number' | 'string' }
  | { readonly kind: 'collection'; readonly name: 'list' | 'map' | 'set'; readonly of: ModuleType }
  | { readonly kind: 'tuple'; readonly of: readonly ModuleType[] }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, ObjectField> };

/** An attribute of an object type. */
export interface ObjectField {
  readonly type: ModuleType;
  readonly isOptional: boolean;
  /** As it is written; undefined where there is none. */
  readonly default?: string;
}

const any: ModuleType = { kind: 'simple', name: 'any' };

/** Reads a type; undefined for what is none. */
export function moduleTypeOf(expression: Expression): ModuleType | undefined {
  const tokens = expression.tokens.filter(({ kind }) => kind !== 'newline');
  const [only] = tokens;
  // The form of Terraform 0.11: "string", "list", "map".
  if (tokens.length === 1 && only?.kind === 'string') return quotedType(only.literal);
  const reader = new TypeReader(tokens);
  const type = reader.type(0);
  return type && reader.isAtEnd() ? type : undefined;
}

/** Reads what `moduleTypeText` wrote. */
export function parseModuleType(text: string): ModuleType | undefined {
  return moduleTypeOf(parseExpression(text));
}

/** A type in one line; attributes of objects stand in the order of their names. */
export function moduleTypeText(type: ModuleType): string {
  switch (type.kind) {
    case 'simple':
      return type.name;
    case 'collection':
      return `${type.name}(${moduleTypeText(type.of)})`;
    case 'tuple':
      return `tuple([${type.of.map(moduleTypeText).join(', ')}])`;
    case 'object': {
      const fields = [...type.fields].sort(([a], [b]) => (a < b ? -1 : 1));
      return `object({${fields.map(([name, field]) => ` ${name} = ${fieldText(field)}`).join(',')} })`;
    }
  }
}

function fieldText({ type, isOptional, default: otherwise }: ObjectField): string {
  const text = moduleTypeText(type);
  if (!isOptional) return text;
  return otherwise === undefined ? `optional(${text})` : `optional(${text}, ${otherwise})`;
}

/** How a type takes what another one took: the same, also that, or not all of it. */
export function compareTypes(before: ModuleType, after: ModuleType): 'same' | 'wider' | 'other' {
  if (moduleTypeText(before) === moduleTypeText(after)) return 'same';
  if (after.kind === 'simple' && after.name === 'any') return 'wider';
  if (before.kind === 'collection' && after.kind === 'collection' && before.name === after.name) {
    return compareTypes(before.of, after.of);
  }
  if (before.kind !== 'object' || after.kind !== 'object') return 'other';
  for (const [name, field] of before.fields) {
    const now = after.fields.get(name);
    if (!now || (field.isOptional && !now.isOptional)) return 'other';
    if (compareTypes(field.type, now.type) === 'other') return 'other';
  }
  const isAllOptional = [...after.fields].every(
    ([name, field]) => before.fields.has(name) || field.isOptional,
  );
  return isAllOptional ? 'wider' : 'other';
}

function quotedType(name: string | undefined): ModuleType | undefined {
  if (name === 'list' || name === 'map') return { kind: 'collection', name, of: any };
  return name === 'string' ? { kind: 'simple', name } : undefined;
}

class TypeReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  type(depth: number): ModuleType | undefined {
    const token = this.#tokens[this.#next++];
    if (token?.kind !== 'identifier' || depth > typeDepthMax) return undefined;
    const { text: name } = token;
    if (name === 'any' || name === 'bool' || name === 'number' || name === 'string') {
      return { kind: 'simple', name };
    }
    if (name === 'list' || name === 'map' || name === 'set') return this.#collection(name, depth);
    if (name === 'tuple') return this.#tuple(depth);
    return name === 'object' ? this.#object(depth) : undefined;
  }

  /** `list` alone is a list of anything. */
  #collection(name: 'list' | 'map' | 'set', depth: number): ModuleType | undefined {
    if (!this.#takes('(')) return { kind: 'collection', name, of: any };
    const of = this.type(depth + 1);
    return of && this.#closes(')') ? { kind: 'collection', name, of } : undefined;
  }

  #tuple(depth: number): ModuleType | undefined {
    if (!this.#takes('(') || !this.#takes('[')) return undefined;
    const of: ModuleType[] = [];
    while (!this.#takes(']')) {
      const one = this.type(depth + 1);
      if (!one) return undefined;
      of.push(one);
      if (!this.#takes(',') && this.#peek() !== ']') return undefined;
    }
    return this.#closes(')') ? { kind: 'tuple', of } : undefined;
  }

  #object(depth: number): ModuleType | undefined {
    if (!this.#takes('(') || !this.#takes('{')) return undefined;
    const fields = new Map<string, ObjectField>();
    while (!this.#takes('}')) {
      const key = this.#tokens[this.#next++];
      const name = key?.kind === 'string' ? key.literal : key?.kind === 'identifier' ? key.text : undefined;
      if (name === undefined || !(this.#takes('=') || this.#takes(':'))) return undefined;
      const field = this.#field(depth);
      if (!field) return undefined;
      fields.set(name, field);
      // Between two members that stand in lines of their own is no comma.
      this.#takes(',');
    }
    return this.#closes(')') ? { kind: 'object', fields } : undefined;
  }

  #field(depth: number): ObjectField | undefined {
    if (this.#peek() !== 'optional') {
      const type = this.type(depth + 1);
      return type && { type, isOptional: false };
    }
    this.#next++;
    if (!this.#takes('(')) return undefined;
    const type = this.type(depth + 1);
    if (!type) return undefined;
    if (!this.#takes(',')) return this.#closes(')') ? { type, isOptional: true } : undefined;
    const from = this.#next;
    const end = this.#endOfCall();
    this.#next = end + 1;
    const otherwise = textOf({ tokens: this.#tokens.slice(from, end) });
    return { type, isOptional: true, default: otherwise };
  }

  /** The place of the bracket that closes the call whose arguments are being read. */
  #endOfCall(): number {
    let open = 0;
    for (let at = this.#next; at < this.#tokens.length; at++) {
      const { kind, text } = this.#tokens[at] ?? { kind: '', text: '' };
      if (kind !== 'operator') continue;
      if ('([{'.includes(text)) open++;
      else if (')]}'.includes(text) && open-- === 0) return at;
    }
    return this.#tokens.length;
  }

  #closes(bracket: string): boolean {
    this.#takes(',');
    return this.#takes(bracket);
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next]?.text;
  }

  #takes(text: string): boolean {
    if (this.#peek() !== text) return false;
    this.#next++;
    return true;
  }
}
