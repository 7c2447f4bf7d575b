import type { EventLog } from './event-log.ts';
import { StoreError, type StoreEvent, type Watcher } from './port.ts';

/** Where a watcher stands: the newest visible revision, and how to leave. */
export interface WatchedImage {
  readonly revision: number;
  readonly compactedRevision: number;
  leave(watcher: LogWatcher): void;
}

/** A cursor into the event log of one bucket, optionally of one namespace in it. */
export class LogWatcher implements Watcher {
  readonly prefix: string;
  readonly bucket: string;
  readonly namespaced: boolean;
  readonly wake: () => void;
  readonly #image: WatchedImage;
  readonly #log: EventLog;
  /** Sequence number of the next event to look at. */
  #next: number;
  /** Revision of the last event looked at. */
  #seen: number;
  /** No unread event that matches is before this sequence number; infinite when there is none at all. */
  #unreadFrom: number;
  #lost = false;
  #closed = false;

  constructor(
    image: WatchedImage,
    log: EventLog,
    place: { prefix: string; bucket: string; namespaced: boolean; fromRevision: number },
    wake: () => void,
  ) {
    this.#image = image;
    this.#log = log;
    this.prefix = place.prefix;
    this.bucket = place.bucket;
    this.namespaced = place.namespaced;
    this.wake = wake;
    this.#next = log.after(place.fromRevision);
    this.#seen = place.fromRevision;
    this.#unreadFrom = this.#next < log.end ? this.#next : Number.POSITIVE_INFINITY;
  }

  get revision(): number {
    return this.#unreadFrom === Number.POSITIVE_INFINITY && !this.#closed ? this.#image.revision : this.#seen;
  }

  read(max: number): readonly StoreEvent[] {
    if (this.#closed) return [];
    if (this.#lost) {
      throw new StoreError(
        'compacted',
        `the watch of ${this.prefix} stands at revision ${this.#seen}, but the history begins at ${this.#image.compactedRevision}`,
        { hint: 'list again and watch from the revision of the list' },
      );
    }
    // Events before the first unread one were read or do not match.
    this.#next = Math.max(this.#next, Math.min(this.#unreadFrom, this.#log.end));
    const events = this.namespaced ? this.#readMatching(max) : this.#readAll(max);
    this.#unreadFrom = this.#next < this.#log.end ? this.#next : Number.POSITIVE_INFINITY;
    return events;
  }

  /**
   * A commit has brought an event that matches.
   * @param sequence its number in the log.
   * @param before the newest revision before the commit's group, up to which a watcher without unread events has read.
   */
  offered(sequence: number, before: number): void {
    if (sequence >= this.#unreadFrom) return;
    this.#seen = Math.max(this.#seen, before);
    this.#unreadFrom = sequence;
  }

  /** The log has forgotten events: what was read or did not match is not missed. */
  forgotten(): void {
    const first = this.#log.first;
    if (this.#next >= first) return;
    if (this.#unreadFrom < first) {
      this.#lost = true;
      return;
    }
    this.#next = first;
  }

  /** What comes after the place of this watcher cannot be told any more. */
  lose(): void {
    if (this.#lost || this.#closed) return;
    this.#seen = this.revision;
    this.#unreadFrom = 0;
    this.#lost = true;
  }

  close(): void {
    if (this.#closed) return;
    this.#seen = this.revision;
    this.#closed = true;
    this.#image.leave(this);
  }

  #readAll(max: number): StoreEvent[] {
    const events = this.#log.slice(this.#next, Math.min(this.#log.end, this.#next + max));
    this.#next += events.length;
    this.#seen = Math.max(this.#seen, events.at(-1)?.object.revision ?? 0);
    return events;
  }

  #readMatching(max: number): StoreEvent[] {
    const events: StoreEvent[] = [];
    while (events.length < max) {
      const event = this.#log.at(this.#next);
      if (event === undefined) break;
      this.#next++;
      this.#seen = Math.max(this.#seen, event.object.revision);
      if (event.object.key.startsWith(this.prefix)) events.push(event);
    }
    return events;
  }
}

/** Wakes each watcher once. A reader's bug must not stop the others, nor go unseen. */
export function wakeAll(watchers: ReadonlySet<LogWatcher>): void {
  for (const watcher of watchers) {
    try {
      watcher.wake();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
