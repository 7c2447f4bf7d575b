import * as files from 'node:fs';
import { receiveMessageOnPort } from 'node:worker_threads';
import { Engine, type Expression, parseExpression, parseMetricSelector } from '@plinth/promql';
import { attachDatabase, type DatabaseReader, type DatabaseShare } from '@plinth/tsdb';
import { backtestMsMax, querySamplesMax, queryTimeoutMs } from '../limits.ts';
import type { ApiReply, ApiRequest } from '../prometheus/api-exchange.ts';
import { type ExemplarQuestion, exemplarQuestion } from '../prometheus/exemplars.ts';
import { federate } from '../prometheus/federate.ts';
import { QueryApi } from '../prometheus/query-api.ts';
import { Refusal } from '../refusal-error.ts';
import type { BacktestReport, BacktestRequest } from '../rules/run-backtest.ts';
import { JoinedMetrics } from '../source/joined-metrics.ts';
import type { OutsideData } from '../source/outside-series.ts';
import { type PlainSelection, SelectionRecorder } from '../source/plain-selection.ts';
import { DatabaseMetrics } from '../store/database-metrics.ts';
import { labelParts } from '../store/label-parts.ts';
import { lastFloats } from '../store/last-samples.ts';
import { instantVector, type PlainSample } from '../store/plain-sample.ts';

/** Parsed expressions that are kept: rules ask the same ones again and again. */
const parsedMax = 10_000;

/** The last sample of a series; it can be cloned. */
interface LastSample {
  /** Name, value, name, value, ... in order of names. */
  readonly labels: readonly string[];
  readonly timestampMs: number;
  readonly value: number;
}

/** The databases that a thread reads. */
export class QueryThread {
  readonly #readers = new Map<string, DatabaseReader>();
  readonly #engine = new Engine({ samplesMax: querySamplesMax, delaysNameRemoval: false });
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
      this.#readers.get(name)?.close();
      this.#readers.delete(name);
    },
    /** Answers a question of the HTTP API. @param canceled - one number in shared memory, which is set to stop it. */
    ask: async ({
      name,
      request,
      canceled,
      outside,
    }: {
      readonly name: string;
      readonly request: ApiRequest;
      readonly outside?: OutsideData;
      readonly canceled: Int32Array;
    }): Promise<ApiReply> => {
      using stored = new DatabaseMetrics(this.#at(name));
      const metrics = outside ? new JoinedMetrics(stored, outside) : stored;
      const isCanceled = (): boolean => Atomics.load(canceled, 0) !== 0;
      return await this.#api.answer(metrics, request, { isCanceled });
    },
    /** Which exemplars a request asks for, or what is wrong with it. */
    exemplarQuestion: ({
      request,
    }: {
      readonly request: Pick<ApiRequest, 'query' | 'form'>;
    }): ExemplarQuestion | ApiReply => exemplarQuestion(request),
    /** What a question of the HTTP API selects. */
    selections: async ({ request }: { readonly request: ApiRequest }): Promise<readonly PlainSelection[]> => {
      const recorder = new SelectionRecorder();
      // What is wrong with the question is told when it is answered.
      await this.#api.answer(recorder, request);
      return recorder.selections;
    },
    /** What an expression selects at an instant. */
    selectionsAt: async ({
      text,
      timeMs,
    }: {
      readonly text: string;
      readonly timeMs: number;
    }): Promise<readonly PlainSelection[]> => {
      const recorder = new SelectionRecorder();
      await this.#engine.instant(recorder, this.#expressionOf(text), timeMs, { text });
      return recorder.selections;
    },
    /** What rules would have done. A thread that does this does nothing else meanwhile. */
    backtest: async ({
      name,
      ...request
    }: BacktestRequest & { readonly name: string }): Promise<BacktestReport> => {
      // What reads rule files is loaded by few.
      const { runBacktest } = await import('../rules/run-backtest.ts');
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
      const found = lastFloats(metrics, parseMetricSelector(selector), startMs, endMs);
      return found.map(({ labels, ...sample }) => ({ ...sample, labels: labelParts(labels) }));
    },
    /** The last samples of series in the text format. */
    federate: ({
      name,
      selectors,
      nowMs,
    }: {
      readonly name: string;
      readonly selectors: readonly string[];
      readonly nowMs: number;
    }): string => {
      using metrics = new DatabaseMetrics(this.#at(name));
      return federate(metrics, selectors.map(parseMetricSelector), nowMs);
    },
    /** Evaluates an expression at an instant. */
    evaluate: async ({
      name,
      text,
      timeMs,
      outside,
    }: {
      readonly name: string;
      readonly text: string;
      readonly timeMs: number;
      readonly outside?: OutsideData;
    }): Promise<readonly PlainSample[]> => {
      using stored = new DatabaseMetrics(this.#at(name));
      const metrics = outside ? new JoinedMetrics(stored, outside) : stored;
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
