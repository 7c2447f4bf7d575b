import { Engine } from '../../src/engine/engine.ts';
import { QueryError } from '../../src/engine/query-error.ts';
import type { Result, ResultValue, VectorSample } from '../../src/engine/result.ts';
import { ParseError } from '../../src/syntax/parse-error.ts';
import { parseExpression } from '../../src/syntax/parse-expression.ts';
import { printExpression } from '../../src/syntax/print-expression.ts';
import { pinned } from './at-modifier.ts';
import { annotationDifference, difference } from './comparison.ts';
import type { MemoryStorage } from './memory-storage.ts';
import type { EvalCommand } from './script.ts';

const parser = {
  experimentalFunctions: true,
  durationExpressions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

/** As the tests of Prometheus have it. */
const engine = new Engine({ samplesMax: 10_000, usesStartTimestamps: true, parser });

/** Runs an evaluation in all the ways that Prometheus does. @returns what is wrong; undefined when nothing is. */
export async function evaluate(command: EvalCommand, storage: MemoryStorage): Promise<string | undefined> {
  if (command.timeMs === undefined) {
    return judged(command, () => engine.range(storage, command.query, command.range));
  }
  for (const { query, timeMs } of instantQueries(command, command.timeMs)) {
    const wrong = await evaluateInstant(command, query, timeMs, storage);
    if (wrong !== undefined) return `${query} at ${timeMs}: ${wrong}`;
  }
  return undefined;
}

interface InstantQuery {
  readonly query: string;
  readonly timeMs: number;
}

/** The query itself, and with its selectors fixed to its time, at other times. */
function instantQueries(command: EvalCommand, timeMs: number): readonly InstantQuery[] {
  const itself = { query: command.query, timeMs };
  const fixed = pinned(parseExpression(command.query, parser), timeMs);
  if (!fixed) return [itself];
  const query = printExpression(fixed);
  const times =
    timeMs === 0 ? [-1000, 0, 1000] : [-10 * timeMs, 0, Math.trunc(timeMs / 5), timeMs, 10 * timeMs];
  return [itself, ...times.map((time) => ({ query, timeMs: time }))];
}

async function evaluateInstant(
  command: EvalCommand,
  query: string,
  timeMs: number,
  storage: MemoryStorage,
): Promise<string | undefined> {
  let type: ResultValue['type'] | undefined;
  const wrong = await judged(command, async () => {
    const result = await engine.instant(storage, query, timeMs);
    type = result.value.type;
    return result;
  });
  const dependsOnQuery = /(?:start|end|range|step)\(\)/.test(query);
  if (wrong !== undefined || type === undefined || command.isInstantOnly || dependsOnQuery) return wrong;
  const minuteMs = 60_000;
  const range = { startMs: timeMs - minuteMs, endMs: timeMs + minuteMs, stepMs: minuteMs };
  const { value } = await engine.range(storage, query, range);
  if (command.isOrdered) return undefined;
  const middle = difference(command, atTime(value, timeMs, type));
  return middle && `in a range query: ${middle}`;
}

/** The values of a range query at one time, as an instant query would give them. */
function atTime(value: ResultValue, timeMs: number, type: ResultValue['type']): ResultValue {
  if (value.type !== 'matrix') return value;
  const samples = value.series.flatMap((series): VectorSample[] => {
    const { labels } = series;
    const at = series.timestamps.indexOf(timeMs);
    if (at >= 0) return [{ labels, value: series.values[at] ?? 0, histogram: undefined }];
    const histogram = series.histograms[series.histogramTimestamps.indexOf(timeMs)];
    return histogram ? [{ labels, value: 0, histogram }] : [];
  });
  const [first] = samples;
  return type === 'scalar' && first
    ? { type, timeMs, value: first.value }
    : { type: 'vector', timeMs, samples };
}

async function judged(command: EvalCommand, run: () => Promise<Result>): Promise<string | undefined> {
  let result: Result;
  try {
    result = await run();
  } catch (error) {
    if (!(error instanceof QueryError || error instanceof ParseError)) throw error;
    if (command.failure?.(error.message)) return undefined;
    return `failed: ${error.message}`;
  }
  if (command.failure) return 'expected a failure';
  return (
    annotationDifference('warning', command.warnings, result.warnings) ??
    annotationDifference('info', command.infos, result.infos) ??
    difference(command, result.value)
  );
}
