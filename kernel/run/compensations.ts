import type { Ledger } from './ledger.ts';
import type { Operation } from './operation.ts';
import { failureOf } from './run-error.ts';

/** How the steps of a run are taken back. */
export class Compensations {
  readonly #all: { readonly name: string; readonly operation: Operation }[] = [];

  /** Notes how a step that was done is taken back. */
  add(name: string, operation: Operation): void {
    this.#all.push({ name, operation });
  }

  /** Whether there is anything to take back. */
  areNeeded(ledger: Ledger): boolean {
    return this.#all.length > 0 || this.#lost(ledger).length > 0;
  }

  /**
   * Takes all steps back, the last one first; one that fails does not keep the others from it.
   * @returns what failed, for people; empty when nothing did
   */
  async run(
    ledger: Ledger,
    perform: (operation: Operation, name: string) => Promise<unknown>,
  ): Promise<string> {
    const failed = this.#lost(ledger).map((name) => `${name}: the code no longer says how`);
    const total = this.#all.length + failed.length;
    for (const { name, operation } of this.#all.toReversed()) {
      try {
        await perform(operation, `compensate ${name}`);
      } catch (error) {
        failed.push(`${name}: ${failureOf(error).message}`);
      }
    }
    if (failed.length === 0) return '';
    return `${failed.length} of ${total} compensations failed: ${failed.join('; ')}`;
  }

  /** Steps that have to be taken back, and for which the function has not said how in this pass. */
  #lost(ledger: Ledger): string[] {
    const known = new Set(this.#all.map(({ name }) => name));
    return [...ledger.entries.values()]
      .filter(({ compensable, state, name }) => compensable === true && state === 'done' && !known.has(name))
      .map(({ name }) => name);
  }
}
