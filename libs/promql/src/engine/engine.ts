import type { Queryable } from '@plinth/prometheus-model';
import type { Expression } from '../syntax/expression.ts';
import { parseExpression } from '../syntax/parse-expression.ts';
import type { ParserOptions } from '../syntax/parser-options.ts';
import { Annotations } from './annotations.ts';
import { Evaluator } from './evaluator.ts';
import { Interruption, type InterruptionOptions } from './interruption.ts';
import { instantValue, rangeValue } from './materialize.ts';
import { planQuery } from './planner.ts';
import { refuse } from './query-error.ts';
import type { Result, ResultValue } from './result.ts';
import { SampleMemory } from './sample-memory.ts';
import { SampleUsage } from './sample-usage.ts';
import { Scope } from './scope.ts';
import { selectSeries } from './selecting.ts';
import { Steps } from './steps.ts';

/** How an engine evaluates. */
export interface EngineOptions {
  /** How old the last sample of a series may be. Default: 5 minutes. */
  readonly lookbackMs?: number;
  /** Step of subqueries that name none, given the length of their window. Default: 1 minute. */
  readonly subqueryStepMs?: (rangeMs: number) => number;
  /** Samples that a query may hold at once. Default: 50,000,000. */
  readonly samplesMax?: number;
  /** Start timestamps of samples count: counters were reset where they say so (experimental). */
  readonly usesStartTimestamps?: boolean;
  /** Series have `__type__` and `__unit__` labels (experimental). */
  readonly hasTypeAndUnitLabels?: boolean;
  /**
   * Names of metrics that functions and operators drop stay until the end of the evaluation (`promql-delayed-name-removal`), so that
   * `label_replace(rate(x[5m]), ...)` and `sum by (__name__) (rate(x[5m]))` still see them. Default: true.
   */
  readonly delaysNameRemoval?: boolean;
  /** Which experimental parts of the language are allowed; none unless said. */
  readonly parser?: ParserOptions;
}

/** How one query is evaluated. */
export interface QueryOptions extends InterruptionOptions {
  /** In place of that of the engine. */
  readonly lookbackMs?: number;
  /** Count the samples of each step apart. */
  readonly perStepStatistics?: boolean;
  /** The text of a query that is given as an expression, for the positions in annotations. */
  readonly text?: string;
}

/** The instants of a range query, in milliseconds since the epoch; both ends are included. */
export interface QueryRange {
  readonly startMs: number;
  readonly endMs: number;
  /** At least 1. */
  readonly stepMs: number;
}

const minuteMs = 60_000;
const defaultSamplesMax = 50_000_000;

/**
 * Evaluates PromQL over any source of samples. Has no state: one engine serves any number of queries, and as many engines as there are
 * threads.
 * Spec: Prometheus 3.14, promql/engine.go.
 *
 * @example
 * const engine = new Engine();
 * const { value } = await engine.range(source, 'rate(x_total[5m])', { startMs: 0, endMs: 3_600_000, stepMs: 60_000 });
 */
export class Engine {
  readonly #options: EngineOptions;

  constructor(options: EngineOptions = {}) {
    this.#options = options;
  }

  /**
   * Evaluates a query at one instant.
   *
   * @param query - the text, or an expression that was parsed from it.
   * @throws ParseError when the text is no PromQL.
   * @throws QueryError when the data do not allow it, it takes too long or too much memory, or was canceled.
   */
  async instant(
    source: Queryable,
    query: string | Expression,
    timeMs: number,
    options: QueryOptions = {},
  ): Promise<Result> {
    const steps = new Steps(timeMs, timeMs, 1);
    return this.#run(source, query, steps, { startMs: timeMs, endMs: timeMs, stepMs: 0 }, options);
  }

  /**
   * Evaluates a query at the instants of a range.
   *
   * @param query - the text, or an expression that was parsed from it; a scalar or an instant vector.
   * @returns a matrix.
   * @throws ParseError when the text is no PromQL.
   * @throws QueryError when the data do not allow it, it takes too long or too much memory, or was canceled.
   * @throws RangeError when the step is less than 1 ms.
   */
  async range(
    source: Queryable,
    query: string | Expression,
    range: QueryRange,
    options: QueryOptions = {},
  ): Promise<Result> {
    if (!(range.stepMs >= 1)) throw new RangeError(`step is ${range.stepMs} ms, must be at least 1`);
    const steps = new Steps(range.startMs, range.endMs, range.stepMs);
    return this.#run(source, query, steps, range, options);
  }

  async #run(
    source: Queryable,
    query: string | Expression,
    steps: Steps,
    range: QueryRange,
    options: QueryOptions,
  ): Promise<Result> {
    const isInstant = range.stepMs === 0;
    const expression = typeof query === 'string' ? parseExpression(query, this.#options.parser) : query;
    const lookbackMs = options.lookbackMs ?? this.#options.lookbackMs ?? 5 * minuteMs;
    const subqueryStepMs = this.#options.subqueryStepMs ?? (() => minuteMs);
    const plan = planQuery(expression, { ...range, lookbackMs, subqueryStepMs });
    if (!isInstant && plan.type !== 'scalar' && plan.type !== 'vector') {
      const found = plan.type === 'matrix' ? 'range vector' : plan.type;
      refuse(
        `invalid expression type ${JSON.stringify(found)} for range query, must be Scalar or instant Vector`,
      );
    }
    const interruption = new Interruption(options);
    interruption.check();
    const memory = new SampleMemory(this.#options.samplesMax ?? defaultSamplesMax);
    memory.touch(steps.count);
    try {
      await selectSeries(plan, source, options.signal);
    } catch (error) {
      interruption.check();
      throw error;
    }
    interruption.check();
    const annotations = new Annotations();
    const evaluator = new Evaluator({
      lookbackMs,
      annotations,
      memory,
      interruption,
      usesStartTimestamps: this.#options.usesStartTimestamps ?? false,
      hasTypeAndUnitLabels: this.#options.hasTypeAndUnitLabels ?? false,
      delaysNameRemoval: this.#options.delaysNameRemoval ?? true,
    });
    const usage = new SampleUsage(options.perStepStatistics ? steps.count : undefined);
    const scope = new Scope(steps, usage);
    const value: ResultValue = isInstant
      ? instantValue(evaluator, plan, scope)
      : rangeValue(evaluator, plan, scope);
    const text = typeof query === 'string' ? query : options.text;
    return {
      value,
      warnings: annotations.texts('warning', text),
      infos: annotations.texts('info', text),
      statistics: {
        totalQueryableSamples: usage.total,
        totalQueryableSamplesPerStep:
          usage.perStep &&
          Array.from(usage.perStep, (samples, step) => ({ timeMs: steps.at(step), samples })),
        peakSamples: memory.peak,
      },
    };
  }
}
