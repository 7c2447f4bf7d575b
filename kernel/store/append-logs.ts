import { type Append, type LogEntry, StoreError } from './port.ts';

/** Entries that are made durable together. The arrays run in parallel, one place per entry. */
export interface AppendGroup {
  readonly logs: string[];
  readonly sequences: number[];
  readonly values: string[];
  readonly openings: (string | null)[];
}

/** An entry that has its place, and is not durable yet. */
export interface StagedEntry extends LogEntry {
  readonly log: string;
}

/** One log: entries below `end` are durable and visible, those up to `next` have their place. */
interface LogState {
  end: number;
  next: number;
  readonly followers: Set<(entries: readonly LogEntry[]) => void>;
}

/** Where the append-only logs of a store stand. Their entries are on the disk; here are only their ends. */
export class AppendLogs {
  readonly #logs = new Map<string, LogState>();

  /** @param ends the number of entries that each log has on the disk */
  constructor(ends: ReadonlyMap<string, number>) {
    for (const [log, end] of ends) this.#logs.set(log, { end, next: end, followers: new Set() });
  }

  /**
   * Forgets a log that is being removed.
   * @returns the number of entries that it had
   * @throws StoreError `conflict` when an entry of it is on its way
   */
  forget(log: string): number {
    const state = this.#logs.get(log);
    if (state === undefined) return 0;
    if (state.next !== state.end) {
      throw new StoreError('conflict', `the log ${log} cannot be removed while an entry of it is on its way`);
    }
    this.#logs.delete(log);
    return state.end;
  }

  /** Names of the logs that have durable entries, in order. */
  names(): string[] {
    const names: string[] = [];
    for (const [name, { end }] of this.#logs) if (end > 0) names.push(name);
    return names.sort();
  }

  end(log: string): number {
    return this.#logs.get(log)?.end ?? 0;
  }

  follow(log: string, appended: (entries: readonly LogEntry[]) => void): () => void {
    const { followers } = this.#log(log);
    followers.add(appended);
    return () => followers.delete(appended);
  }

  /** Gives entries their places, in order. A callback that throws leaves no trace. */
  stage(appends: readonly Append[], revisions: readonly number[]): StagedEntry[] {
    const staged: StagedEntry[] = [];
    try {
      for (const append of appends) {
        const log = this.#log(append.log);
        const { value, opening } = append.entry(log.next, revisions);
        staged.push({ log: append.log, sequence: log.next++, value, opening });
      }
    } catch (error) {
      this.unstage(staged);
      throw error;
    }
    return staged;
  }

  /** Takes the places of the entries staged last back. */
  unstage(staged: readonly StagedEntry[]): void {
    for (const { log } of staged) this.#log(log).next--;
  }

  isFollowed(log: string): boolean {
    return (this.#logs.get(log)?.followers.size ?? 0) > 0;
  }

  /** Names and ends of the logs that have followers. */
  followed(): { readonly names: string[]; readonly ends: number[] } {
    const names: string[] = [];
    const ends: number[] = [];
    for (const [name, { end, followers }] of this.#logs) {
      if (followers.size === 0) continue;
      names.push(name);
      ends.push(end);
    }
    return { names, ends };
  }

  /**
   * Somebody else has appended entries, which are durable.
   * @param end where the log ends
   * @param isNewest whether that is at least as new as all that is known here; then it also holds when it is less, because
   * the log was removed and begun anew
   */
  advance(log: string, end: number, isNewest: boolean): void {
    const state = this.#log(log);
    if (end <= state.end && !isNewest) return;
    const isStaged = state.next > state.end;
    state.end = end;
    state.next = isStaged ? Math.max(state.next, end) : end;
  }

  /** Somebody else has removed logs: only these are there. */
  retain(logs: ReadonlySet<string>): void {
    for (const [name, state] of this.#logs) {
      if (logs.has(name) || state.next > state.end) continue;
      state.end = 0;
      state.next = 0;
      if (state.followers.size === 0) this.#logs.delete(name);
    }
  }

  /** Entries are durable: from now on they are there for readers. */
  settle(entries: readonly StagedEntry[]): void {
    for (const { log, sequence } of entries) this.#log(log).end = sequence + 1;
  }

  /** Tells followers of entries that have settled; each hears of a group once. */
  tell(entries: readonly StagedEntry[]): void {
    const byLog = new Map<string, LogEntry[]>();
    for (const entry of entries) {
      const known = byLog.get(entry.log);
      if (known) known.push(entry);
      else byLog.set(entry.log, [entry]);
    }
    for (const [log, own] of byLog) {
      for (const follower of this.#log(log).followers) {
        try {
          follower(own);
        } catch (error) {
          // A follower's bug must not stop the others, nor go unseen.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
  }

  /** All that is staged was refused: its places are free again, so that a log has no gaps. */
  reset(): void {
    for (const state of this.#logs.values()) state.next = state.end;
  }

  #log(name: string): LogState {
    const known = this.#logs.get(name);
    if (known) return known;
    const state: LogState = { end: 0, next: 0, followers: new Set() };
    this.#logs.set(name, state);
    return state;
  }
}

/** Packs staged entries for the engine. */
export function packEntries(entries: readonly StagedEntry[]): AppendGroup {
  return {
    logs: entries.map((entry) => entry.log),
    sequences: entries.map((entry) => entry.sequence),
    values: entries.map((entry) => entry.value),
    openings: entries.map((entry) => entry.opening ?? null),
  };
}
