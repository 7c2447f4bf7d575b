import { inspect } from 'node:util';

const redacted = '[redacted]';

/**
 * A value that is not printed, concatenated, logged or serialised by accident: everything but `reveal` gives
 * `[redacted]`. It guards against mistakes, not against code that means to read it.
 * @example
 * const password = new Secret('hunter2');
 * `${password}`; // '[redacted]'
 * password.reveal(); // 'hunter2'
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value. Call it where the value is used, not before. */
  reveal(): T {
    return this.#value;
  }

  /** A secret of what `fn` makes of the value. */
  map<R>(fn: (value: T) => R): Secret<R> {
    return new Secret(fn(this.#value));
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.toPrimitive](): string {
    return redacted;
  }

  [inspect.custom](): string {
    return `Secret(${redacted})`;
  }
}
