import type { CelType } from './cel-type.ts';
import type { CelConstant, FunctionDeclaration, Overload } from './declaration.ts';

/** What a name in an expression stands for. */
export type Reference =
  | { readonly kind: 'variable'; readonly name: string; readonly type: CelType }
  | { readonly kind: 'constant'; readonly name: string; readonly type: CelType; readonly value: unknown }
  | { readonly kind: 'local'; readonly name: string; readonly type: CelType };

/** The names an expression can use: variables, constants, functions, and the container they are looked up in. */
export class Declarations {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly constants: ReadonlyMap<string, CelConstant>;
  readonly functions: ReadonlyMap<string, readonly Overload[]>;
  readonly #prefixes: readonly string[];

  constructor(
    variables: ReadonlyMap<string, CelType>,
    constants: Iterable<CelConstant>,
    functions: Iterable<FunctionDeclaration>,
    container: string,
  ) {
    this.variables = variables;
    this.constants = new Map(Array.from(constants, (constant) => [constant.name, constant]));
    this.functions = mergeFunctions(functions);
    this.#prefixes = prefixesOf(container);
  }

  /** The variable or constant of a name, looked up from the innermost container outwards. */
  resolve(name: string): Reference | undefined {
    for (const candidate of this.candidates(name)) {
      const type = this.variables.get(candidate);
      if (type !== undefined) return { kind: 'variable', name: candidate, type };
      const constant = this.constants.get(candidate);
      if (constant !== undefined) return { kind: 'constant', ...constant };
    }
    return undefined;
  }

  /** The full name of a function and its overloads. */
  resolveFunction(name: string): { name: string; overloads: readonly Overload[] } | undefined {
    for (const candidate of this.candidates(name)) {
      const overloads = this.functions.get(candidate);
      if (overloads !== undefined) return { name: candidate, overloads };
    }
    return undefined;
  }

  /** The full names a name may mean. Spec: CEL language definition, "Name Resolution". */
  candidates(name: string): string[] {
    if (name.startsWith('.')) return [name.slice(1)];
    return this.#prefixes.map((prefix) => prefix + name);
  }
}

function mergeFunctions(functions: Iterable<FunctionDeclaration>): Map<string, readonly Overload[]> {
  const merged = new Map<string, readonly Overload[]>();
  for (const { name, overloads } of functions) {
    merged.set(name, [...(merged.get(name) ?? []), ...overloads]);
  }
  return merged;
}

function prefixesOf(container: string): string[] {
  const parts = container === '' ? [] : container.split('.');
  return [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join('.')}.`), ''];
}
