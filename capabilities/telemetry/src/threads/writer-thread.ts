import type { ExportRequestHeaders } from '@plinth/otlp-metrics';
import type { RemoteWriteVersion } from '@plinth/remote-write';
import type { DatabaseBounds, DatabaseOptions, DatabaseShare, LogShare } from '@plinth/tsdb';
import type { ApiReply } from '../prometheus/api-exchange.ts';
import type { ExemplarQuestion } from '../prometheus/exemplars.ts';
import type { MetricMetadata } from '../prometheus/metrics-reader.ts';
import { Refusal } from '../refusal-error.ts';
import type { MatcherParts } from '../store/matcher-parts.ts';
import { MetricsWriter, type OpenDatabase, type OpenReport } from '../store/metrics-writer.ts';
import type { WriteOutcome, WrittenSample } from '../store/sample-batch.ts';
import { Handed } from './calls.ts';

/** The databases of a thread that writes. Each is known by a name of its own; the tenants of a process share the thread. */
export class WriterThread {
  readonly #open = new Map<string, MetricsWriter>();
  readonly #keepBlocks: DatabaseOptions['keepBlocks'];
  readonly #closing = new Map<string, Promise<void>>();

  /** @param keepBlocks - makes what keeps the blocks of a database, so that merging them holds up no write */
  constructor(keepBlocks: DatabaseOptions['keepBlocks']) {
    this.#keepBlocks = keepBlocks;
  }

  /** What can be asked of the thread. */
  readonly calls = {
    open: async ({ name, ...options }: OpenDatabase & { readonly name: string }): Promise<OpenReport> => {
      await this.#closing.get(name);
      const damage: string[] = [];
      const writer = await MetricsWriter.open(options, {
        keepBlocks: this.#keepBlocks,
        onCorrupt: (error) => damage.push(error.message),
      });
      this.#open.set(name, writer);
      const { report } = writer;
      return { ...report, damage: [...report.damage, ...damage] };
    },
    close: async ({ name }: { readonly name: string }): Promise<void> => {
      const writer = this.#open.get(name);
      this.#open.delete(name);
      const closing = writer?.close() ?? Promise.resolve();
      this.#closing.set(name, closing);
      await closing;
      this.#closing.delete(name);
    },
    share: ({ name }: { readonly name: string }): Handed<DatabaseShare> => {
      const share = this.#at(name).share();
      return new Handed(share, [share.port]);
    },
    remoteWrite: ({
      name,
      body,
      version,
      nowMs,
    }: {
      readonly name: string;
      readonly body: Uint8Array;
      readonly version: RemoteWriteVersion;
      readonly nowMs: number;
    }): Promise<WriteOutcome> => this.#at(name).remoteWrite(body, version, nowMs),
    otlpWrite: ({
      name,
      body,
      headers,
      nowMs,
    }: {
      readonly name: string;
      readonly body: Uint8Array;
      readonly headers: ExportRequestHeaders;
      readonly nowMs: number;
    }): Promise<WriteOutcome> => this.#at(name).otlpWrite(body, headers, nowMs),
    append: ({
      name,
      samples,
      nowMs,
    }: {
      readonly name: string;
      readonly samples: readonly WrittenSample[];
      readonly nowMs: number;
    }): Promise<WriteOutcome> => this.#at(name).append(samples, nowMs),
    learn: ({
      name,
      known,
    }: {
      readonly name: string;
      readonly known: readonly (readonly [name: string, metadata: MetricMetadata])[];
    }): void => this.#at(name).learn(known),
    headTimes: ({ name }: { readonly name: string }) => this.#at(name).headTimes,
    metadata: ({ name }: { readonly name: string }) => this.#at(name).metadata(),
    deleteSeries: ({
      name,
      sets,
      startMs,
      endMs,
    }: {
      readonly name: string;
      readonly sets: readonly (readonly MatcherParts[])[];
      readonly startMs: number;
      readonly endMs: number;
    }): Promise<void> => this.#at(name).deleteSeries(sets, startMs, endMs),
    exemplars: ({
      name,
      question,
    }: {
      readonly name: string;
      readonly question: ExemplarQuestion;
    }): ApiReply => this.#at(name).exemplars(question),
    tick: ({
      name,
      nowMs,
      bounds,
    }: {
      readonly name: string;
      readonly nowMs: number;
      readonly bounds: DatabaseBounds;
    }): Promise<void> => this.#at(name).tick(nowMs, bounds),
    follow: ({
      name,
      id,
      bytesMax,
    }: {
      readonly name: string;
      readonly id: string;
      readonly bytesMax: number;
    }): LogShare => this.#at(name).follow(id, bytesMax),
    unfollow: ({ name, id }: { readonly name: string; readonly id: string }): Promise<void> =>
      this.#at(name).unfollow(id),
    followers: ({ name }: { readonly name: string }): readonly string[] => this.#at(name).followers,
    snapshot: ({
      name,
      target,
      skipsHead,
    }: {
      readonly name: string;
      readonly target: string;
      readonly skipsHead: boolean;
    }): Promise<void> => this.#at(name).snapshot(target, skipsHead),
  };

  #at(name: string): MetricsWriter {
    const writer = this.#open.get(name);
    if (!writer) throw new Refusal(503, 'the metrics are not open; try again later', 1);
    return writer;
  }
}

/** What can be asked of a thread that writes. */
export type WriterCalls = WriterThread['calls'];
