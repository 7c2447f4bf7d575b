import {
  type CounterResetHint,
  FloatHistogram,
  type FloatHistogramFields,
  type Span,
} from '@plinth/prometheus-model';
import type { SeriesReader } from './series-reader.ts';

const resetHints: Readonly<Record<string, CounterResetHint>> = {
  unknown: 'unknown',
  reset: 'reset',
  not_reset: 'not-reset',
  gauge: 'gauge',
};

/** What a description says, by the names that it has for the fields. */
interface Fields {
  readonly numbers: Map<string, number>;
  readonly lists: Map<string, readonly number[]>;
  counterResetHint?: CounterResetHint;
}

/** Reads a histogram in double braces: `{{schema:1 count:3 sum:2.5 buckets:[2 1] offset:-1}}`. */
export function parseHistogram(reader: SeriesReader): {
  histogram: FloatHistogram;
  hasCounterResetHint: boolean;
} {
  reader.take('{{', 'series values');
  const fields: Fields = { numbers: new Map(), lists: new Map() };
  const names = new Set<string>();
  // A space before the first field stands alone, one after the last does not matter.
  if (!reader.takeIf('space') && reader.peek().kind !== '}}') {
    do {
      const name = parseField(reader, fields, names.size === 0);
      if (names.has(name)) reader.refuse(`duplicate key "${name}" in histogram`, { start: 0, end: 0 });
      names.add(name);
    } while (reader.takeIf('space') && reader.peek().kind !== '}}');
    if (reader.peek().kind !== '}}') refuseField(reader);
  }
  reader.take('}}', 'series values');
  return { histogram: histogramOf(fields), hasCounterResetHint: fields.counterResetHint !== undefined };
}

function refuseField(reader: SeriesReader): never {
  reader.refuseUnexpected('histogram description', 'histogram description key, e.g. buckets:[5 10 7]');
}

/** Reads a name, a colon and a value. @returns the name. */
function parseField(reader: SeriesReader, fields: Fields, isFirst: boolean): string {
  const token = reader.takeIf('histogram field');
  if (!token) return isFirst ? reader.refuseUnexpected('series values') : refuseField(reader);
  const name = token.text.toLowerCase();
  reader.take(':', 'series values');
  switch (name) {
    case 'schema':
    case 'offset':
    case 'n_offset': {
      const isNegative = reader.takeIf('-') !== undefined;
      const count = reader.count();
      fields.numbers.set(name, isNegative ? -count : count);
      break;
    }
    case 'counter_reset_hint': {
      const hint = reader.take('counter reset hint', 'series values').text.toLowerCase();
      fields.counterResetHint = resetHints[hint] ?? 'unknown';
      break;
    }
    case 'buckets':
    case 'n_buckets':
    case 'custom_values':
      fields.lists.set(name, parseList(reader));
      break;
    case 'z_bucket_w':
      if (reader.peek().kind !== 'number') reader.refuseUnexpected('series values');
      fields.numbers.set(name, reader.number());
      break;
    default:
      fields.numbers.set(name, reader.number());
  }
  return name;
}

function parseList(reader: SeriesReader): readonly number[] {
  reader.take('[', 'series values');
  const values = [reader.number()];
  while (reader.takeIf('space')) {
    if (reader.peek().kind !== ']') values.push(reader.number());
  }
  reader.take(']', 'series values');
  return values;
}

function histogramOf({ numbers, lists, counterResetHint }: Fields): FloatHistogram {
  const positiveBuckets = lists.get('buckets') ?? [];
  const negativeBuckets = lists.get('n_buckets') ?? [];
  const fields: FloatHistogramFields = {
    counterResetHint: counterResetHint ?? 'unknown',
    schema: numbers.get('schema') ?? 0,
    zeroThreshold: numbers.get('z_bucket_w') ?? 0,
    zeroCount: numbers.get('z_bucket') ?? 0,
    count: numbers.get('count') ?? 0,
    sum: numbers.get('sum') ?? 0,
    positiveSpans: spanOf(numbers.get('offset'), positiveBuckets),
    negativeSpans: spanOf(numbers.get('n_offset'), negativeBuckets),
    positiveBuckets,
    negativeBuckets,
    customValues: lists.get('custom_values') ?? [],
  };
  return new FloatHistogram(fields);
}

function spanOf(offset: number | undefined, buckets: readonly number[]): readonly Span[] {
  return buckets.length === 0 ? [] : [{ offset: offset ?? 0, length: buckets.length }];
}
