import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@plinth/kernel';
import { codeOf } from '../cli/failure.ts';

/** Corrections by time synchronisation are far below; a machine without a battery for its clock is far above. */
const toleranceMs = 5 * 60 * 1000;
const intervalMs = 60 * 1000;

/** What the record says about the clock. */
export type ClockVerdict =
  | { readonly state: 'unknown' }
  | { readonly state: 'good'; readonly lastMs: number }
  | { readonly state: 'set-back'; readonly nowMs: number; readonly lastMs: number }
  | { readonly state: 'unreadable'; readonly found: string };

/** The file in the data directory that holds the last instant at which Plinth ran there. */
export function clockFile(dataDirectory: string): string {
  return join(dataDirectory, 'clock');
}

/**
 * Compares the clock with the last instant at which Plinth ran.
 *
 * @param nowMs milliseconds since the Unix epoch
 * @returns `set-back` when the clock is more than 5 minutes before it; `unknown` on a first start
 */
export function judgeClock(dataDirectory: string, nowMs: number): ClockVerdict {
  let text: string;
  try {
    text = readFileSync(clockFile(dataDirectory), 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { state: 'unknown' };
    throw error;
  }
  const lastMs = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(lastMs)) return { state: 'unreadable', found: text.slice(0, 40) };
  return nowMs < lastMs - toleranceMs ? { state: 'set-back', nowMs, lastMs } : { state: 'good', lastMs };
}

/** What a clock that was set back means, in words, and what to do. */
export function describeSetBack({ nowMs, lastMs }: { nowMs: number; lastMs: number }): {
  message: string;
  hint: string;
} {
  return {
    message:
      `the clock says ${new Date(nowMs).toISOString()}, but Plinth already ran here at ` +
      `${new Date(lastMs).toISOString()}: it was set back`,
    hint:
      'set the clock right and start again. Until then certificates and tokens issued since are not valid yet, ' +
      'leases and schedules wait, and ages are wrong; what is stored is not affected',
  };
}

/** Keeps the record, and looks once a minute whether the clock went back. */
export class ClockRecord {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #setBack: (verdict: { nowMs: number; lastMs: number }) => void;
  #lastMs: number;
  #cancel: () => void = () => {};

  constructor(
    directory: string,
    clock: Clock,
    setBack: (verdict: { nowMs: number; lastMs: number }) => void,
  ) {
    this.#directory = directory;
    this.#clock = clock;
    this.#setBack = setBack;
    this.#lastMs = clock.now();
    this.#write();
    this.#wait();
  }

  /** Writes the record a last time. */
  stop(): void {
    this.#cancel();
    this.#lastMs = this.#clock.now();
    this.#write();
  }

  #wait(): void {
    this.#cancel = this.#clock.after(intervalMs, () => {
      const nowMs = this.#clock.now();
      if (nowMs < this.#lastMs - toleranceMs) this.#setBack({ nowMs, lastMs: this.#lastMs });
      this.#lastMs = nowMs;
      this.#write();
      this.#wait();
    });
  }

  #write(): void {
    const path = clockFile(this.#directory);
    try {
      writeFileSync(`${path}.new`, `${new Date(this.#lastMs).toISOString()}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch {
      // A full disk: the store reports it, and the next minute tries again.
    }
  }
}
