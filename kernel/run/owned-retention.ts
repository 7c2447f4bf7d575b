import type { Objects } from '../api/objects.ts';
import type { Ownership } from '../cluster/ownership.ts';
import { Retention, type RetentionOptions } from './retention.ts';
import type { Run } from './run-kind.ts';

/** The deletion of old runs, while it is this process's: it counts all runs, so that one process at a time does it. */
export class OwnedRetention {
  readonly #ownership: Ownership;
  readonly #options: RetentionOptions;
  readonly #begun: () => void;
  #retention: Retention | undefined;
  #ending: Promise<void> = Promise.resolve();
  #leave: () => void = () => {};

  /** @param begun called when it has become this process's: all runs that have ended are to be told */
  constructor(ownership: Ownership, options: RetentionOptions, begun: () => void) {
    this.#ownership = ownership;
    this.#options = options;
    this.#begun = begun;
  }

  join(): void {
    this.#leave = this.#ownership.join(
      { name: 'runs.retention', role: 'workers' },
      {
        begin: () => {
          this.#retention = new Retention(this.#options);
          this.#begun();
        },
        yield: async () => {
          await this.#end();
          return true;
        },
        abandon: () => void this.#end(),
      },
    );
  }

  /** Takes in a run that has ended; the oldest first. */
  add(objects: Objects, key: string, run: Run): void {
    this.#retention?.add(objects, key, run);
  }

  /** A run is gone. */
  forget(objects: Objects, key: string): void {
    this.#retention?.forget(objects, key);
  }

  /** A tenant is gone. */
  forgetTenant(objects: Objects): void {
    this.#retention?.forgetTenant(objects);
  }

  /** Whether deletions are under way. */
  get busy(): boolean {
    return this.#retention?.busy === true;
  }

  async stop(): Promise<void> {
    await this.#end();
    this.#leave();
  }

  #end(): Promise<void> {
    const retention = this.#retention;
    this.#retention = undefined;
    if (retention) this.#ending = retention.stop();
    return this.#ending;
  }
}
