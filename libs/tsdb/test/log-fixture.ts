import * as fs from 'node:fs';
import { readdirSync } from 'node:fs';
import { DurableEnd, LogFollower, type LogPosition, type LogShare, labelsOfKey } from '../src/index.ts';
import { valueAsText } from './database-fixture.ts';

/** A follower that keeps what it is told, as `metric time:value`; `?` is a series that nobody told of. */
export class FollowedLog {
  readonly told: string[] = [];
  readonly follower: LogFollower;
  readonly #names = new Map<number, string>();

  constructor(
    { directory, end, position }: LogShare,
    { from = position, until = new DurableEnd(end) }: { from?: LogPosition; until?: DurableEnd } = {},
  ) {
    const tell = (ref: number, timestampMs: number, text: string): void => {
      this.told.push(`${this.#names.get(ref) ?? '?'} ${timestampMs}:${text}`);
    };
    this.follower = new LogFollower(
      fs,
      directory,
      { end: until, position: from },
      {
        forgetSeries: () => this.#names.clear(),
        series: (ref, key) => this.#names.set(ref, labelsOfKey(key).metricName),
        sample: (ref, timestampMs, value, isStale) =>
          tell(ref, timestampMs, isStale ? 'stale' : valueAsText(value)),
        histogram: (ref, timestampMs, histogram) => tell(ref, timestampMs, `h${histogram.fields.count}`),
      },
    );
  }

  /** Reads so many records at most. @returns what was told since the last time */
  read(records = Number.POSITIVE_INFINITY): readonly string[] {
    for (let i = 0; i < records && this.follower.next() !== 'end'; i++);
    return this.told.splice(0);
  }
}

/** Names of the files of the log, sorted. */
export function logFiles(directory: string): string[] {
  return readdirSync(`${directory}/wal`).sort();
}
