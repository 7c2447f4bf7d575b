import * as files from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@plinth/kernel';
import { Labels } from '@plinth/prometheus-model';
import { decodeWriteRequest, decompressSnappy, labelsOfRanges } from '@plinth/remote-write';
import { Database, type LogShare } from '@plinth/tsdb';
import { ForwardCounters } from '../src/forward/forward-counters.ts';
import { Forwarder } from '../src/forward/forwarder.ts';
import { settingsOfSpec } from '../src/forward/settings-of-spec.ts';
import { type HttpAnswer, type HttpClient, HttpError, type HttpQuestion } from '../src/scrape/ports.ts';

/** A database, a forwarder of it, and a receiver that is no more than a function. */
export class ForwardWorld implements AsyncDisposable {
  readonly counters = new ForwardCounters();
  /** Samples that were taken, `metric value`. */
  readonly taken: string[] = [];
  /** What the receiver answers. */
  answer: (question: HttpQuestion) => number | Promise<number> = () => 204;
  /** What may wait in memory, in samples. */
  weightMax = 1_000_000;
  readonly #directory: string;
  readonly #database: Database;
  readonly #share: LogShare;
  readonly forwarder: Forwarder;
  readonly #queueConfig: object;
  readonly #logBytesMax: number;

  private constructor(directory: string, database: Database, queueConfig: object, logBytesMax: number) {
    this.#directory = directory;
    this.#database = database;
    this.#queueConfig = queueConfig;
    this.#logBytesMax = logBytesMax;
    this.#share = database.follow('one', logBytesMax);
    this.forwarder = this.#start();
  }

  static async open(queueConfig: object, logBytesMax = 1024 ** 3): Promise<ForwardWorld> {
    const directory = mkdtempSync(join(tmpdir(), 'plinth-forward-'));
    const database = await Database.open(directory, {
      files,
      hashSeed: 1,
      // Ten numbers go to a block.
      limits: { windowMs: 1_000 },
      onCorrupt: (error) => {
        throw error;
      },
    });
    return new ForwardWorld(directory, database, queueConfig, logBytesMax);
  }

  /** Writes a number to each of so many series, at an instant of its own. */
  async write(number: number, series: number): Promise<void> {
    for (let i = 0; i < series; i++) {
      const ref = this.#database.refOfLabels(Labels.of({ __name__: 'n', i: String(i) }));
      this.#database.append(ref, number * 100, number);
    }
    await this.#database.commit(1e12);
  }

  /** As the database does every minute. */
  async tick(): Promise<void> {
    await this.#database.tick(0);
  }

  /** Bytes of the log on disk, with its snapshots. */
  get logBytes(): number {
    const wal = join(this.#directory, 'wal');
    return files.readdirSync(wal).reduce((sum, name) => sum + files.statSync(join(wal, name)).size, 0);
  }

  get directory(): string {
    return this.#directory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.forwarder.stop();
    await this.#database.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #start(): Forwarder {
    const settings = settingsOfSpec(
      { url: 'http://receiver.example', metadataConfig: { send: false }, queueConfig: this.#queueConfig },
      { http: { reach: 'any' }, userAgent: 'test', uid: 'one', blocked: undefined },
    );
    return new Forwarder({
      id: 'one',
      share: this.#share,
      settings: { ...settings, logBytesMax: this.#logBytesMax },
      counters: this.counters,
      client: { ask: (question) => this.#ask(question), close: () => {} } satisfies HttpClient,
      clock: systemClock,
      fraction: () => 0,
      files,
      weightMax: () => this.weightMax,
    });
  }

  async #ask(question: HttpQuestion): Promise<HttpAnswer> {
    const ended = new Promise<number>((resolve) =>
      question.signal.addEventListener('abort', () => resolve(0), { once: true }),
    );
    const status = await Promise.race([this.answer(question), ended]);
    if (status === 0) throw new HttpError('nobody is there');
    if (status < 300) this.#take(question.body ?? new Uint8Array());
    return {
      status,
      statusText: '',
      contentType: undefined,
      body: new Uint8Array(),
      header: () => undefined,
    };
  }

  #take(body: Uint8Array): void {
    let labels = '';
    decodeWriteRequest(decompressSnappy(body, 1 << 24), {
      series: (bytes, ranges, count) => {
        labels = labelsOfRanges(bytes, ranges, count).get('i') ?? '';
        return true;
      },
      sample: (_timestampMs, value) => void this.taken.push(`${labels} ${value}`),
      histogram: () => {},
      exemplar: () => {},
      metadata: () => {},
      refused: (reason) => {
        throw new Error(reason);
      },
    });
  }
}
