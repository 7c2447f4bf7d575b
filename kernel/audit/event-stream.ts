import type { LogEntry, Logs } from '../store/port.ts';
import { eventsPerRead } from './limits.ts';

/** Where events go: an answer of HTTP. */
export interface EventSink {
  /** @returns false when no more should come before it has drained */
  write(text: string): boolean;
  drained(): Promise<void>;
  readonly closed: boolean;
  onClosed(closed: () => void): void;
}

/** What to read of a log. */
export interface EventRange {
  readonly log: string;
  /** Sequence of the first event. */
  readonly from: number;
  /** At most so many events. */
  readonly limit: number;
  /** Whether to wait for events that are still to come. */
  readonly follow: boolean;
}

/**
 * Writes the entries of a log, in order, from any place on: a reader that was interrupted goes on behind the last event
 * that it knows, and so gets each at least once. The stream keeps no buffer; who is slow reads later from the log.
 */
export async function streamEvents(
  logs: Logs,
  { log, from, limit, follow }: EventRange,
  sink: EventSink,
  format: (entry: LogEntry) => string,
): Promise<void> {
  let next = from;
  let left = limit;
  let wake = (): void => {};
  const unfollow = logs.follow(log, () => wake());
  sink.onClosed(() => wake());
  try {
    while (left > 0 && !sink.closed) {
      if (next >= logs.end(log)) {
        if (!follow) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const entries = await logs.read(log, next, Math.min(eventsPerRead, left));
      if (entries.length === 0) return;
      next += entries.length;
      left -= entries.length;
      if (!sink.write(entries.map(format).join(''))) await sink.drained();
    }
  } finally {
    unfollow();
  }
}
