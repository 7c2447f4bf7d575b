import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';

interface Timer {
  readonly dueAtMs: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that stands still until it is told to go on; timers fire in the order in which they are due. */
export class VirtualClock implements Clock {
  readonly #startedAtMs: number;
  readonly #timers = new Set<Timer>();
  #elapsedMs = 0;
  #shiftMs = 0;
  #order = 0;
  readonly #settled: () => Promise<void>;

  /**
   * @param startAtMs wall time at the start, in milliseconds since the Unix epoch
   * @param settled waits for what takes real time but no time of this clock, such as a store
   */
  constructor(startAtMs = Date.UTC(2026, 0, 1), settled: () => Promise<void> = breathe) {
    this.#startedAtMs = startAtMs;
    this.#settled = settled;
  }

  now(): number {
    return this.#startedAtMs + this.#elapsedMs + this.#shiftMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  /** Sets the wall clock ahead, or back when negative; timers and the monotonic clock do not notice. */
  shiftWallClock(byMs: number): void {
    this.#shiftMs += byMs;
  }

  after(delayMs: number, fn: () => void): () => void {
    const timer: Timer = { dueAtMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Milliseconds until the next timer; undefined when there is none. */
  untilNext(): number | undefined {
    const next = this.#next();
    return next && next.dueAtMs - this.#elapsedMs;
  }

  /** Moves on to the next timer and fires it. Returns whether there was one within `withinMs` milliseconds. */
  step(withinMs = Number.POSITIVE_INFINITY): boolean {
    const next = this.#next();
    if (!next || next.dueAtMs - this.#elapsedMs > withinMs) return false;
    this.#timers.delete(next);
    this.#elapsedMs = next.dueAtMs;
    next.fn();
    return true;
  }

  /** Lets `durationMs` milliseconds pass; between two timers, whatever waits for promises gets its turn. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#elapsedMs + durationMs;
    await this.#settled();
    while (this.step(endMs - this.#elapsedMs)) await this.#settled();
    this.#elapsedMs = endMs;
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      const earlier = !next || timer.dueAtMs < next.dueAtMs;
      if (earlier || (next && timer.dueAtMs === next.dueAtMs && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** Gives promises that are settled by now, and input and output that is ready, their turn. */
export async function breathe(): Promise<void> {
  await setImmediate();
}
