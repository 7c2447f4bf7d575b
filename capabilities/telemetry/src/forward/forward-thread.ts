import * as files from 'node:fs';
import type { Clock } from '@plinth/kernel';
import type { LogShare } from '@plinth/tsdb';
import { forwardQueuedMax, forwardQueuedMin } from '../limits.ts';
import type { MetricMetadata } from '../prometheus/metrics-reader.ts';
import type { OpenHttpClient } from '../scrape/ports.ts';
import { ForwardCounters } from './forward-counters.ts';
import type { ForwardSettings } from './forward-settings.ts';
import { Forwarder, type ForwardReport } from './forwarder.ts';
import { knownMetadata } from './request-body.ts';

/** A forward of a database. */
export interface ForwardName {
  /** Of the database, in this process. */
  readonly name: string;
  /** Of the cursor. */
  readonly id: string;
}

/** The forwards of a process, in a thread of their own: neither writes nor queries wait for them. */
export class ForwardThread {
  readonly #known = new Map<string, Forwarder>();
  readonly #clock: Clock;
  readonly #fraction: () => number;
  readonly #openHttp: OpenHttpClient;
  /** Starts and ends, one after the other: two must not move one cursor. */
  #turn: Promise<void> = Promise.resolve();

  constructor(clock: Clock, fraction: () => number, openHttp: OpenHttpClient) {
    this.#clock = clock;
    this.#fraction = fraction;
    this.#openHttp = openHttp;
  }

  /** What can be asked of the thread. */
  readonly calls = {
    /** Starts a forward; one of the same name is ended before. */
    start: (
      start: ForwardName & {
        readonly share: LogShare;
        readonly settings: ForwardSettings;
        readonly counters: SharedArrayBuffer;
      },
    ): Promise<void> => this.#alone(() => this.#start(start)),
    /** @throws Error when it cannot go on, or was not started */
    report: (name: ForwardName): ForwardReport => {
      const known = this.#known.get(keyOf(name));
      if (!known) throw new Error(`forward ${keyOf(name)} is not started`);
      return known.report;
    },
    learn: ({
      known,
      ...name
    }: ForwardName & {
      readonly known: readonly (readonly [name: string, metadata: MetricMetadata])[];
    }): void => this.#known.get(keyOf(name))?.learn(knownMetadata(known)),
    stop: (name: ForwardName): Promise<void> => this.#alone(() => this.#stop(keyOf(name))),
    /** Ends all forwards of a database. */
    stopAll: ({ name }: { readonly name: string }): Promise<void> =>
      this.#alone(async () => {
        const keys = [...this.#known.keys()].filter((key) => key.startsWith(`${name}\n`));
        await Promise.all(keys.map((key) => this.#stop(key)));
      }),
  };

  async #start({
    share,
    settings,
    counters,
    ...name
  }: Parameters<ForwardThread['calls']['start']>[0]): Promise<void> {
    const key = keyOf(name);
    await this.#stop(key);
    const forwarder = new Forwarder({
      id: name.id,
      share,
      settings,
      counters: new ForwardCounters(counters),
      client: this.#openHttp({ ...settings.http, idleConnections: settings.queue.shardsMax }),
      clock: this.#clock,
      fraction: this.#fraction,
      files,
      weightMax: () => Math.max(forwardQueuedMin, forwardQueuedMax / Math.max(1, this.#known.size)),
    });
    this.#known.set(key, forwarder);
  }

  async #stop(key: string): Promise<void> {
    const known = this.#known.get(key);
    this.#known.delete(key);
    await known?.stop();
  }

  #alone(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** What can be asked of the thread of forwards. */
export type ForwardCalls = ForwardThread['calls'];

function keyOf({ name, id }: ForwardName): string {
  return `${name}\n${id}`;
}
