import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { systemClock } from '@plinth/kernel';
import type { ExportRequestHeaders } from '@plinth/otlp-metrics';
import { Labels } from '@plinth/prometheus-model';
import type { ForState } from '@plinth/prometheus-rules';
import type { RemoteWriteVersion } from '@plinth/remote-write';
import type { DatabaseBounds } from '@plinth/tsdb';
import type { ForwardSettings } from '../forward/forward-settings.ts';
import type { ForwardReport } from '../forward/forwarder.ts';
import { queriesWaitingMax } from '../limits.ts';
import type { ApiReply, ApiRequest } from '../prometheus/api-exchange.ts';
import type { MetricMetadata } from '../prometheus/metrics-reader.ts';
import { Refusal } from '../refusal-error.ts';
import type { BacktestReport, BacktestRequest } from '../rules/run-backtest.ts';
import type { OutsideSources } from '../source/outside-sources.ts';
import type { MatcherParts } from '../store/matcher-parts.ts';
import type { OpenDatabase, OpenReport } from '../store/metrics-writer.ts';
import type { PlainSample } from '../store/plain-sample.ts';
import type { WriteOutcome, WrittenSample } from '../store/sample-batch.ts';
import { processCounts } from '../store/telemetry-counts.ts';
import { CallingThread } from './calls.ts';
import { FairLine } from './fair-line.ts';
import { ForwardLine } from './forward-line.ts';
import type { QueryCalls } from './query-thread.ts';
import type { WriterCalls } from './writer-thread.ts';

type QueryWorker = CallingThread<QueryCalls>;

/** Threads that evaluate queries: one processor is left to the rest. */
const queryThreads = Math.max(1, Math.min(4, availableParallelism() - 1));

/** The threads that hold metrics: one writes, others read. All databases of a process share them. */
export class MetricsThreads {
  readonly #writer: CallingThread<WriterCalls>;
  readonly #queries: readonly QueryWorker[];
  readonly #line: FairLine<QueryWorker>;

  readonly #forwards: ForwardLine;
  /** Merges blocks; asked by the thread that writes. */
  readonly #blocks: Worker;
  readonly #onFault: (what: string, error: unknown) => void;
  #isApart = false;
  #haveBlocksEnded = false;
  #isStopped = false;

  /** @param onFault - told when a thread ends though nobody ended it */
  constructor(onFault: (what: string, error: unknown) => void) {
    this.#onFault = onFault;
    const { port1: blocks, port2: port } = new MessageChannel();
    const writer = startWorker(new URL('./writer-worker.ts', import.meta.url), 'plinth-metrics-writer', {
      blocks,
    });
    this.#blocks = startWorker(new URL('./block-worker.ts', import.meta.url), 'plinth-metrics-blocks', {
      port,
    });
    let blocksFault: unknown;
    this.#blocks.on('error', (error: unknown) => {
      blocksFault = error;
    });
    this.#blocks.on('exit', (code) => {
      if (this.#isStopped) return;
      this.#haveBlocksEnded = true;
      onFault(
        'the thread that keeps blocks of metrics',
        blocksFault ?? new Error(`the thread ended with code ${code}`),
      );
    });
    this.#writer = new CallingThread(writer, (error) => onFault('the thread that writes metrics', error));
    this.#queries = Array.from({ length: queryThreads }, () => this.#startQuery('plinth-metrics-query'));
    this.#line = new FairLine(this.#queries);
    this.#forwards = new ForwardLine(
      () => startWorker(new URL('./forward-worker.ts', import.meta.url), 'plinth-metrics-forward'),
      (error) => onFault('the thread that forwards metrics', error),
    );
  }

  /**
   * Opens a database and lets all threads read it.
   * @param name - in this process
   * @param onBroken - told when the database takes nothing more until it is opened again: the disk is full, a thread is gone
   */
  async open(
    name: string,
    options: OpenDatabase,
    onBroken: (error: unknown) => void,
  ): Promise<{ database: MetricsDatabase; report: OpenReport }> {
    const { damage: found, ...report } = await this.#writer.ask('open', { name, ...options });
    const damage = new Set(found);
    for (const query of this.#queries) {
      const share = await this.#writer.ask('share', { name });
      for (const what of await query.ask('attach', { name, share }, [share.port])) damage.add(what);
    }
    return { database: this.#database(name, onBroken), report: { ...report, damage: [...damage] } };
  }

  /** Whether a thread is gone. */
  get isBroken(): boolean {
    return this.#writer.isEnded || this.#haveBlocksEnded || this.#queries.some((query) => query.isEnded);
  }

  #database(name: string, onBroken: (error: unknown) => void): MetricsDatabase {
    return new MetricsDatabase(name, {
      writer: this.#writer,
      line: this.#line,
      forwards: this.#forwards,
      apart: (work) => this.#apart(name, work),
      onBroken,
      isBroken: () => this.isBroken,
      detach: async () => {
        processCounts.closed(name);
        await this.#forwards
          .end(
            (user) => user.startsWith(`${name}\n`),
            (thread) => thread.ask('stopAll', { name }),
          )
          // A thread that is gone must not keep the database from being closed.
          .catch(() => undefined);
        // A thread that is gone must not keep the others from letting go.
        await Promise.allSettled(this.#queries.map((query) => query.ask('detach', { name })));
        await this.#writer.ask('close', { name });
      },
    });
  }

  /** Does one long piece of work on a database in a thread of its own, so that queries do not wait for it. @throws Refusal 429 */
  async #apart<Result>(name: string, work: (thread: QueryWorker) => Promise<Result>): Promise<Result> {
    if (this.#isApart) throw new Refusal(429, 'another backtest is under way; try again when it is done', 10);
    this.#isApart = true;
    const thread = this.#startQuery('plinth-metrics-backtest');
    try {
      const share = await this.#writer.ask('share', { name });
      await thread.ask('attach', { name, share }, [share.port]);
      return await work(thread);
    } finally {
      this.#isApart = false;
      await thread.terminate();
    }
  }

  #startQuery(threadName: string): QueryWorker {
    const worker = startWorker(new URL('./query-worker.ts', import.meta.url), threadName);
    return new CallingThread<QueryCalls>(worker, (error) =>
      this.#onFault('a thread that reads metrics', error),
    );
  }

  /** Ends the threads. All databases must have been closed before. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([
      this.#writer.terminate(),
      this.#blocks.terminate(),
      this.#forwards.stop(),
      ...this.#queries.map((query) => query.terminate()),
    ]);
  }
}

/** @param ports - by their names in `workerData`; they are handed over */
function startWorker(file: URL, name: string, ports: Readonly<Record<string, MessagePort>> = {}): Worker {
  const worker = new Worker(file, { name, workerData: ports, transferList: Object.values(ports) });
  // Whoever uses the threads keeps the process alive.
  worker.unref();
  return worker;
}

interface Ground {
  readonly writer: CallingThread<WriterCalls>;
  readonly line: FairLine<QueryWorker>;
  readonly forwards: ForwardLine;
  /** Does long work in a thread of its own. */
  readonly apart: <Result>(work: (thread: QueryWorker) => Promise<Result>) => Promise<Result>;
  readonly onBroken: (error: unknown) => void;
  readonly isBroken: () => boolean;
  readonly detach: () => Promise<void>;
}

/** The metrics of one virtual cluster. What it throws as Refusal is meant for whoever asks. */
export class MetricsDatabase {
  readonly #name: string;
  readonly #ground: Ground;

  constructor(name: string, ground: Ground) {
    this.#name = name;
    this.#ground = ground;
  }

  /**
   * Answers a question of the HTTP API.
   * @param sources - whose series are joined with those that are stored here
   * @throws Refusal 429 when too many wait already
   */
  async ask(request: ApiRequest, signal: AbortSignal, sources: OutsideSources): Promise<ApiReply> {
    const name = this.#name;
    const isQuery = request.question === 'query' || request.question === 'query_range';
    // Threads do not wait for other servers: what is selected is known before, and read in between.
    const outside =
      isQuery && !sources.isEmpty
        ? await sources.read(await this.#query((thread) => thread.ask('selections', { request })), signal)
        : undefined;
    const joined = outside ? { outside } : {};
    const isStatus = request.question === 'tsdb_status';
    const headTimes = isStatus ? await this.#ground.writer.ask('headTimes', { name }) : undefined;
    const canceled = new Int32Array(new SharedArrayBuffer(4));
    const cancel = (): void => void Atomics.store(canceled, 0, 1);
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    return await processCounts.asked(
      () => systemClock.monotonic(),
      ({ status }) => status !== 200,
      () =>
        this.#query((thread) =>
          thread.ask('ask', { name, request: { ...request, headTimes }, canceled, ...joined }),
        ),
    );
  }

  /** Evaluates an expression at an instant. @throws Error that says why it cannot be evaluated */
  async evaluate(text: string, timeMs: number, sources: OutsideSources): Promise<readonly PlainSample[]> {
    const name = this.#name;
    const outside = sources.isEmpty
      ? undefined
      : await sources.read(await this.#query((thread) => thread.ask('selectionsAt', { text, timeMs })));
    const joined = outside ? { outside } : {};
    return await processCounts.asked(
      () => systemClock.monotonic(),
      () => false,
      () => this.#query((thread) => thread.ask('evaluate', { name, text, timeMs, ...joined })),
    );
  }

  /** Replays rules over what is stored. @throws Refusal */
  async backtest(request: BacktestRequest): Promise<BacktestReport> {
    const name = this.#name;
    return await this.#ground.apart((thread) => thread.ask('backtest', { name, ...request }));
  }

  /** The last samples of series in the text format of Prometheus. @param selectors - that can be read */
  async federate(selectors: readonly string[], nowMs: number): Promise<string> {
    const name = this.#name;
    return await this.#query((thread) => thread.ask('federate', { name, selectors, nowMs }));
  }

  /** The last samples of series that have not ended, and since when their alerts are active. */
  async lastSamples(selector: string, startMs: number, endMs: number): Promise<readonly ForState[]> {
    const name = this.#name;
    const found = await this.#query((thread) =>
      thread.ask('lastSamples', { name, selector, startMs, endMs }),
    );
    return found.map(({ labels, timestampMs, value }) => ({
      labels: Labels.fromSorted(labels),
      timestampMs,
      activeAtMs: value * 1000,
    }));
  }

  async #query<Result>(work: (thread: QueryWorker) => Promise<Result>): Promise<Result> {
    const { line } = this.#ground;
    if (line.waitingOf(this.#name) >= queriesWaitingMax) {
      throw new Refusal(429, 'too many queries are waiting; try again later', 1);
    }
    return await this.#whole(line.run(this.#name, work), false);
  }

  /** A request of remote write. @param body - handed over. @throws Refusal */
  remoteWrite(
    body: Uint8Array<ArrayBuffer>,
    version: RemoteWriteVersion,
    nowMs: number,
  ): Promise<WriteOutcome> {
    const { writer } = this.#ground;
    return this.#counted(
      writer.ask('remoteWrite', { name: this.#name, body, version, nowMs }, [body.buffer]),
    );
  }

  /** A request of OTLP. @param body - handed over. @throws Refusal */
  otlpWrite(
    body: Uint8Array<ArrayBuffer>,
    headers: ExportRequestHeaders,
    nowMs: number,
  ): Promise<WriteOutcome> {
    const { writer } = this.#ground;
    return this.#counted(writer.ask('otlpWrite', { name: this.#name, body, headers, nowMs }, [body.buffer]));
  }

  /** What Plinth itself writes; durable when it resolves. */
  append(samples: readonly WrittenSample[], nowMs: number): Promise<WriteOutcome> {
    return this.#counted(this.#ground.writer.ask('append', { name: this.#name, samples, nowMs }));
  }

  /** What fails for no reason of the request breaks the database, or shows that it is broken. @throws Refusal */
  async #whole<Result>(work: Promise<Result>, isWrite: boolean): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Refusal || !(isWrite || this.#ground.isBroken())) throw error;
      this.#ground.onBroken(error);
      const why = error instanceof Error ? error.message : String(error);
      throw new Refusal(503, `the metrics are opened again: ${why}`, 1);
    }
  }

  async #counted(writing: Promise<WriteOutcome>): Promise<WriteOutcome> {
    const outcome = await this.#whole(writing, true);
    processCounts.wrote(this.#name, outcome);
    return outcome;
  }

  /** Notes what is known about metrics. */
  learn(known: readonly (readonly [name: string, metadata: MetricMetadata])[]): Promise<void> {
    return this.#whole(this.#ground.writer.ask('learn', { name: this.#name, known }), false);
  }

  metadata(): Promise<readonly (readonly [name: string, metadata: MetricMetadata])[]> {
    return this.#whole(this.#ground.writer.ask('metadata', { name: this.#name }), false);
  }

  /** Has what comes in sent on from now on, or from where the cursor of that id is. @param counters - its memory */
  async startForward(id: string, settings: ForwardSettings, counters: SharedArrayBuffer): Promise<void> {
    const name = this.#name;
    const { writer, forwards } = this.#ground;
    // A forward of that id must not move the cursor any more before it is read.
    await this.endForward(id);
    const share = await writer.ask('follow', { name, id, bytesMax: settings.logBytesMax });
    await forwards.take(`${name}\n${id}`).ask('start', { name, id, share, settings, counters });
  }

  /** How a forward does. @throws what keeps it from going on */
  async forwardReport(id: string): Promise<ForwardReport> {
    return await this.#ground.forwards.thread.ask('report', { name: this.#name, id });
  }

  /** Tells a forward what is known about metrics. */
  async tellForward(
    id: string,
    known: readonly (readonly [name: string, metadata: MetricMetadata])[],
  ): Promise<void> {
    await this.#ground.forwards.thread.ask('learn', { name: this.#name, id, known });
  }

  /** Ends a forward; its cursor stays. */
  async endForward(id: string): Promise<void> {
    const name = this.#name;
    const user = `${name}\n${id}`;
    await this.#ground.forwards.end(
      (one) => one === user,
      (thread) => thread.ask('stop', { name, id }),
    );
  }

  /** Ids of the cursors that there are. */
  followers(): Promise<readonly string[]> {
    return this.#ground.writer.ask('followers', { name: this.#name });
  }

  /** Removes a cursor. */
  unfollow(id: string): Promise<void> {
    return this.#ground.writer.ask('unfollow', { name: this.#name, id });
  }

  /** Exemplars, as the HTTP API answers them. @throws Refusal 429 when too many wait already */
  async exemplars(request: Pick<ApiRequest, 'query' | 'form'>): Promise<ApiReply> {
    // The thread that writes looks for them: who holds a place in the line holds it up, each in turn.
    return await this.#query(async (thread) => {
      const question = await thread.ask('exemplarQuestion', { request });
      if ('status' in question) return question;
      return await this.#ground.writer.ask('exemplars', { name: this.#name, question });
    });
  }

  deleteSeries(sets: readonly (readonly MatcherParts[])[], startMs: number, endMs: number): Promise<void> {
    return this.#whole(
      this.#ground.writer.ask('deleteSeries', { name: this.#name, sets, startMs, endMs }),
      false,
    );
  }

  tick(nowMs: number, bounds: DatabaseBounds): Promise<void> {
    return this.#whole(this.#ground.writer.ask('tick', { name: this.#name, nowMs, bounds }), false);
  }

  /** Copies all to a directory that does not exist. @param skipsHead - but for what is not in blocks yet */
  snapshot(target: string, skipsHead: boolean): Promise<void> {
    return this.#whole(this.#ground.writer.ask('snapshot', { name: this.#name, target, skipsHead }), false);
  }

  async close(): Promise<void> {
    await this.#ground.detach();
  }
}
