import type { ByteCipher } from './crypto/envelope.ts';

/**
 * Keys of a capability's own in one virtual cluster, to sign or seal what leaves the process and comes back. They come from the
 * keyring that seals the store, so that they are on no disk, and are the same in every process of the control plane.
 */
export class CapabilityKeys {
  readonly #cipher: ByteCipher | undefined;
  readonly #owner: string;

  /** @param owner what they are bound to, such as `acme/infra` */
  constructor(cipher: ByteCipher | undefined, owner: string) {
    this.#cipher = cipher;
    this.#owner = owner;
  }

  /** The key of a purpose, 32 bytes; another one after the keyring was rotated. */
  key(purpose: string): Buffer {
    const [newest] = this.all(purpose);
    if (!newest) throw new TypeError(`the keyring has no key to make that of ${this.#owner} from`);
    return newest;
  }

  /** What `key` gives, and all that it gave before rotations, newest first: one of them made what comes back. */
  all(purpose: string): readonly Buffer[] {
    if (!this.#cipher) throw new TypeError(`there is no keyring to make a key of ${this.#owner} from`);
    return this.#cipher.deriveKeys(this.#owner, purpose);
  }
}
