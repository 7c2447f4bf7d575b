type Known = { readonly value: unknown } | { readonly error: unknown };

/** An object whose properties are worked out when they are first read, and kept from then on, errors too. */
export class LazyObject {
  /** Names of the properties, with their places from 0 on. */
  readonly names: ReadonlyMap<string, number>;
  readonly #workOut: (place: number) => unknown;
  readonly #known: Known[] = [];

  /**
   * @param names of the properties, with their places from 0 on
   * @param workOut gives the value at a place, as JSON or as `evaluateValue` gives it; what it throws is thrown
   *   wherever the property is read
   */
  constructor(names: ReadonlyMap<string, number>, workOut: (place: number) => unknown) {
    this.names = names;
    this.#workOut = workOut;
  }

  /** The value of a property, or undefined when there is no such property. */
  get(name: string): unknown {
    const place = this.names.get(name);
    if (place === undefined) return undefined;
    const known = (this.#known[place] ??= this.#ask(place));
    if ('error' in known) throw known.error;
    return known.value;
  }

  #ask(place: number): Known {
    try {
      return { value: this.#workOut(place) };
    } catch (error) {
      return { error };
    }
  }
}
