import * as files from 'node:fs';
import { receiveMessageOnPort } from 'node:worker_threads';
import { Engine, type Expression, parseExpression } from '@plinth/promql';
import { attachDatabase, type DatabaseReader, type DatabaseShare } from '@plinth/tsdb';
import { backtestMsMax, querySamplesMax, queryTimeoutMs } from '../limits.ts';
import type { ApiReply, ApiRequest } from '../prometheus/api-exchange.ts';
import { QueryApi } from '../prometheus/query-api.ts';
import { Refusal } from '../refusal-error.ts';
import { type BacktestReport, type BacktestRequest, runBacktest } from '../rules/run-backtest.ts';
import { DatabaseMetrics } from '../store/database-metrics.ts';
import { type LastSample, lastSamples } from '../store/last-samples.ts';
import { instantVector, type PlainSample } from '../store/plain-sample.ts';

/** Parsed expressions that are kept: rules ask the same ones again and again. */
const parsedMax = 10_000;

/** The databases that a thread reads. */
export class QueryThread {
  readonly #readers = new Map<string, DatabaseReader>();
  readonly #engine = new Engine({ samplesMax: querySamplesMax });
  readonly #api: QueryApi;
  readonly #monotonicMs: () => number;
  readonly #parsed = new Map<string, Expression>();

  /** What can be asked of the thread. */
  readonly calls = {
    attach: ({
      name,
      share,
    }: {
      readonly name: string;
      readonly share: DatabaseShare;
    }): readonly string[] => {
      const damage: string[] = [];
      const receive = (port: typeof share.port): { readonly message: unknown } | undefined =>
        receiveMessageOnPort(port);
      const reader = attachDatabase(share, {
        files,
        receive,
        onCorrupt: (error) => damage.push(error.message),
      });
      this.#readers.set(name, reader);
      return damage;
    },
    detach: ({ name }: { readonly name: string }): void => {
      this.#readers.delete(name);
    },
    /** Answers a question of the HTTP API. @param canceled - one number in shared memory, which is set to stop it. */
    ask: async ({
      name,
      request,
      canceled,
    }: {
      readonly name: string;
      readonly request: ApiRequest;
      readonly canceled: Int32Array;
    }): Promise<ApiReply> => {
      using metrics = new DatabaseMetrics(this.#at(name));
      const isCanceled = (): boolean => Atomics.load(canceled, 0) !== 0;
      return await this.#api.answer(metrics, request, { isCanceled });
    },
    /** What rules would have done. A thread that does this does nothing else meanwhile. */
    backtest: async ({
      name,
      ...request
    }: BacktestRequest & { readonly name: string }): Promise<BacktestReport> => {
      using metrics = new DatabaseMetrics(this.#at(name));
      const deadline = { atMs: this.#monotonicMs() + backtestMsMax, nowMs: this.#monotonicMs };
      return await runBacktest(request, this.#engine, metrics, { deadline });
    },
    /** The last samples of series that have not ended, of those that a selector names. */
    lastSamples: ({
      name,
      selector,
      startMs,
      endMs,
    }: {
      readonly name: string;
      readonly selector: string;
      readonly startMs: number;
      readonly endMs: number;
    }): readonly LastSample[] => {
      using metrics = new DatabaseMetrics(this.#at(name));
      return lastSamples(metrics, this.#expressionOf(selector), startMs, endMs);
    },
    /** Evaluates an expression at an instant. */
    evaluate: async ({
      name,
      text,
      timeMs,
    }: {
      readonly name: string;
      readonly text: string;
      readonly timeMs: number;
    }): Promise<readonly PlainSample[]> => {
      using metrics = new DatabaseMetrics(this.#at(name));
      const deadline = { atMs: this.#monotonicMs() + queryTimeoutMs, nowMs: this.#monotonicMs };
      const { value } = await this.#engine.instant(metrics, this.#expressionOf(text), timeMs, {
        deadline,
        text,
      });
      return instantVector(value);
    },
  };

  /** @param monotonicMs - for timeouts; any zero point */
  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#api = new QueryApi(this.#engine, monotonicMs);
  }

  #at(name: string): DatabaseReader {
    const reader = this.#readers.get(name);
    if (!reader) throw new Refusal(503, 'the metrics are not open; try again later', 1);
    return reader;
  }

  #expressionOf(text: string): Expression {
    const known = this.#parsed.get(text);
    if (known) return known;
    const expression = parseExpression(text);
    if (this.#parsed.size >= parsedMax) this.#parsed.clear();
    this.#parsed.set(text, expression);
    return expression;
  }
}

/** What can be asked of a thread that reads. */
export type QueryCalls = QueryThread['calls'];
