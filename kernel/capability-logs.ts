import type { ByteCipher } from './crypto/envelope.ts';
import type { Append, Store } from './store/port.ts';

/**
 * Append-only logs of a capability in one virtual cluster, for what is too large to be an object: it takes no memory, and
 * goes along with backups, moves and the removal of the tenant. Entries are sealed, each bound to its log and its place.
 */
export class CapabilityLogs {
  readonly #store: Store;
  readonly #cipher: ByteCipher | undefined;
  readonly #prefix: string;

  /** @param prefix what names of logs begin with in the store, such as `acme/infra` */
  constructor(store: Store, cipher: ByteCipher | undefined, prefix: string) {
    this.#store = store;
    this.#cipher = cipher;
    this.#prefix = prefix;
  }

  /**
   * An entry at the end of a log, to be committed with the write of an object.
   * @param value what the entry of that place has: at most about 1 MiB, so that no commit of others waits long behind it
   */
  entry(log: string, value: (sequence: number) => Uint8Array): Append {
    const name = this.#name(log);
    const cipher = this.#sealing();
    return {
      log: name,
      entry: (sequence) => ({
        value: cipher.sealBytes(name, sequence, value(sequence)).toString('base64'),
        opening: undefined,
      }),
    };
  }

  /**
   * Adds entries by themselves, one behind the other.
   * @returns place of the first one
   * @throws StoreError when they cannot be written
   */
  async append(log: string, values: readonly Uint8Array[]): Promise<number> {
    let first = 0;
    const appends = values.map((value, i) =>
      this.entry(log, (sequence) => {
        if (i === 0) first = sequence;
        return value;
      }),
    );
    await this.#store.commit([], appends);
    return first;
  }

  /**
   * Reads entries in their order.
   * @param from place of the first one
   * @param count at most so many
   * @throws StoreError `damaged` and KeyError when an entry is not as it was written
   */
  async read(log: string, from: number, count: number): Promise<Buffer[]> {
    const name = this.#name(log);
    const cipher = this.#sealing();
    const values: Buffer[] = [];
    while (values.length < count) {
      const left = count - values.length;
      const entries = await this.#store.logs.read(name, from + values.length, left);
      if (entries.length === 0) break;
      for (const { sequence, value } of entries) {
        values.push(cipher.openBytes(name, sequence, Buffer.from(value, 'base64')));
      }
    }
    return values;
  }

  /** Removes a log for good; one that is not there is removed already. Nothing may be entered in it meanwhile. */
  async remove(log: string): Promise<void> {
    await this.#store.logs.remove(this.#name(log));
  }

  #name(log: string): string {
    return `${this.#prefix}/${log}`;
  }

  #sealing(): ByteCipher {
    if (!this.#cipher) throw new TypeError(`there is no key to seal the logs below ${this.#prefix} with`);
    return this.#cipher;
  }
}
