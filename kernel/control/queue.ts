/**
 * A queue of keys for level-triggered work. A key is in one of these states:
 *
 *   absent  --add-->        waiting     (to be worked on)
 *   absent  --addAfter-->   delayed     --due--> waiting
 *   waiting --take-->       working
 *   working --add-->        working and dirty: worked on once more after done
 *   working --done-->       absent, or waiting when dirty
 *   working --retry,done--> delayed with back-off, or parked after `attemptsMax` failures
 *   parked  --revive-->     waiting     (also by itself after `parkedRetryMs`; `add` leaves it parked)
 *
 * However often a key is added while it waits, it is worked on once; it is never worked on twice at the same time.
 */
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import { DelayHeap } from './delay-heap.ts';
import { DurationHistogram, type MetricFamily } from './metrics.ts';
import { TokenBucket } from './token-bucket.ts';

export interface WorkQueueOptions {
  /** The `name` label of the metrics. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Called when there is something to take. */
  readonly wake: () => void;
  /** Delay after the first failure in milliseconds; it doubles with each further one. */
  readonly backoffMinMs?: number;
  readonly backoffMaxMs?: number;
  /** Failures in a row after which a key is parked. */
  readonly attemptsMax?: number;
  /** After how many milliseconds a parked key is tried again without being asked for. */
  readonly parkedRetryMs?: number;
  /** Retries per second over all keys, beyond a burst of ten times as many. */
  readonly retriesPerSecond?: number;
}

/** Defaults: 5 ms to 5 min as in client-go; 15 failures take about 80 s; a parked key is tried every 10 min. */
const defaults = {
  backoffMinMs: 5,
  backoffMaxMs: 300_000,
  attemptsMax: 15,
  parkedRetryMs: 600_000,
  retriesPerSecond: 10,
};

/** What became of a failed key. */
export type RetryOutcome = { readonly parked: boolean; readonly attempts: number; readonly delayMs: number };

/** A work queue with back-off, rate limit and dead letters; the states are described at the top of its file. */
export class WorkQueue {
  readonly #options: Required<WorkQueueOptions>;
  readonly #waiting = new Map<string, number>();
  readonly #working = new Map<string, number>();
  readonly #dirty = new Set<string>();
  readonly #delayed = new DelayHeap();
  readonly #failures = new Map<string, number>();
  readonly #parked = new Set<string>();
  readonly #bucket: TokenBucket;
  readonly #queued = new DurationHistogram();
  readonly #worked = new DurationHistogram();
  #cancelTimer: (() => void) | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #adds = 0;
  #retries = 0;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = { ...defaults, ...options };
    const { clock, retriesPerSecond } = this.#options;
    this.#bucket = new TokenBucket(clock, retriesPerSecond, retriesPerSecond * 10);
  }

  /** Keys that wait to be taken. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Keys that are taken and not done. */
  get working(): number {
    return this.#working.size;
  }

  /** Keys that failed too often. */
  get parked(): ReadonlySet<string> {
    return this.#parked;
  }

  /** Failures of a key since it was last forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Asks for work on a key. A parked key stays parked: what is broken about it has not changed. */
  add(key: string): void {
    if (this.#closed || this.#parked.has(key) || this.#waiting.has(key)) return;
    if (this.#working.has(key)) {
      if (!this.#dirty.has(key)) this.#adds++;
      this.#dirty.add(key);
      return;
    }
    this.#delayed.remove(key);
    this.#enqueue(key);
  }

  /** Asks for work on a key in `delayMs` milliseconds, if nothing asks for it before. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed || this.#parked.has(key)) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    this.#delayed.put(key, this.#options.clock.monotonic() + delayMs);
    this.#arm();
  }

  /** Asks for work on a key even if it failed too often: its specification has changed. */
  revive(key: string): void {
    if (this.#parked.delete(key)) this.#delayed.remove(key);
    this.#failures.delete(key);
    this.add(key);
  }

  /** Takes the key that waits longest; undefined when none waits. Each taken key must be given to `done`. */
  take(): string | undefined {
    for (const [key, sinceMs] of this.#waiting) {
      this.#waiting.delete(key);
      const nowMs = this.#options.clock.monotonic();
      this.#queued.observeMs(nowMs - sinceMs);
      this.#working.set(key, nowMs);
      return key;
    }
    return undefined;
  }

  /** Records a failure of a key that is being worked on: it is delayed, or parked after too many. */
  retry(key: string): RetryOutcome {
    const attempts = this.failures(key) + 1;
    this.#failures.set(key, attempts);
    const { attemptsMax, parkedRetryMs, clock } = this.#options;
    if (attempts >= attemptsMax) {
      this.#parked.add(key);
      this.#delayed.put(key, clock.monotonic() + parkedRetryMs);
      this.#arm();
      return { parked: true, attempts, delayMs: parkedRetryMs };
    }
    this.#retries++;
    const delayMs = Math.max(this.#backoffMs(attempts), this.#bucket.reserve());
    this.addAfter(key, delayMs);
    return { parked: false, attempts, delayMs };
  }

  /** Forgets the failures of a key, after it was worked on well. */
  forget(key: string): void {
    this.#failures.delete(key);
    this.#parked.delete(key);
  }

  /** Ends the work on a key. */
  done(key: string): void {
    const sinceMs = this.#working.get(key);
    if (sinceMs === undefined) return;
    this.#working.delete(key);
    this.#worked.observeMs(this.#options.clock.monotonic() - sinceMs);
    if (!this.#dirty.delete(key) || this.#closed) return;
    // News that came while the work failed are often its own traces (a status, an event): the back-off stands.
    if (this.#parked.has(key) || this.#failures.has(key)) return;
    this.#delayed.remove(key);
    this.#enqueue(key, false);
  }

  /** Drops all that waits; nothing is taken in any more. Keys that are being worked on can still be done. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#waiting.clear();
    this.#dirty.clear();
    this.#delayed.clear();
    this.#parked.clear();
    this.#failures.clear();
  }

  /** The metrics of client-go's work queues (same names), and the number of parked keys. */
  collect(): MetricFamily[] {
    const labels = { name: this.#options.name };
    const nowMs = this.#options.clock.monotonic();
    const ages = [...this.#working.values()].map((sinceMs) => (nowMs - sinceMs) / 1000);
    const value = (number: number) => [{ labels, value: number }];
    return [
      gauge('workqueue_depth', 'Keys that wait to be worked on.', value(this.depth)),
      counter('workqueue_adds_total', 'Keys that were taken in.', value(this.#adds)),
      counter('workqueue_retries_total', 'Keys that were put back after a failure.', value(this.#retries)),
      {
        name: 'workqueue_queue_duration_seconds',
        help: 'Time that a key waits before it is worked on.',
        type: 'histogram',
        samples: this.#queued.samples(labels),
      },
      {
        name: 'workqueue_work_duration_seconds',
        help: 'Time that the work on a key takes.',
        type: 'histogram',
        samples: this.#worked.samples(labels),
      },
      gauge(
        'workqueue_unfinished_work_seconds',
        'Sum of the ages of the work that is not done.',
        value(ages.reduce((sum, age) => sum + age, 0)),
      ),
      gauge(
        'workqueue_longest_running_processor_seconds',
        'Age of the oldest work that is not done.',
        value(Math.max(0, ...ages)),
      ),
      gauge(
        'plinth_workqueue_parked',
        'Keys that failed too often and wait for a change.',
        value(this.#parked.size),
      ),
    ];
  }

  #enqueue(key: string, counted = true): void {
    if (counted) this.#adds++;
    this.#waiting.set(key, this.#options.clock.monotonic());
    this.#options.wake();
  }

  // Up to a quarter is taken off at random, so that keys which failed together do not come back together.
  #backoffMs(attempts: number): number {
    const { backoffMinMs, backoffMaxMs, random } = this.#options;
    const fullMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** (attempts - 1));
    return fullMs * (1 - random.below(251) / 1000);
  }

  #arm(): void {
    const nextAtMs = this.#delayed.nextAtMs;
    if (nextAtMs === undefined || nextAtMs >= this.#timerAtMs || this.#closed) return;
    this.#cancelTimer?.();
    this.#timerAtMs = nextAtMs;
    const delayMs = Math.max(0, nextAtMs - this.#options.clock.monotonic());
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.#release());
  }

  #release(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.#cancelTimer = undefined;
    for (const key of this.#delayed.takeDue(this.#options.clock.monotonic())) {
      // A parked key keeps its failures: if it fails again it is parked again at once.
      this.#parked.delete(key);
      this.add(key);
    }
    this.#arm();
  }
}

function gauge(name: string, help: string, samples: MetricFamily['samples']): MetricFamily {
  return { name, help, type: 'gauge', samples };
}

function counter(name: string, help: string, samples: MetricFamily['samples']): MetricFamily {
  return { name, help, type: 'counter', samples };
}
