import { currentFence, FencedError, withFence } from '../cluster/fence.ts';
import type { Clock } from '../ports/clock.ts';
import type { MetricFamily } from './metrics.ts';
import type { RetryOutcome, WorkQueue } from './queue.ts';

/** How long one turn may start work before the event loop gets its turn: well below the API's latency target. */
const turnMs = 4;

export interface WorkRunnerOptions {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  readonly concurrency: number;
  /** Works on a key; when it throws, the key is tried again later. */
  readonly work: (key: string) => Promise<void>;
  /** Called with each failure, while the key still counts as being worked on; must not throw. */
  readonly onFailure: (key: string, error: unknown, outcome: RetryOutcome) => Promise<void>;
}

/** Takes keys from a queue and works on them, a bounded number at a time, under the fence that it was made under. */
export class WorkRunner {
  readonly #options: WorkRunnerOptions;
  readonly #fence = currentFence();
  readonly #idle: (() => void)[] = [];
  readonly #results = { success: 0, error: 0 };
  #running = 0;
  #turnPlanned = false;
  #stopped = false;

  constructor(options: WorkRunnerOptions) {
    this.#options = options;
  }

  /** Tells that the queue has something to take. */
  wake(): void {
    if (this.#turnPlanned || this.#stopped) return;
    this.#turnPlanned = true;
    // Not at once: the one who adds a key is often in the middle of delivering a commit.
    this.#options.clock.after(0, () => this.#turn());
  }

  /** Takes nothing more; resolves with whether all that runs ended within `timeoutMs` milliseconds. */
  async stop(timeoutMs: number): Promise<boolean> {
    this.#stopped = true;
    if (this.#running === 0) return true;
    return await new Promise<boolean>((resolve) => {
      const cancel = this.#options.clock.after(timeoutMs, () => resolve(false));
      this.#idle.push(() => {
        cancel();
        resolve(true);
      });
    });
  }

  collect(): MetricFamily[] {
    const { name, concurrency } = this.#options;
    const controller = { controller: name };
    return [
      {
        name: 'controller_runtime_reconcile_total',
        help: 'Reconciles by result.',
        type: 'counter',
        samples: [
          { labels: { ...controller, result: 'success' }, value: this.#results.success },
          { labels: { ...controller, result: 'error' }, value: this.#results.error },
        ],
      },
      {
        name: 'controller_runtime_active_workers',
        help: 'Reconciles that run now.',
        type: 'gauge',
        samples: [{ labels: controller, value: this.#running }],
      },
      {
        name: 'controller_runtime_max_concurrent_reconciles',
        help: 'Reconciles that may run at the same time.',
        type: 'gauge',
        samples: [{ labels: controller, value: concurrency }],
      },
    ];
  }

  #turn(): void {
    this.#turnPlanned = false;
    const { queue, clock, concurrency } = this.#options;
    const startedMs = clock.monotonic();
    while (!this.#stopped && this.#running < concurrency) {
      if (clock.monotonic() - startedMs > turnMs) {
        this.wake();
        return;
      }
      const key = queue.take();
      if (key === undefined) return;
      this.#running++;
      // Whoever woke the queue works under a fence of its own.
      void withFence(this.#fence, () => this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    const { queue } = this.#options;
    try {
      await this.#options.work(key);
      this.#results.success++;
      queue.forget(key);
    } catch (error) {
      this.#results.error++;
      await this.#fail(key, error);
    }
    queue.done(key);
    this.#running--;
    if (this.#stopped && this.#running === 0) for (const idle of this.#idle.splice(0)) idle();
    if (queue.depth > 0) this.wake();
  }

  async #fail(key: string, error: unknown): Promise<void> {
    // Who does not own its work any more is about to be stopped, and another begins with all keys.
    if (this.#stopped || error instanceof FencedError) return;
    const { queue, onFailure } = this.#options;
    await onFailure(key, error, queue.retry(key));
  }
}
