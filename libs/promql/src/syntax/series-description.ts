import { type FloatHistogram, Labels, metricNameLabel } from '@plinth/prometheus-model';
import { parseHistogram } from './histogram-description.ts';
import { SeriesReader } from './series-reader.ts';
import { unquote } from './string-syntax.ts';
import { describeToken, type TokenKind } from './token.ts';
import { metricKinds } from './token-kinds.ts';

/** One value in the description of a series. */
export type SeriesValue =
  | { readonly kind: 'omitted' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'float'; readonly value: number }
  | {
      readonly kind: 'histogram';
      readonly histogram: FloatHistogram;
      /** The description names a hint; otherwise any hint is as good in a comparison. */
      readonly hasCounterResetHint: boolean;
    };

/** A series with its values, one for each step. */
export interface SeriesDescription {
  readonly labels: Labels;
  readonly samples: readonly SeriesValue[];
}

const itemStarts: ReadonlySet<TokenKind> = new Set<TokenKind>(['_', '{{', 'identifier', 'number', '+', '-']);

const omitted: SeriesValue = { kind: 'omitted' };

/**
 * Reads the description of a series in tests of rules and of queries: `up{job="api"} 0+10x5 _ stale {{schema:1 count:2 buckets:[1 1]}}x3`.
 * Spec: Prometheus 3.14, docs/configuration/unit_testing_rules.md, "Series notation".
 *
 * @throws ParseError for the first thing that is wrong.
 */
export function parseSeries(text: string): SeriesDescription {
  const reader = new SeriesReader(text);
  const labels = parseMetric(reader);
  const samples: SeriesValue[] = [];
  while (reader.takeIf('space')) {
    if (!itemStarts.has(reader.peek().kind)) continue;
    const item = parseItem(reader);
    reader.limit(samples.length + item.length);
    for (const sample of item) samples.push(sample);
  }
  if (reader.peek().kind !== 'end of input') reader.refuseUnexpected();
  return { labels, samples };
}

function parseMetric(reader: SeriesReader): Labels {
  const labels: [name: string, value: string][] = [];
  const name = reader.takeAny(metricKinds);
  if (reader.takeIf('{')) {
    while (!reader.takeIf('}')) {
      labels.push(parseLabel(reader));
      if (!reader.takeIf(',') && reader.peek().kind !== '}')
        reader.refuseUnexpected('label set', '"," or "}"');
    }
  }
  if (name) labels.push([metricNameLabel, name.text]);
  return Labels.from(labels);
}

function parseLabel(reader: SeriesReader): [name: string, value: string] {
  const context = 'label set';
  const quoted = reader.takeIf('string');
  const name = quoted ?? reader.take('identifier', context, 'identifier or "}"');
  if (!reader.takeIf('=')) {
    return quoted ? [metricNameLabel, unquote(quoted.text)] : reader.refuseUnexpected(context, '"="');
  }
  const value = reader.take('string', context, 'string');
  return [quoted ? unquote(quoted.text) : name.text, unquote(value.text)];
}

/** Reads the values up to the next space. */
function parseItem(reader: SeriesReader): readonly SeriesValue[] {
  if (reader.takeIf('_')) return reader.takeIf('x') ? repeated(omitted, reader.count()) : [omitted];
  return reader.peek().kind === '{{' ? parseHistograms(reader) : parseFloats(reader);
}

function parseFloats(reader: SeriesReader): readonly SeriesValue[] {
  const word = reader.takeIf('identifier');
  if (word && word.text !== 'stale') {
    reader.refuse(`unexpected ${describeToken(word)} in series values, expected number or "stale"`);
  }
  if (word) return [{ kind: 'stale' }];
  const first = reader.number();
  if (reader.takeIf('x')) return repeated({ kind: 'float', value: first }, reader.count() + 1);
  const next = reader.peek().kind;
  if (next !== '+' && next !== '-') return [{ kind: 'float', value: first }];
  const step = reader.number();
  reader.take('x', 'series values');
  const count = reader.count() + 1;
  const values: SeriesValue[] = [];
  // Added up one by one, as Prometheus does, since rounding shows in expected values.
  for (let value = first; values.length < count; value += step) values.push({ kind: 'float', value });
  return values;
}

function parseHistograms(reader: SeriesReader): readonly SeriesValue[] {
  const { histogram, hasCounterResetHint } = parseHistogram(reader);
  const first: SeriesValue = { kind: 'histogram', histogram, hasCounterResetHint };
  if (reader.takeIf('x')) return repeated(first, reader.count() + 1);
  const sign = reader.takeIf('+') ?? reader.takeIf('-');
  if (!sign) return [first];
  const step = parseHistogram(reader);
  reader.take('x', 'series values');
  const values: SeriesValue[] = [{ ...first, hasCounterResetHint: step.hasCounterResetHint }];
  let current = histogram;
  for (let left = reader.count(); left > 0; left--) {
    current = combined(reader, current, step.histogram, sign.kind === '-');
    values.push({ kind: 'histogram', histogram: current, hasCounterResetHint: step.hasCounterResetHint });
  }
  return values;
}

function combined(
  reader: SeriesReader,
  histogram: FloatHistogram,
  step: FloatHistogram,
  isMinus: boolean,
): FloatHistogram {
  const { schema } = histogram.fields;
  if (schema > step.fields.schema) {
    reader.refuse(`error combining histograms: cannot merge from schema ${step.fields.schema} to ${schema}`);
  }
  const result = isMinus ? histogram.sub(step) : histogram.add(step);
  const reason =
    'cannot apply this operation on histograms with a mix of exponential and custom bucket schemas';
  return result?.histogram ?? reader.refuse(reason);
}

function repeated(value: SeriesValue, count: number): readonly SeriesValue[] {
  return Array.from({ length: count }, () => value);
}
