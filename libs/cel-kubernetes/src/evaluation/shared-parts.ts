/** What makes a part: other parts, functions, declarations, and plain values. */
type Ingredients = readonly unknown[];

/** Parts that are remembered. A table that is full is begun anew: some parts are then there twice, and nothing leaks. */
const partsMax = 20_000;

/** Longest text, in UTF-16 code units, of a part that is remembered, so that the table stays within some megabytes. */
const textMax = 100;

/**
 * Makes parts of plans such that equal ones are one object, whatever expressions they are in. Policies name the same
 * few things, and a control plane with hundreds of them mostly waits for memory: what the one has just read is at hand
 * for the next.
 */
class SharedParts {
  readonly #known = new Map<string, object>();
  readonly #names = new WeakMap<object, string>();
  #named = 0;

  /** The part that `new Kind(...ingredients)` is. Parts have to be immutable. */
  make<I extends Ingredients, T extends object>(Kind: new (...ingredients: I) => T, ...ingredients: I): T {
    const rest = this.#describeAll(ingredients);
    if (rest === undefined) return new Kind(...ingredients);
    const key = `${this.#name(Kind)}(${rest})`;
    const known = this.#known.get(key);
    if (known instanceof Kind) return known;
    const made = new Kind(...ingredients);
    if (this.#known.size >= partsMax) this.#known.clear();
    this.#known.set(key, made);
    this.#name(made);
    return made;
  }

  /** Lets declarations be in parts that are shared: what lives as long as the process does. */
  admit(declarations: readonly object[]): void {
    for (const declaration of declarations) this.#name(declaration);
  }

  /** Undefined where one of them belongs to a single expression. */
  #describeAll(ingredients: Ingredients): string | undefined {
    const all = ingredients.map((one) => this.#describe(one));
    return all.includes(undefined) ? undefined : all.join();
  }

  #describe(value: unknown): string | undefined {
    switch (typeof value) {
      case 'string':
        return value.length > textMax ? undefined : JSON.stringify(value);
      case 'number':
        return Object.is(value, -0) ? '-0.0' : `${value}.0`;
      case 'object':
        break;
      case 'function':
        return this.#name(value);
      default:
        return String(value);
    }
    if (value === null) return 'null';
    if (Array.isArray(value)) {
      const items = this.#describeAll(value);
      return items === undefined ? undefined : `[${items}]`;
    }
    // What has no name belongs to one expression, and so does what is made of it.
    return this.#names.get(value);
  }

  #name(value: object): string {
    let name = this.#names.get(value);
    if (name === undefined) this.#names.set(value, (name = `#${this.#named++}`));
    return name;
  }
}

/** There is one table in a process: parts hold nothing of the environment that they were compiled in. */
export const sharedParts = new SharedParts();
