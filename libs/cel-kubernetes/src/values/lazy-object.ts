/** Stands for a property that has no value. */
class Broken {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** An object whose properties are worked out when they are first read, and kept from then on, errors too. */
export class LazyObject {
  readonly #workOut: (place: number) => unknown;
  #names: ReadonlyMap<string, number>;
  /** What is known, by place. */
  readonly #known: unknown[] = [];

  /**
   * @param names of the properties, with their places from 0 on
   * @param workOut gives the value at a place, as JSON or as `evaluateValue` gives it; what it throws is thrown
   *   wherever the property is read
   */
  constructor(names: ReadonlyMap<string, number>, workOut: (place: number) => unknown) {
    this.#names = names;
    this.#workOut = workOut;
  }

  /** Names of the properties, with their places from 0 on. */
  get names(): ReadonlyMap<string, number> {
    return this.#names;
  }

  /** Makes it an object of other properties, of which nothing is known yet. */
  renew(names: ReadonlyMap<string, number>): void {
    this.#names = names;
    this.#known.fill(undefined);
  }

  /** The value of a property, or undefined when there is no such property. */
  get(name: string): unknown {
    const place = this.#names.get(name);
    if (place === undefined) return undefined;
    const known = (this.#known[place] ??= this.#ask(place));
    if (known instanceof Broken) throw known.error;
    return known;
  }

  #ask(place: number): unknown {
    try {
      return this.#workOut(place);
    } catch (error) {
      return new Broken(error);
    }
  }
}
