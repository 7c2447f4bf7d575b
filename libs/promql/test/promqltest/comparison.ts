import type { FloatHistogram, Labels, Span } from '@plinth/prometheus-model';
import type { MatrixResult, ResultValue, VectorResult } from '../../src/engine/result.ts';
import type { SeriesDescription, SeriesValue } from '../../src/syntax/series-description.ts';
import type { EvalCommand, Expectation } from './script.ts';

/** What is wrong with a result; undefined when it is as expected. */
export function difference(command: EvalCommand, value: ResultValue): string | undefined {
  switch (value.type) {
    case 'string':
      return value.value === command.text ? undefined : `expected ${command.text}, got ${value.value}`;
    case 'scalar':
      if (command.scalar === undefined) return `expected no scalar, got ${value.value}`;
      return almostEqual(value.value, command.scalar)
        ? undefined
        : `expected ${command.scalar}, got ${value.value}`;
    case 'vector':
      return vectorDifference(command, value);
    case 'matrix':
      return matrixDifference(command, value);
  }
}

function vectorDifference(command: EvalCommand, { samples }: VectorResult): string | undefined {
  if (command.scalar !== undefined) return 'expected a scalar, got an instant vector';
  const expected = new Map(command.series.map((series, i) => [series.labels.key, { series, i }]));
  for (const [position, { labels, value, histogram }] of samples.entries()) {
    const entry = expected.get(labels.key);
    const [first] = entry?.series.samples ?? [];
    const found = `${labels} ${histogram?.toDescription() ?? value}`;
    if (!entry || !first) return `unexpected ${found}`;
    if (command.isOrdered && entry.i !== position) return `${found} at position ${position}`;
    if (!sampleMatches(first, value, histogram)) {
      return `expected ${describe(first)}, got ${found}`;
    }
    expected.delete(labels.key);
  }
  const [missing] = expected.values();
  return missing && `missing ${missing.series.labels}`;
}

function matrixDifference(command: EvalCommand, { series }: MatrixResult): string | undefined {
  const expected = new Map(command.series.map((entry) => [entry.labels.key, entry]));
  let previous: Labels | undefined;
  for (const found of series) {
    if (previous && previous.compare(found.labels) > 0) return 'series are not sorted';
    previous = found.labels;
    const entry = expected.get(found.labels.key);
    if (!entry) return `unexpected ${found.labels} ${[...found.values]}`;
    expected.delete(found.labels.key);
    const actual = new Map<number, number | FloatHistogram>();
    for (const [i, timeMs] of found.timestamps.entries()) actual.set(timeMs, found.values[i] ?? 0);
    for (const [i, timeMs] of found.histogramTimestamps.entries()) {
      const histogram = found.histograms[i];
      if (histogram) actual.set(timeMs, histogram);
    }
    const wrong = seriesDifference(command, entry, actual);
    if (wrong !== undefined) return `${found.labels}: ${wrong}`;
  }
  const [missing] = expected.values();
  return missing && `missing ${missing.labels}`;
}

function seriesDifference(
  { range }: EvalCommand,
  { samples }: SeriesDescription,
  actual: Map<number, number | FloatHistogram>,
): string | undefined {
  for (const [i, expected] of samples.entries()) {
    if (expected.kind === 'omitted') continue;
    const timeMs = range.startMs + i * range.stepMs;
    const found = actual.get(timeMs);
    actual.delete(timeMs);
    const [value, histogram] = typeof found === 'object' ? [0, found] : [found, undefined];
    if (value === undefined || !sampleMatches(expected, value, histogram)) {
      return `at ${timeMs}: expected ${describe(expected)}, got ${histogram?.toDescription() ?? value}`;
    }
  }
  return actual.size > 0 ? `unexpected values at ${[...actual.keys()]}` : undefined;
}

function describe(value: SeriesValue): string {
  if (value.kind === 'float') return String(value.value);
  return value.kind === 'histogram' ? value.histogram.toDescription() : value.kind;
}

function sampleMatches(expected: SeriesValue, value: number, histogram: FloatHistogram | undefined): boolean {
  if (expected.kind === 'histogram') {
    return (
      histogram !== undefined && histogramMatches(expected.histogram, histogram, expected.hasCounterResetHint)
    );
  }
  return expected.kind === 'float' && !histogram && almostEqual(value, expected.value);
}

const epsilon = 0.000001;

/** Relative to the sum of both. */
function almostEqual(one: number, other: number): boolean {
  if (Number.isNaN(one) && Number.isNaN(other)) return true;
  if (one === other) return true;
  const distance = Math.abs(one - other);
  const size = Math.abs(one) + Math.abs(other);
  const smallest = 2.2250738585072014e-308;
  if (one === 0 || other === 0 || size < smallest) return distance < epsilon * smallest;
  return distance / Math.min(size, Number.MAX_VALUE) < epsilon;
}

function histogramMatches(one: FloatHistogram, other: FloatHistogram, withHint: boolean): boolean {
  const [a, b] = [one.compact().fields, other.compact().fields];
  return (
    a.schema === b.schema &&
    a.zeroThreshold === b.zeroThreshold &&
    almostEqual(a.count, b.count) &&
    almostEqual(a.sum, b.sum) &&
    almostEqual(a.zeroCount, b.zeroCount) &&
    (a.schema !== -53 || numbersMatch(a.customValues, b.customValues)) &&
    spanText(a.positiveSpans) === spanText(b.positiveSpans) &&
    spanText(a.negativeSpans) === spanText(b.negativeSpans) &&
    numbersMatch(a.positiveBuckets, b.positiveBuckets) &&
    numbersMatch(a.negativeBuckets, b.negativeBuckets) &&
    (!withHint || a.counterResetHint === b.counterResetHint)
  );
}

/** The indexes of the buckets: empty spans and their place between others say nothing. */
function spanText(spans: readonly Span[]): string {
  const indexes: number[] = [];
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++) indexes.push(index++);
  }
  return indexes.join();
}

function numbersMatch(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((value, i) => almostEqual(value, other[i] ?? 0));
}

/** What is wrong with the annotations of a level. */
export function annotationDifference(
  level: string,
  { none, all }: Expectation,
  found: readonly string[],
): string | undefined {
  if (none && found.length > 0) return `unexpected ${level}: ${found.join('; ')}`;
  if (all.length === 0) return undefined;
  const isMissing = all.some((expected) => !found.some(expected));
  if (isMissing) return `expected another ${level}, found: ${found.join('; ') || 'none'}`;
  const extra = found.find((text) => !all.some((expected) => expected(text)));
  return extra && `unexpected ${level}: ${extra}`;
}
