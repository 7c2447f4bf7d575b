/**
 * One step that brings the tables of a store from the version before to `version`. Steps are run in order, each in one
 * transaction together with the note of its version, so that a crash leaves the old version or the new one.
 *
 * `Done` is `void` for engines that answer at once, and a promise for those behind a network.
 */
export interface Migration<Connection, Done extends void | Promise<void> = void | Promise<void>> {
  /** Schema version that the tables have afterwards; the first one is 1, each next one is one more. */
  readonly version: number;
  /** In kebab-case, such as `append-only-logs`. */
  readonly name: string;
  /** One sentence about what it does, for whoever is about to run it. */
  readonly describe: string;
  /** Changes the tables; runs inside the transaction of the caller. */
  readonly up: (connection: Connection) => Done;
}
