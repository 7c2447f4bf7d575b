import type { Clock } from '@plinth/kernel';
import type { FloatHistogram } from '@plinth/prometheus-model';
import type { WriteMetadata } from '@plinth/remote-write';
import { DurableEnd, LogFollower, type LogPosition, type LogShare, writeCursor } from '@plinth/tsdb';
import type { HttpClient } from '../scrape/ports.ts';
import { relabelRule } from '../scrape/relabel-fields.ts';
import { DeliveryLedger, type LogPart } from './delivery-ledger.ts';
import type { ForwardCounters } from './forward-counters.ts';
import type { ForwardSettings } from './forward-settings.ts';
import { type KnownMetadata, metadataBody, requestBody } from './request-body.ts';
import { SeriesOutputs } from './series-outputs.ts';
import type { Shard } from './shard.ts';
import { Shards } from './shards.ts';
import { Signal } from './signal.ts';
import { type ForwardFault, WriteSender } from './write-sender.ts';

/** What a forwarder stands on. */
export interface ForwarderOptions {
  /** Of the cursor. */
  readonly id: string;
  readonly share: LogShare;
  readonly settings: ForwardSettings;
  readonly counters: ForwardCounters;
  readonly client: HttpClient;
  readonly clock: Clock;
  /** A random number from 0 to below 1. */
  readonly fraction: () => number;
  /** `node:fs`. */
  readonly files: ConstructorParameters<typeof LogFollower>[0];
  /** What may wait in memory now, in samples, whatever the settings say. */
  readonly weightMax: () => number;
}

/** How a forward is doing. Can be cloned. */
export interface ForwardReport {
  /** What is wrong with the receiver, or with what it was sent last; undefined when nothing is. */
  readonly fault: ForwardFault | undefined;
  /** The last request that was refused, and when; it stays. */
  readonly refusal: { readonly message: string; readonly atMs: number } | undefined;
  /** When samples were last given up since too much waited. */
  readonly overflowedAtMs: number | undefined;
  /** When it was last seen that a part of the log was gone or damaged. */
  readonly damagedAtMs: number | undefined;
  /** How old the oldest sample is that waits in memory; undefined when none does. */
  readonly behindMs: number | undefined;
}

/** How often it is looked whether the log went on: ten looks a second cost less than a wake for each commit. */
const pollMs = 100;
/** Other work of the thread has its turn after so long. */
const turnMs = 20;
/** How often the cursor is moved: what was sent since is sent twice after a crash. */
const saveEveryMs = 1_000;
/** How long samples that are too many are given up before other work has its turn. */
const skipMs = 100;
/** Metrics that a request of metadata tells of. */
const metadataPerRequest = 500;

/**
 * Sends what comes to the log of a database to a receiver.
 *
 * It reads the log into the queues of shards until they are full, and notes which parts of it have arrived. The cursor,
 * a file, says up to where all has; it is where the next start begins. So what is not acknowledged is never forgotten, and what was
 * acknowledged after the cursor was last moved is sent twice after a crash.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #follower: LogFollower;
  readonly #ledger: DeliveryLedger;
  readonly #outputs: SeriesOutputs;
  readonly #sender: WriteSender;
  readonly #shards: Shards;
  readonly #signal: Signal;
  readonly #faults = new Map<Shard, ForwardFault>();
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #metadata: KnownMetadata = new Map();
  #refusal: ForwardReport['refusal'];
  #overflowedAtMs: number | undefined;
  #damagedAtMs: number | undefined;
  #part: LogPart;
  /** Samples that are read are given up instead of sent. */
  #isSkipping = false;
  #saved: LogPosition;
  #savedAtMs = 0;
  #metadataAtMs = Number.NEGATIVE_INFINITY;
  /** Whether a request of metadata is under way. */
  #isTelling = false;
  #isStopped = false;
  /** Why it could not go on. */
  #failure: { readonly error: unknown } | undefined;

  /** Begins at once. @throws RelabelError */
  constructor(options: ForwarderOptions) {
    const { share, settings, counters, clock, files } = options;
    this.#options = options;
    this.#outputs = new SeriesOutputs(settings.externalLabels, settings.relabelConfigs.map(relabelRule));
    this.#sender = new WriteSender(options.client, settings, clock);
    this.#ledger = new DeliveryLedger(share.position);
    this.#part = this.#ledger.begin();
    this.#saved = share.position;
    this.#signal = new Signal(clock);
    this.#follower = new LogFollower(
      files,
      share.directory,
      { end: new DurableEnd(share.end), position: share.position },
      {
        forgetSeries: () => this.#outputs.forget(),
        series: (ref, key) => this.#outputs.add(ref, key),
        sample: (ref, timestampMs, value, isStale) => this.#take(ref, timestampMs, value, isStale, undefined),
        histogram: (ref, timestampMs, histogram) => this.#take(ref, timestampMs, 0, false, histogram),
      },
    );
    this.#shards = new Shards({
      settings,
      counters,
      clock,
      fraction: options.fraction,
      bodyOf: (batch) => requestBody(batch, settings.version, this.#metadata),
      send: (body, size, signal) => this.#sender.send(body, size, signal),
      weightMax: options.weightMax,
      settled: () => this.#signal.raise(),
      noteFault: (shard, fault) => this.#noteFault(shard, fault),
      broken: (error) => {
        this.#failure ??= { error };
      },
    });
    this.#running = this.#run();
  }

  /** @throws what kept it from going on: its files cannot be read or written */
  get report(): ForwardReport {
    if (this.#failure) throw this.#failure.error;
    const { oldestMs } = this.#ledger;
    return {
      fault: [...this.#faults.values()].at(-1),
      refusal: this.#refusal,
      overflowedAtMs: this.#overflowedAtMs,
      damagedAtMs: this.#damagedAtMs,
      behindMs: oldestMs === undefined ? undefined : Math.max(0, this.#options.clock.now() - oldestMs),
    };
  }

  /** What is known about metrics from now on. */
  learn(metadata: KnownMetadata): void {
    this.#metadata = metadata;
  }

  /** Ends it. The cursor then stands where all before it has arrived. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#abort.abort(new Error('stopped'));
    this.#signal.raise();
    await this.#shards.stop();
    await this.#running;
    this.#options.client.close();
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    try {
      let turnEndsMs = clock.monotonic() + turnMs;
      while (!this.#isStopped && !this.#failure) {
        const hasMore = await this.#step();
        if (hasMore && clock.monotonic() < turnEndsMs) continue;
        await this.#signal.wait(hasMore ? 0 : pollMs);
        turnEndsMs = clock.monotonic() + turnMs;
      }
      await this.#shards.stop();
      this.#save();
    } catch (error) {
      // A second start begins where the cursor is.
      this.#failure ??= { error };
      await this.#shards.stop();
    } finally {
      this.#follower.close();
    }
  }

  /** @returns whether there is more to do at once */
  async #step(): Promise<boolean> {
    const { clock } = this.#options;
    const nowMs = clock.monotonic();
    if (nowMs - this.#savedAtMs >= saveEveryMs) {
      this.#savedAtMs = nowMs;
      this.#save();
      this.#bound();
    }
    await this.#shards.adapt();
    this.#sendMetadata(nowMs);
    if (this.#shards.isFull) {
      this.#shards.hurry();
      await this.#signal.wait(pollMs);
      this.#shards.noteBlocked(clock.monotonic() - nowMs);
      return true;
    }
    return this.#read();
  }

  /** Reads a record. @returns false when there is none */
  #read(): boolean {
    const lostBefore = this.#follower.lostSegments;
    const step = this.#follower.next();
    const lost = this.#follower.lostSegments - lostBefore;
    if (lost > 0) {
      this.#options.counters.add('lostSegments', lost);
      this.#damagedAtMs = this.#options.clock.now();
    }
    if (step === 'end') return false;
    this.#part.end = this.#follower.position;
    this.#part = this.#ledger.begin();
    return true;
  }

  #take(
    ref: number,
    timestampMs: number,
    value: number,
    isStale: boolean,
    histogram: FloatHistogram | undefined,
  ): void {
    const { counters, settings } = this.#options;
    counters.raise('highestSeconds', timestampMs / 1000);
    const output = this.#outputs.of(ref);
    const { ageMsMax } = settings.queue;
    if (output === undefined) {
      counters.add('unknownSeries', 1);
      this.#damagedAtMs = this.#options.clock.now();
    } else if (output === 'dropped' || (histogram && !settings.sendsHistograms)) counters.add('unwanted', 1);
    else if (this.#isSkipping) counters.add('overflowed', 1);
    else if (ageMsMax !== undefined && timestampMs < this.#options.clock.now() - ageMsMax) {
      counters.add('tooOld', 1);
    } else {
      this.#part.oldestMs = Math.min(this.#part.oldestMs, timestampMs);
      const weight = weightOf(histogram);
      this.#shards.push({ output, timestampMs, value, isStale, histogram, part: this.#part, weight });
    }
  }

  /** Gives up the oldest samples while more waits than may. */
  #bound(): void {
    const { counters, settings, clock } = this.#options;
    let behind = this.#follower.bytesBehind();
    if (behind > settings.logBytesMax) {
      this.#overflowedAtMs = clock.now();
      this.#shards.discard();
      this.#isSkipping = true;
      const untilMs = clock.monotonic() + skipMs;
      while (behind > settings.logBytesMax) {
        const before = this.#follower.position;
        if (!this.#read() || clock.monotonic() > untilMs) break;
        const { segment, offset } = this.#follower.position;
        behind =
          segment === before.segment ? behind - (offset - before.offset) : this.#follower.bytesBehind();
      }
      this.#isSkipping = false;
      // Not all at once: other forwards wait for the thread.
      if (behind > settings.logBytesMax) this.#savedAtMs = Number.NEGATIVE_INFINITY;
      this.#save();
    }
    counters.set('logBytesPending', behind);
    counters.set('pending', this.#shards.pending);
  }

  /** Moves the cursor to where all has arrived. */
  #save(): void {
    const { files, id, share, settings } = this.#options;
    const { position } = this.#ledger;
    if (position.segment === this.#saved.segment && position.offset === this.#saved.offset) return;
    writeCursor(files, `${share.directory}/wal`, id, { position, bytesMax: settings.logBytesMax });
    this.#saved = position;
  }

  #noteFault(shard: Shard, fault: ForwardFault | undefined): void {
    this.#faults.delete(shard);
    if (!fault) return;
    this.#faults.set(shard, fault);
    if (fault.reason === 'SamplesRefused') {
      this.#refusal = { message: fault.message, atMs: this.#options.clock.now() };
    }
  }

  /** 1.0 has metadata in requests of its own; what does not arrive comes with the next ones. */
  #sendMetadata(nowMs: number): void {
    const { settings } = this.#options;
    const { metadataEveryMs, version } = settings;
    if (metadataEveryMs === undefined || version !== '1.0' || this.#metadata.size === 0) return;
    if (this.#isTelling || nowMs - this.#metadataAtMs < metadataEveryMs) return;
    this.#metadataAtMs = nowMs;
    this.#isTelling = true;
    this.#deliverMetadata([...this.#metadata])
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#isTelling = false;
      });
  }

  async #deliverMetadata(all: readonly (readonly [string, WriteMetadata])[]): Promise<void> {
    const { counters } = this.#options;
    for (let from = 0; from < all.length && !this.#isStopped; from += metadataPerRequest) {
      const some = new Map(all.slice(from, from + metadataPerRequest));
      const body = metadataBody(some);
      const { step } = await this.#sender.send(body, { samples: 0, histograms: 0 }, this.#abort.signal);
      counters.add(step === 'done' ? 'metadata' : 'metadataFailed', some.size);
      counters.add('metadataBytes', body.length);
      if (step !== 'done') return;
    }
  }
}

/** What a sample costs in memory, in floats. */
function weightOf(histogram: FloatHistogram | undefined): number {
  if (!histogram) return 1;
  const { positiveBuckets, negativeBuckets, customValues } = histogram.fields;
  return 8 + Math.ceil((positiveBuckets.length + negativeBuckets.length + customValues.length) / 10);
}
