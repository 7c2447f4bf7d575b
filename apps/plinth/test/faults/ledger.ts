import { isObject } from '@plinth/kernel';
import { at, textAt } from '../harness/https-client.ts';

/** A state of an object: the number that its last write carried; undefined when it is not there. */
type State = number | undefined;

interface Entry {
  /** The state that the server acknowledged last. */
  known: State;
  /** What a write whose answer never came would have made of it. */
  unknown: { readonly becomes: State; readonly token: string } | undefined;
}

/** A count and an order-free sum of hashes: two sets of writes are the same exactly when both agree. */
export class Digest {
  count = 0;
  #sum = 0;

  add(token: string): void {
    let hash = 0x811c9dc5;
    for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
    this.count++;
    this.#sum = (this.#sum + (hash >>> 0)) % Number.MAX_SAFE_INTEGER;
  }

  toString(): string {
    return `${this.count} changes, sum ${this.#sum}`;
  }
}

/** What a write does to an object, as one word that is the same for the writer and for whoever watches. */
export function tokenOf(name: string, number: number, deleted: boolean): string {
  return `${name}#${number}${deleted ? ' deleted' : ''}`;
}

/** The text that an object carries beside its number, so that a state put together from two is recognised. */
function fillOf(number: number): string {
  return String.fromCharCode(97 + (number % 26)).repeat(20 + ((number * 37) % 600));
}

/** A ConfigMap that carries a number three times: in an annotation, as data, and as the text made from it. */
export function numbered(name: string, number: number): { metadata: object; data: Record<string, string> } {
  const n = String(number);
  return {
    metadata: { name, annotations: { 'example.dev/number': n } },
    data: { number: n, fill: fillOf(number) },
  };
}

/** What the server acknowledged of each object, and what it was asked for without an answer. */
export class Ledger {
  /** All changes that have happened, to compare watchers with. */
  readonly happened = new Digest();
  /** Every token of them, while there are few enough to name a lost one. */
  readonly tokens = new Set<string>();
  acknowledged = 0;
  newestRevision = 0;
  readonly #entries = new Map<string, Entry>();

  /** The state that a writer may count on. */
  known(name: string): State {
    return this.#entry(name).known;
  }

  /** A write is sent. */
  attempt(name: string, becomes: State, number: number): void {
    const token = tokenOf(name, number, becomes === undefined);
    this.#entry(name).unknown = { becomes, token };
  }

  /** The server said yes. @param revision of the object as answered; absent for deletes */
  acknowledge(name: string, revision: number | undefined): void {
    const entry = this.#entry(name);
    if (!entry.unknown) throw new Error(`${name}: an answer without a question`);
    this.#happen(entry, entry.unknown);
    this.acknowledged++;
    this.newestRevision = Math.max(this.newestRevision, revision ?? 0);
  }

  /** The server said no: nothing has happened. */
  refuse(name: string): void {
    this.#entry(name).unknown = undefined;
  }

  /**
   * Compares with what a server has: every object must be as acknowledged, or as the one write without an answer would
   * have made it. What has become of such writes is known from then on.
   *
   * @param items objects of a list
   * @returns what is wrong, one sentence each
   */
  settle(items: readonly unknown[]): string[] {
    const wrong: string[] = [];
    const found = new Map<string, number>();
    for (const item of items) {
      const name = textAt(item, 'metadata', 'name');
      const number = numberOf(item);
      if (number === undefined) wrong.push(`${name} is half there: ${JSON.stringify(item)}`);
      else if (this.#entries.has(name)) found.set(name, number);
    }
    for (const [name, entry] of this.#entries) {
      const state = found.get(name);
      const { unknown } = entry;
      if (unknown && state === unknown.becomes && state !== entry.known) this.#happen(entry, unknown);
      else if (state !== entry.known) {
        const or = unknown ? ` or ${unknown.becomes}` : '';
        wrong.push(`${name} was acknowledged at ${entry.known}${or} and is at ${state}`);
      }
      entry.unknown = undefined;
    }
    return wrong;
  }

  #happen(entry: Entry, { becomes, token }: NonNullable<Entry['unknown']>): void {
    entry.known = becomes;
    entry.unknown = undefined;
    this.happened.add(token);
    if (this.happened.count < 100_000) this.tokens.add(token);
  }

  #entry(name: string): Entry {
    let entry = this.#entries.get(name);
    if (!entry) {
      entry = { known: undefined, unknown: undefined };
      this.#entries.set(name, entry);
    }
    return entry;
  }
}

/** The number that an object carries; undefined when its parts disagree. */
function numberOf(item: unknown): number | undefined {
  const data = at(item, 'data');
  if (!isObject(data) || typeof data['number'] !== 'string') return undefined;
  const number = Number(data['number']);
  const same = at(item, 'metadata', 'annotations', 'example.dev/number') === data['number'];
  return same && data['fill'] === fillOf(number) ? number : undefined;
}
