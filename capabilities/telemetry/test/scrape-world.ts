import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, StatusError } from '@plinth/kernel';
import { breathe, VirtualClock } from '@plinth/kernel/testing';
import { openNodeHttp } from '../src/scrape/adapters/node-http.ts';
import type { OpenHttpClient } from '../src/scrape/ports.ts';
import type { ScrapeConfigSpec } from '../src/scrape/scrape-config-kind.ts';
import type { ScrapeGround } from '../src/scrape/scrape-loop.ts';
import { jobRules, scrapeSettings } from '../src/scrape/scrape-settings.ts';
import { Scraper } from '../src/scrape/scraper.ts';
import type { WrittenSample } from '../src/store/sample-batch.ts';

/** A request as a test looks at it. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Targets on this machine, a scraper of them, and a clock that stands still while requests are answered. */
export class ScrapeWorld {
  readonly clock: VirtualClock;
  readonly scraper: Scraper;
  readonly samples: WrittenSample[] = [];
  readonly metadata = new Map<string, unknown>();
  readonly faults: unknown[] = [];
  /** What appends answer. */
  refusals: readonly string[] = [];
  /** Targets that there may be. */
  targetsMax = 100;
  /** Whether appends are refused. */
  isFull = false;
  /** Whether somebody waits for an answer that does not come before time goes on. */
  hangs = false;
  #running = 0;
  readonly #servers: Server[] = [];

  constructor() {
    this.clock = new VirtualClock(Date.UTC(2026, 0, 1), () => this.#settled());
    this.scraper = new Scraper(this.#ground(this.clock), () => this.targetsMax);
  }

  /** Clients over real sockets, whose requests the clock waits for. */
  readonly openHttp: OpenHttpClient = (options) => {
    const client = openNodeHttp(options);
    return {
      ask: async (question) => {
        this.#running++;
        try {
          return await client.ask(question);
        } finally {
          this.#running--;
        }
      },
      close: () => client.close(),
    };
  };

  /** Serves something on this machine. @returns host and port */
  async serve(answer: Answer): Promise<string> {
    const server = createServer(answer);
    this.#servers.push(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has such an address.
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Serves a text, which can be changed. */
  async serveText(text: () => string, contentType = 'text/plain; version=0.0.4'): Promise<string> {
    return await this.serve((_request, response) => {
      response.setHeader('content-type', contentType);
      response.end(text());
    });
  }

  /** Scrapes what a spec asks for. */
  scrape(spec: ScrapeConfigSpec, reach: 'any' | 'public' = 'any'): void {
    const groups = (spec.staticConfigs ?? []).map(({ targets, labels = {} }) => ({ targets, labels }));
    const plan = {
      digest: JSON.stringify(spec),
      settings: scrapeSettings('scrapeConfig/shop/test', spec, jobRules(spec.jobName)),
      client: this.openHttp({ reach }),
      lists: (spec.httpSDConfigs ?? []).map(({ url }) => ({
        url,
        refreshMs: 60_000,
        client: this.openHttp({ reach }),
      })),
    };
    this.scraper.set(plan, groups);
  }

  /** The only target. */
  get loop() {
    const loops = this.scraper.pools.flatMap((pool) => pool.loops);
    const [loop] = loops;
    if (loops.length !== 1 || !loop) throw new Error(`${loops.length} targets`);
    return loop;
  }

  /** What was written since the last time, as PromQL writes series, with values; without reports unless they are asked for. */
  taken(hasReports = false): Record<string, number | string> {
    const taken: Record<string, number | string> = {};
    for (const { labels, value } of this.samples.splice(0)) {
      const record: Record<string, string> = {};
      for (let i = 0; i < labels.length; i += 2) record[labels[i] ?? ''] = labels[i + 1] ?? '';
      const { __name__: name = '', instance: _instance, job: _job, ...rest } = record;
      const isReport = name === 'up' || name.startsWith('scrape_');
      if (isReport !== hasReports) continue;
      const shown = Object.entries(rest).map(([key, text]) => `${key}=${text}`);
      taken[`${name}${shown.length > 0 ? `{${shown.join()}}` : ''}`] =
        typeof value === 'object' ? `count ${value.count}` : value;
    }
    return taken;
  }

  async close(): Promise<void> {
    await this.scraper.stop();
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  #ground(clock: Clock): ScrapeGround {
    return {
      store: {
        append: async (samples) => {
          if (this.isFull) throw new StatusError(429, 'TooManyRequests', 'the quota is used up');
          this.samples.push(...samples);
          return await Promise.resolve(this.refusals);
        },
        learn: async (known) => {
          for (const [name, one] of known) this.metadata.set(name, one);
          await Promise.resolve();
        },
      },
      clock,
      userAgent: 'Plinth/test',
      seed: 'test',
      onFault: (what, error) => this.faults.push([what, error]),
    };
  }

  async #settled(): Promise<void> {
    await breathe();
    while (this.#running > 0 && !this.hangs) await breathe();
    await breathe();
  }
}
