import type { CapabilityParts } from '@plinth/kernel';
import { type CountedForward, forwardFamilies } from '../forward/forward-metrics.ts';
import type { WriteOutcome } from './sample-batch.ts';

/** A metric with its samples, as the host shows them. */
type Family = ReturnType<NonNullable<CapabilityParts['metrics']>>[number];

/** What is counted about metrics, over all virtual clusters of the process. Names are those of Prometheus where it has them. */
export class TelemetryCounts {
  #floats = 0;
  #histograms = 0;
  readonly #refused = new Map<string, number>();
  /** Series in the head, by virtual cluster. */
  readonly #series = new Map<string, number>();
  /** Forwards that are under way, by virtual cluster and name. */
  readonly forwards: Map<string, CountedForward> = new Map();
  #queries = 0;
  #queriesDone = 0;
  #queriesFailed = 0;
  #querySeconds = 0;
  #rules = 0;
  #rulesFailed = 0;
  #ruleSeconds = 0;

  /** @param name - of the database */
  wrote(name: string, { samples, histograms, refused, series }: WriteOutcome): void {
    this.#floats += samples;
    this.#histograms += histograms;
    for (const [reason, count] of Object.entries(refused)) {
      this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + count);
    }
    this.#series.set(name, series);
  }

  closed(name: string): void {
    this.#series.delete(name);
  }

  /** Counts a query from its waiting to its end. */
  async asked<Result>(
    nowMs: () => number,
    isFailure: (result: Result) => boolean,
    work: () => Promise<Result>,
  ): Promise<Result> {
    this.#queries++;
    const startedMs = nowMs();
    let hasFailed = true;
    try {
      const result = await work();
      hasFailed = isFailure(result);
      return result;
    } finally {
      this.#queries--;
      this.#queriesDone++;
      if (hasFailed) this.#queriesFailed++;
      this.#querySeconds += (nowMs() - startedMs) / 1000;
    }
  }

  /** An evaluation of a group of rules. */
  evaluated({
    rules,
    failed,
    durationMs,
  }: {
    readonly rules: number;
    readonly failed: number;
    readonly durationMs: number;
  }): void {
    this.#rules += rules;
    this.#rulesFailed += failed;
    this.#ruleSeconds += durationMs / 1000;
  }

  collect(): Family[] {
    const series = [...this.#series.values()].reduce((sum, one) => sum + one, 0);
    return [
      {
        name: 'prometheus_tsdb_head_samples_appended_total',
        help: 'Samples that were taken.',
        type: 'counter',
        samples: [
          { labels: { type: 'float' }, value: this.#floats },
          { labels: { type: 'histogram' }, value: this.#histograms },
        ],
      },
      {
        name: 'prometheus_tsdb_head_samples_refused_total',
        help: 'Samples that were not taken.',
        type: 'counter',
        samples: [...this.#refused].map(([reason, value]) => ({ labels: { reason }, value })),
      },
      plain('prometheus_tsdb_head_series', 'gauge', 'Series in the heads.', series),
      plain('prometheus_engine_queries', 'gauge', 'Queries that wait or are evaluated.', this.#queries),
      plain('prometheus_engine_queries_total', 'counter', 'Queries that are over.', this.#queriesDone),
      plain('prometheus_engine_query_failures_total', 'counter', 'Those that failed.', this.#queriesFailed),
      plain(
        'prometheus_engine_query_seconds_total',
        'counter',
        'Time from the arrival of queries to their ends.',
        this.#querySeconds,
      ),
      plain('prometheus_rule_evaluations_total', 'counter', 'Evaluations of rules.', this.#rules),
      plain(
        'prometheus_rule_evaluation_failures_total',
        'counter',
        'Evaluations of rules that failed.',
        this.#rulesFailed,
      ),
      plain(
        'prometheus_rule_evaluation_seconds_total',
        'counter',
        'Time that rules were evaluated for.',
        this.#ruleSeconds,
      ),
      ...forwardFamilies([...this.forwards.values()]),
    ];
  }
}

function plain(name: string, type: 'counter' | 'gauge', help: string, value: number): Family {
  return { name, type, help, samples: [{ labels: {}, value }] };
}

/** Those of this process. */
export const processCounts = new TelemetryCounts();
