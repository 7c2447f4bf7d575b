import { recentBytesMax } from '../limits.ts';
import type { KeptVersion } from './state-versions.ts';

/** A version with its text. */
export interface RecentState {
  readonly version: KeptVersion;
  readonly content: Buffer;
}

/** The states that were read or written last, as they are, so that who reads one again does not wait for the disk. */
export class RecentStates {
  readonly #byKey = new Map<string, RecentState>();
  #bytes = 0;

  get(key: string): RecentState | undefined {
    const found = this.#byKey.get(key);
    if (found === undefined) return undefined;
    this.#byKey.delete(key);
    this.#byKey.set(key, found);
    return found;
  }

  set(key: string, state: RecentState): void {
    this.#delete(key);
    this.#byKey.set(key, state);
    this.#bytes += state.content.length;
    for (const oldest of this.#byKey.keys()) {
      if (this.#bytes <= recentBytesMax) break;
      this.#delete(oldest);
    }
  }

  #delete(key: string): void {
    this.#bytes -= this.#byKey.get(key)?.content.length ?? 0;
    this.#byKey.delete(key);
  }
}
