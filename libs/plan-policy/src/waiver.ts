import type { Finding } from './check.ts';
import { matchesPattern } from './pattern.ts';

/** Takes findings back until it ends. */
export interface Waiver {
  readonly name: string;
  /** The check that it is about. */
  readonly check: string;
  /** Addresses that it is about; `*` stands for any characters. */
  readonly address: string;
  /** From this instant on it does not count, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** Waivers in force, by check. */
export class Waivers {
  readonly #byCheck = new Map<string, Waiver[]>();

  constructor(all: readonly Waiver[], nowMs: number) {
    for (const waiver of all) {
      if (waiver.expiresAtMs <= nowMs) continue;
      const same = this.#byCheck.get(waiver.check);
      if (same) same.push(waiver);
      else this.#byCheck.set(waiver.check, [waiver]);
    }
  }

  /** The first waiver that takes a finding back. */
  of({ check, address }: Pick<Finding, 'check' | 'address'>): string | undefined {
    // What is about the whole plan, such as a budget that is used up, says nothing that somebody could have accepted.
    if (address === '') return undefined;
    return this.#byCheck.get(check)?.find((waiver) => matchesPattern(waiver.address, address))?.name;
  }
}
