import type { Clock } from '@plinth/kernel';
import type { FloatHistogram } from '@plinth/prometheus-model';
import { backoffMs } from './backoff.ts';
import type { LogPart } from './delivery-ledger.ts';
import type { ForwardCounters } from './forward-counters.ts';
import type { ForwardSettings } from './forward-settings.ts';
import type { SeriesOutput } from './series-outputs.ts';
import { Signal } from './signal.ts';
import type { BatchSize, ForwardFault, SendOutcome } from './write-sender.ts';

/** A sample on its way. */
export interface QueuedSample {
  readonly output: SeriesOutput;
  readonly timestampMs: number;
  readonly value: number;
  readonly isStale: boolean;
  readonly histogram: FloatHistogram | undefined;
  readonly part: LogPart;
  /** What it costs in memory, in samples. */
  readonly weight: number;
}

/** What shards stand on. */
export interface ShardGround {
  readonly settings: ForwardSettings;
  readonly counters: ForwardCounters;
  readonly clock: Clock;
  /** A random number from 0 to below 1. */
  readonly fraction: () => number;
  /** The request for samples, compressed. */
  readonly bodyOf: (batch: readonly QueuedSample[]) => Uint8Array;
  readonly send: (body: Uint8Array, size: BatchSize, signal: AbortSignal) => Promise<SendOutcome>;
  /** What may wait in memory now, in samples, whatever the settings say. */
  readonly weightMax: () => number;
  /** Told when samples have arrived or were given up: there is room for others. */
  readonly settled: () => void;
  /** Told of what is wrong, of each shard; undefined once a request was taken. */
  readonly noteFault: (shard: Shard, fault: ForwardFault | undefined) => void;
  /** Told when a shard cannot go on, which is our fault. */
  readonly broken: (error: unknown) => void;
}

/** How often it is tried again while somebody has to change something first. */
const holdMs = 60_000;
/** How long a request under way may go on when the shard is stopped. */
const graceMs = 3_000;

/**
 * Sends the samples of some series, in their order: one request at a time.
 *
 *   waiting -> sending   a batch is full, its deadline has come, or it is told to flush
 *   sending -> waiting   the request was taken, refused, or given up since more waited than may
 *   sending -> pausing -> sending   it failed and is tried again
 *   any -> stopped   what was not answered stays on the log's account, and is sent again after the next start
 */
export class Shard {
  /** Milliseconds that requests were under way. */
  busyMs = 0;
  /** Requests that failed and were tried again. */
  failures = 0;
  readonly #ground: ShardGround;
  readonly #abort = new AbortController();
  readonly #wake: Signal;
  #queue: QueuedSample[] = [];
  #firstAtMs = 0;
  #isFlushing = false;
  #isStopped = false;
  /** Set while a batch is tried again and again: whether to give it up. */
  #isGivenUp = false;
  /** Samples of the batch that is under way. */
  #sending = 0;
  #weight = 0;
  readonly #running: Promise<void>;

  constructor(ground: ShardGround) {
    this.#ground = ground;
    this.#wake = new Signal(ground.clock);
    this.#running = this.#run().catch((error: unknown) => ground.broken(error));
  }

  /** Samples that have not arrived. */
  get pending(): number {
    return this.#queue.length + this.#sending;
  }

  /** What they cost in memory, in samples. */
  get weight(): number {
    return this.#weight;
  }

  push(sample: QueuedSample): void {
    if (this.#queue.length === 0) this.#firstAtMs = this.#ground.clock.monotonic();
    sample.part.pending++;
    this.#weight += sample.weight;
    this.#queue.push(sample);
    const { samplesPerSendMax } = this.#ground.settings.queue;
    // Before that the deadline wakes it.
    if (this.#queue.length === 1 || this.#queue.length === samplesPerSendMax) this.#wake.raise();
  }

  /** Sends what there is without waiting for more, until it has nothing. */
  flush(): void {
    this.#isFlushing = true;
    this.#wake.raise();
  }

  /** Gives up what waits, and what is under way once its request fails. */
  discard(): void {
    const given = this.#queue;
    this.#queue = [];
    this.#settle(given);
    this.#ground.counters.add('overflowed', given.length);
    if (this.#sending > 0) this.#isGivenUp = true;
    this.#wake.raise();
  }

  /** Ends it; a request under way has a little time to be answered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake.raise();
    const cancel = this.#ground.clock.after(graceMs, () => this.#abort.abort(new Error('stopped')));
    await this.#running;
    cancel();
  }

  async #run(): Promise<void> {
    const { samplesPerSendMax, deadlineMs } = this.#ground.settings.queue;
    const { clock } = this.#ground;
    while (!this.#isStopped) {
      const count = this.#queue.length;
      if (count === 0) {
        this.#isFlushing = false;
        await this.#wake.wait(deadlineMs);
        continue;
      }
      const leftMs = this.#firstAtMs + deadlineMs - clock.monotonic();
      if (count < samplesPerSendMax && leftMs > 0 && !this.#isFlushing) {
        await this.#wake.wait(leftMs);
        continue;
      }
      const batch = this.#queue.slice(0, samplesPerSendMax);
      this.#queue = this.#queue.slice(samplesPerSendMax);
      this.#firstAtMs = clock.monotonic();
      await this.#deliver(batch);
    }
  }

  async #deliver(all: readonly QueuedSample[]): Promise<void> {
    const { counters, noteFault } = this.#ground;
    let batch = all;
    let body: Uint8Array | undefined;
    this.#sending = all.length;
    this.#isGivenUp = false;
    for (let attempt = 1; ; attempt++) {
      const young = this.#withoutOld(batch);
      if (young.length !== batch.length) {
        counters.add('tooOld', batch.length - young.length);
        [batch, body] = [young, undefined];
      }
      if (batch.length === 0) break;
      body ??= this.#ground.bodyOf(batch);
      const outcome = await this.#attempt(body, batch);
      if (outcome.step === 'done' || outcome.step === 'drop') {
        this.#noteAnswered(outcome, batch);
        break;
      }
      noteFault(this, outcome.fault);
      this.failures++;
      if (!this.#isStopped && !this.#isGivenUp) await this.#pause(outcome, attempt);
      // Not settled: the log has them, and is read from there after the next start.
      if (this.#isStopped) return;
      if (this.#isGivenUp) {
        counters.add('overflowed', batch.length);
        break;
      }
      const { samples, histograms } = sizeOf(batch);
      counters.add('samplesRetried', samples);
      counters.add('histogramsRetried', histograms);
    }
    this.#sending = 0;
    this.#settle(all);
  }

  async #attempt(body: Uint8Array, batch: readonly QueuedSample[]): Promise<SendOutcome> {
    const { clock, counters, send } = this.#ground;
    const startedMs = clock.monotonic();
    try {
      return await send(body, sizeOf(batch), this.#abort.signal);
    } finally {
      const tookMs = clock.monotonic() - startedMs;
      this.busyMs += tookMs;
      counters.took(tookMs / 1000);
      counters.add('bytes', body.length);
    }
  }

  #noteAnswered(
    { step, failed, fault }: Extract<SendOutcome, { step: 'done' | 'drop' }>,
    batch: readonly QueuedSample[],
  ): void {
    const { counters, noteFault } = this.#ground;
    const sent = sizeOf(batch);
    counters.add('samplesFailed', failed.samples);
    counters.add('histogramsFailed', failed.histograms);
    counters.add('samples', sent.samples - failed.samples);
    counters.add('histograms', sent.histograms - failed.histograms);
    if (step === 'done') {
      let highest = 0;
      for (const { timestampMs } of batch) highest = Math.max(highest, timestampMs);
      counters.raise('highestSentSeconds', highest / 1000);
    }
    noteFault(this, fault);
  }

  async #pause(outcome: SendOutcome, attempt: number): Promise<void> {
    const { backoffMsMin, backoffMsMax } = this.#ground.settings.queue;
    const own = backoffMs(attempt, backoffMsMin, backoffMsMax, this.#ground.fraction());
    const asked = outcome.step === 'retry' ? outcome.afterMs : holdMs;
    const { clock } = this.#ground;
    // New samples wake it too: they are no reason to try earlier.
    const untilMs = clock.monotonic() + Math.max(own, asked ?? 0);
    for (;;) {
      const leftMs = untilMs - clock.monotonic();
      if (leftMs <= 0 || this.#isStopped || this.#isGivenUp) return;
      await this.#wake.wait(leftMs);
    }
  }

  #withoutOld(batch: readonly QueuedSample[]): readonly QueuedSample[] {
    const { ageMsMax } = this.#ground.settings.queue;
    if (ageMsMax === undefined) return batch;
    const oldest = this.#ground.clock.now() - ageMsMax;
    return batch.filter(({ timestampMs }) => timestampMs >= oldest);
  }

  #settle(samples: readonly QueuedSample[]): void {
    for (const { part, weight } of samples) {
      part.pending--;
      this.#weight -= weight;
    }
    this.#ground.settled();
  }
}

function sizeOf(batch: readonly QueuedSample[]): BatchSize {
  let histograms = 0;
  for (const { histogram } of batch) if (histogram) histograms++;
  return { samples: batch.length - histograms, histograms };
}
