import {
  appendLeaves,
  type Checkpoint,
  edgeRoot,
  emptyEdge,
  leafHash,
  type RightEdge,
  sameHash,
} from '@plinth/tlog';
import type { LogEntry } from '../store/port.ts';
import { damaged, mismatch } from './backup-error.ts';
import type { BackupLog } from './manifest.ts';

/** The Merkle tree over a log that goes by, and what was signed about it. */
export class LogTree {
  readonly #name: string;
  readonly #checkpoint: Checkpoint | undefined;
  #edge: RightEdge = emptyEdge;
  #openings = 0;
  #isSigned = false;

  /** @param checkpoint what was signed about the log; absent where nothing was */
  constructor(name: string, checkpoint?: Checkpoint) {
    this.#name = name;
    this.#checkpoint = checkpoint;
    this.#compare();
  }

  get size(): number {
    return this.#edge.size;
  }

  /**
   * Takes the next entries.
   * @throws BackupError when one is missing, or the entries are not those that were signed
   */
  add(entries: readonly LogEntry[]): void {
    for (const [i, { sequence }] of entries.entries()) {
      if (sequence === this.size + i) continue;
      throw damaged(`entry ${sequence} of the log ${this.#name} stands where entry ${this.size + i} belongs`);
    }
    const signed = this.#checkpoint === undefined ? entries.length : this.#checkpoint.size - this.size;
    const ahead = signed > 0 && signed < entries.length ? signed : entries.length;
    this.#grow(entries.slice(0, ahead));
    this.#grow(entries.slice(ahead));
  }

  /**
   * What the log came to.
   * @throws BackupError `backup.mismatch` when it ends before what was signed
   */
  end(): BackupLog {
    if (this.#checkpoint !== undefined && !this.#isSigned) {
      throw mismatch(
        `the log ${this.#name} has ${this.size} entries, but a checkpoint over ${this.#checkpoint.size} was signed`,
      );
    }
    const root = Buffer.from(edgeRoot(this.#edge)).toString('base64');
    return { name: this.#name, entries: this.size, openings: this.#openings, root };
  }

  #grow(entries: readonly LogEntry[]): void {
    if (entries.length === 0) return;
    this.#edge = appendLeaves(
      this.#edge,
      entries.map(({ value }) => leafHash(Buffer.from(value))),
    ).edge;
    for (const { opening } of entries) if (opening !== undefined) this.#openings++;
    this.#compare();
  }

  #compare(): void {
    if (this.#checkpoint?.size !== this.size) return;
    if (!sameHash(edgeRoot(this.#edge), this.#checkpoint.root)) {
      throw mismatch(
        `the first ${this.size} entries of the log ${this.#name} are not those that were signed`,
      );
    }
    this.#isSigned = true;
  }
}
