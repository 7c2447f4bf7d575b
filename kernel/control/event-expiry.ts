import type { KubeObject } from '../model/object.ts';
import { StatusError } from '../model/status-error.ts';
import type { ControlEnvironment, Controller, RunningController } from './controller.ts';
import { events } from './events.ts';

/** How long an event is kept after it last happened; the default of Kubernetes' `--event-ttl`. */
const eventTtlMs = 3_600_000;
/** How often expired events are looked for. */
const sweepEveryMs = 60_000;
/** Deletes in one sweep, so that a flood of events does not become a flood of deletes. */
const deletesPerSweep = 5_000;

/** Deletes events that last happened more than `ttlMs` milliseconds ago. */
export function eventExpiry(options: { readonly ttlMs?: number } = {}): Controller {
  const ttlMs = options.ttlMs ?? eventTtlMs;
  return { name: 'event-expiry', start: (environment) => new Sweeper(environment, ttlMs) };
}

class Sweeper implements RunningController {
  readonly #environment: ControlEnvironment;
  readonly #ttlMs: number;
  #cancel: (() => void) | undefined;
  #sweep: Promise<void> | undefined;
  #stopped = false;
  #expired = 0;

  constructor(environment: ControlEnvironment, ttlMs: number) {
    this.#environment = environment;
    this.#ttlMs = ttlMs;
    this.#plan();
  }

  busy(): boolean {
    return this.#sweep !== undefined;
  }

  async stop(): Promise<boolean> {
    this.#stopped = true;
    this.#cancel?.();
    await this.#sweep;
    return true;
  }

  collect() {
    return [
      {
        name: 'plinth_events_expired_total',
        help: 'Events that were deleted because they were too old.',
        type: 'counter' as const,
        samples: [{ labels: {}, value: this.#expired }],
      },
    ];
  }

  #plan(): void {
    this.#cancel = this.#environment.clock.after(sweepEveryMs, () => {
      this.#sweep = this.#deleteExpired().finally(() => {
        this.#sweep = undefined;
        if (!this.#stopped) this.#plan();
      });
    });
  }

  async #deleteExpired(): Promise<void> {
    const { client, clock, onError } = this.#environment;
    const beforeMs = clock.now() - this.#ttlMs;
    const expired = client.list(events).filter((event) => happenedAtMs(event) < beforeMs);
    for (const { metadata } of expired.slice(0, deletesPerSweep)) {
      if (this.#stopped) return;
      const { name, namespace = '', uid, resourceVersion } = metadata;
      try {
        // The resourceVersion keeps an event that happens again at this moment.
        await client.delete(events, { name, namespace }, { uid, resourceVersion });
        this.#expired++;
      } catch (error) {
        if (error instanceof StatusError && (error.code === 404 || error.code === 409)) continue;
        onError?.('event-expiry', `${namespace}/${name}`, error);
        return;
      }
    }
  }
}

function happenedAtMs(event: KubeObject): number {
  const series = event['series'];
  const observed =
    typeof series === 'object' && series !== null && 'lastObservedTime' in series
      ? series.lastObservedTime
      : undefined;
  const candidates = [observed, event['lastTimestamp'], event['eventTime'], event.metadata.creationTimestamp];
  const newest = candidates
    .map((at) => (typeof at === 'string' ? Date.parse(at) : Number.NaN))
    .find(Number.isFinite);
  return newest ?? Number.POSITIVE_INFINITY;
}
