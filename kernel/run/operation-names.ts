import { nameCharsMax } from './limits.ts';
import { RunError } from './run-error.ts';

/** The names of the operations that one pass has asked for: the second of a name is `name#2`, and so on. */
export class OperationNames {
  readonly #times = new Map<string, number>();
  readonly #asked = new Set<string>();

  /** @throws RunError `BadName` */
  unique(label: string): string {
    if (typeof label !== 'string' || label === '' || label.length > nameCharsMax) {
      throw new RunError('BadName', `the name of an operation has 1 to ${nameCharsMax} characters`);
    }
    const times = (this.#times.get(label) ?? 0) + 1;
    this.#times.set(label, times);
    const name = times === 1 ? label : `${label}#${times}`;
    this.#asked.add(name);
    return name;
  }

  /** Whether an operation was asked for. */
  has(name: string): boolean {
    return this.#asked.has(name);
  }
}
