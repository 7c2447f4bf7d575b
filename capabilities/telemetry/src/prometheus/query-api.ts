import { type Labels, type Matcher } from '@plinth/prometheus-model';
import {
  describeType,
  type Engine,
  type Expression,
  formatExpression,
  ParseError,
  parseExpression,
  QueryError,
  type QueryOptions,
  type QueryStatistics,
  type Result,
  type ResultValue,
  typeOf,
} from '@plinth/promql';
import { queryTimeoutMs } from '../limits.ts';
import { ApiError, errorBody, invalidParameter } from './api-error.ts';
import type { ApiReply, ApiRequest, HeadTimes } from './api-exchange.ts';
import { labelNameOf } from './label-name.ts';
import type { MetricsReader } from './metrics-reader.ts';
import { asMatchParameter, Parameters } from './parameters.ts';
import { resultJson, timeJson } from './result-json.ts';
import { syntaxTree } from './syntax-tree.ts';

/** What an answer is made of: its data as JSON, and what should be known about it. */
interface Answer {
  readonly data: string;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** How a request is stopped before it is done. */
export interface Cancellation {
  readonly signal?: AbortSignal;
  /** Asked while a query is evaluated. */
  readonly isCanceled?: () => boolean;
}

/** Texts of one kind that an answer carries. */
const annotationsMax = 10;
/** Lists of the status of the database. */
const statusLimitMax = 10_000;
const truncated = 'results truncated due to limit';

/**
 * The query side of the Prometheus HTTP API, without HTTP: parameters in, JSON out. Runs where the data is.
 * Spec: Prometheus 3.14, web/api/v1/api.go.
 */
export class QueryApi {
  readonly #engine: Engine;
  readonly #monotonicMs: () => number;

  /** @param monotonicMs - for timeouts; any zero point. */
  constructor(engine: Engine, monotonicMs: () => number) {
    this.#engine = engine;
    this.#monotonicMs = monotonicMs;
  }

  /** Answers a request; refusals and failures are answers too. Only what is our own fault is thrown. */
  async answer(
    reader: MetricsReader,
    request: ApiRequest,
    cancellation: Cancellation = {},
  ): Promise<ApiReply> {
    try {
      const parameters = new Parameters(request.query, request.form);
      const {
        data,
        warnings = [],
        infos = [],
      } = await this.#answer(reader, request, parameters, cancellation);
      const all = [...(reader.warnings ?? []), ...warnings];
      return { status: 200, body: `{"status":"success","data":${data}${annotations(all, infos)}}` };
    } catch (error) {
      const known = apiErrorOf(error);
      return { status: known.status, body: errorBody(known.type, known.message) };
    }
  }

  #answer(
    reader: MetricsReader,
    request: ApiRequest,
    parameters: Parameters,
    cancellation: Cancellation,
  ): Answer | Promise<Answer> {
    switch (request.question) {
      case 'query':
        return this.#query(reader, request, parameters, cancellation);
      case 'query_range':
        return this.#queryRange(reader, parameters, cancellation);
      case 'format_query':
        return { data: JSON.stringify(formatExpression(parsed(parameters))) };
      case 'parse_query':
        return { data: JSON.stringify(syntaxTree(parsed(parameters))) };
      case 'labels':
        return labels(reader, parameters);
      case 'label_values':
        return labelValues(reader, request.name ?? '', parameters);
      case 'series':
        return series(reader, parameters);
      case 'tsdb_status':
        return status(reader, parameters, request.headTimes);
    }
  }

  async #query(
    reader: MetricsReader,
    { nowMs }: ApiRequest,
    parameters: Parameters,
    cancellation: Cancellation,
  ): Promise<Answer> {
    const limit = parameters.limit();
    const timeMs = parameters.timeOr('time', nowMs);
    const options = this.#options(parameters, cancellation);
    const text = parameters.text('query');
    const expression = parsed(parameters);
    return await this.#evaluated(parameters, limit, () =>
      this.#engine.instant(reader, expression, timeMs, { ...options, text }),
    );
  }

  async #queryRange(
    reader: MetricsReader,
    parameters: Parameters,
    cancellation: Cancellation,
  ): Promise<Answer> {
    const limit = parameters.limit();
    const range = parameters.range();
    const options = this.#options(parameters, cancellation);
    const text = parameters.text('query');
    const expression = parsed(parameters);
    const type = typeOf(expression);
    if (type !== 'scalar' && type !== 'vector') {
      const found = JSON.stringify(describeType(type));
      const why = `invalid expression type ${found} for range query, must be Scalar or instant Vector`;
      throw invalidParameter('query', why);
    }
    return await this.#evaluated(parameters, limit, () =>
      this.#engine.range(reader, expression, range, { ...options, text }),
    );
  }

  async #evaluated(parameters: Parameters, limit: number, run: () => Promise<Result>): Promise<Answer> {
    const startedMs = this.#monotonicMs();
    const result = await run();
    const seconds = (this.#monotonicMs() - startedMs) / 1000;
    return queryAnswer(result, limit, parameters.text('stats'), seconds);
  }

  /** @throws ApiError */
  #options(parameters: Parameters, cancellation: Cancellation): QueryOptions {
    const timeoutMs = Math.min(parameters.durationOr('timeout', queryTimeoutMs), queryTimeoutMs);
    const lookbackMs = parameters.lookback();
    return {
      ...cancellation,
      deadline: { atMs: this.#monotonicMs() + timeoutMs, nowMs: this.#monotonicMs },
      ...(lookbackMs === 0 ? {} : { lookbackMs }),
      perStepStatistics: parameters.text('stats') === 'all',
    };
  }
}

function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (!(error instanceof QueryError)) throw error;
  const { reason, message } = error;
  if (reason === 'timeout' || reason === 'canceled') return new ApiError(reason, message, error);
  return new ApiError('execution', message, error);
}

function annotations(warnings: readonly string[], infos: readonly string[]): string {
  const list = (name: 'warning' | 'info', texts: readonly string[]): string =>
    texts.length === 0 ? '' : `,"${name}s":${JSON.stringify(shortened(name, texts))}`;
  return list('warning', warnings) + list('info', infos);
}

function shortened(name: string, texts: readonly string[]): readonly string[] {
  const more = texts.length - annotationsMax;
  if (more <= 0) return texts;
  return [...texts.slice(0, annotationsMax), `${more} more ${name} annotations omitted`];
}

/** @param seconds - that the evaluation took */
function queryAnswer(result: Result, limit: number, stats: string, seconds: number): Answer {
  const { value, isTruncated } = limited(result.value, limit);
  const shown = stats === '' ? '' : `,"stats":${statisticsJson(result.statistics, seconds)}`;
  return {
    data: `{"resultType":"${value.type}","result":${resultJson(value)}${shown}}`,
    warnings: [
      ...result.warnings,
      ...(isTruncated ? [truncated] : []),
      ...(knownStatistics.has(stats) ? [] : [deprecatedStatistics(stats)]),
    ],
    infos: result.infos,
  };
}

/** What `stats` may be; anything else is taken for `true`, with a warning. */
const knownStatistics: ReadonlySet<string> = new Set(['', 'true', 'all']);

function deprecatedStatistics(stats: string): string {
  const value = JSON.stringify(stats);
  return `value ${value} for parameter "stats" is deprecated and will be rejected in the next major release, use "true" or "all"`;
}

function limited(
  value: ResultValue,
  limit: number,
): { readonly value: ResultValue; readonly isTruncated: boolean } {
  if (limit > 0 && value.type === 'vector' && value.samples.length > limit) {
    return { value: { ...value, samples: value.samples.slice(0, limit) }, isTruncated: true };
  }
  if (limit > 0 && value.type === 'matrix' && value.series.length > limit) {
    return { value: { ...value, series: value.series.slice(0, limit) }, isTruncated: true };
  }
  return { value, isTruncated: false };
}

function statisticsJson(statistics: QueryStatistics, seconds: number): string {
  const { totalQueryableSamples, totalQueryableSamplesPerStep, peakSamples } = statistics;
  const perStep = totalQueryableSamplesPerStep?.map(
    ({ timeMs, samples }) => `[${timeJson(timeMs)},${samples}]`,
  );
  const steps = perStep ? `"totalQueryableSamplesPerStep":[${perStep.join(',')}],` : '';
  const timings = `{"evalTotalTime":${seconds},"execTotalTime":${seconds}}`;
  const samples = `{${steps}"totalQueryableSamples":${totalQueryableSamples},"peakSamples":${peakSamples}}`;
  return `{"timings":${timings},"samples":${samples}}`;
}

/** @throws ApiError */
function parsed(parameters: Parameters): Expression {
  try {
    return parseExpression(parameters.text('query'));
  } catch (error) {
    throw error instanceof ParseError ? invalidParameter('query', error.message) : error;
  }
}

/** All that several sets of matchers give, each once and in order. */
function united(
  sets: readonly (readonly Matcher[])[],
  read: (matchers: readonly Matcher[]) => readonly string[],
): readonly string[] {
  const [only = []] = sets;
  if (sets.length <= 1) return read(only);
  return [...new Set(sets.flatMap(read))].sort();
}

function listAnswer(items: readonly unknown[], limit: number): Answer {
  if (limit === 0 || items.length <= limit) return { data: JSON.stringify(items) };
  return { data: JSON.stringify(items.slice(0, limit)), warnings: [truncated] };
}

function labels(reader: MetricsReader, parameters: Parameters): Answer {
  const limit = parameters.limit();
  const range = parameters.timeRange();
  const names = united(parameters.matcherSets(), (matchers) => reader.labelNames(matchers, range));
  return listAnswer(names, limit);
}

function labelValues(reader: MetricsReader, written: string, parameters: Parameters): Answer {
  const name = labelNameOf(written);
  const limit = parameters.limit();
  const range = parameters.timeRange();
  const sets = parameters.matcherSets();
  const values = united(sets, (matchers) => reader.labelValues(name, matchers, range));
  return listAnswer(values, limit);
}

function series(reader: MetricsReader, parameters: Parameters): Answer {
  if (parameters.all('match[]').length === 0) throw new ApiError('bad_data', 'no match[] parameter provided');
  const limit = parameters.limit();
  const range = parameters.timeRange();
  const sets = asMatchParameter(() => parameters.matcherSets());
  const [only = []] = sets;
  if (sets.length === 1) return listAnswer(reader.series(only, range), limit);
  const found = sets.flatMap((matchers) => reader.series(matchers, range));
  const byKey = new Map<string, Labels>(found.map((one) => [one.key, one]));
  return listAnswer(
    [...byKey.values()].sort((a, b) => a.compare(b)),
    limit,
  );
}

function status(reader: MetricsReader, parameters: Parameters, headTimes: HeadTimes | undefined): Answer {
  const text = parameters.text('limit');
  const limit = text === '' ? 10 : /^[+-]?\d+$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new ApiError('bad_data', 'limit must be a positive number');
  if (limit > statusLimitMax) throw new ApiError('bad_data', `limit must not exceed ${statusLimitMax}`);
  const { headStats, ...lists } = reader.status(limit);
  return { data: JSON.stringify({ headStats: { ...headStats, ...headTimes }, ...lists }) };
}
