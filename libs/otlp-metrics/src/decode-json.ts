import { JsonFields } from './json-fields.ts';
import {
  type Attributes,
  type AttributeValue,
  attributeDepthMax,
  type ExemplarPoint,
  type ExponentialBuckets,
  type ExponentialPoint,
  type HistogramPoint,
  type Metric,
  type MetricData,
  type NumberPoint,
  noRecordedValueFlag,
  type ResourceMetrics,
  type SummaryPoint,
  type Temporality,
  temporalities,
} from './metrics-data.ts';
import { OtlpError } from './otlp-error.ts';

const textDecoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes an `ExportMetricsServiceRequest` from OTLP/JSON: names in lowerCamelCase, identifiers in hex, 64-bit integers as texts or
 * numbers, enumerations as numbers; what is not known is passed over.
 * @throws OtlpError of code `malformed`, with the path.
 * Spec: OTLP 1.9, "JSON Protobuf Encoding".
 */
export function decodeJson(bytes: Uint8Array): ResourceMetrics[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(textDecoder.decode(bytes));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OtlpError('malformed', `the request is no JSON: ${reason}`, { cause });
  }
  return JsonFields.of(parsed, '').objects('resourceMetrics').map(resourceMetrics);
}

function resourceMetrics(fields: JsonFields): ResourceMetrics {
  const resource = fields.object('resource');
  return {
    attributes: resource ? attributes(resource, 'attributes') : new Map(),
    scopes: fields.objects('scopeMetrics').map((one) => {
      const scope = one.object('scope');
      return {
        scope: {
          name: scope?.text('name') ?? '',
          version: scope?.text('version') ?? '',
          attributes: scope ? attributes(scope, 'attributes') : new Map(),
        },
        schemaUrl: one.text('schemaUrl'),
        metrics: one.objects('metrics').map(metric),
      };
    }),
  };
}

function metric(fields: JsonFields): Metric {
  return {
    name: fields.text('name'),
    description: fields.text('description'),
    unit: fields.text('unit'),
    data: metricData(fields),
  };
}

function metricData(fields: JsonFields): MetricData {
  const gauge = fields.object('gauge');
  if (gauge) return { type: 'gauge', points: gauge.objects('dataPoints').map(numberPoint) };
  const sum = fields.object('sum');
  if (sum) {
    const points = sum.objects('dataPoints').map(numberPoint);
    return { type: 'sum', temporality: temporality(sum), isMonotonic: sum.bool('isMonotonic'), points };
  }
  const histogram = fields.object('histogram');
  if (histogram) {
    const points = histogram.objects('dataPoints').map(histogramPoint);
    return { type: 'histogram', temporality: temporality(histogram), points };
  }
  const exponential = fields.object('exponentialHistogram');
  if (exponential) {
    const points = exponential.objects('dataPoints').map(exponentialPoint);
    return { type: 'exponential', temporality: temporality(exponential), points };
  }
  const summary = fields.object('summary');
  return summary && { type: 'summary', points: summary.objects('dataPoints').map(summaryPoint) };
}

function temporality(fields: JsonFields): Temporality {
  return temporalities[fields.integer('aggregationTemporality')] ?? 'unspecified';
}

function dataPoint(fields: JsonFields) {
  return {
    attributes: attributes(fields, 'attributes'),
    startTimeMs: fields.timeMs('startTimeUnixNano'),
    timeMs: fields.timeMs('timeUnixNano'),
    isRecorded: (fields.integer('flags') & noRecordedValueFlag) === 0,
  };
}

function numberValue(fields: JsonFields): number | undefined {
  if (fields.has('asInt')) return fields.integer('asInt');
  return fields.has('asDouble') ? fields.double('asDouble') : undefined;
}

function numberPoint(fields: JsonFields): NumberPoint {
  return { ...dataPoint(fields), value: numberValue(fields) ?? 0, exemplars: exemplars(fields) };
}

function histogramPoint(fields: JsonFields): HistogramPoint {
  return {
    ...dataPoint(fields),
    count: fields.integer('count'),
    sum: fields.has('sum') ? fields.double('sum') : undefined,
    bucketCounts: fields.integers('bucketCounts'),
    explicitBounds: fields.doubles('explicitBounds'),
    exemplars: exemplars(fields),
  };
}

function exponentialPoint(fields: JsonFields): ExponentialPoint {
  return {
    ...dataPoint(fields),
    count: fields.integer('count'),
    sum: fields.has('sum') ? fields.double('sum') : undefined,
    scale: fields.integer('scale'),
    zeroCount: fields.integer('zeroCount'),
    zeroThreshold: fields.double('zeroThreshold'),
    positive: buckets(fields.object('positive')),
    negative: buckets(fields.object('negative')),
    exemplars: exemplars(fields),
  };
}

function buckets(fields: JsonFields | undefined): ExponentialBuckets {
  return { offset: fields?.integer('offset') ?? 0, bucketCounts: fields?.integers('bucketCounts') ?? [] };
}

function summaryPoint(fields: JsonFields): SummaryPoint {
  return {
    ...dataPoint(fields),
    count: fields.integer('count'),
    sum: fields.double('sum'),
    quantiles: fields
      .objects('quantileValues')
      .map((one) => ({ quantile: one.double('quantile'), value: one.double('value') })),
  };
}

function exemplars(fields: JsonFields): ExemplarPoint[] {
  return fields.objects('exemplars').map((one) => ({
    attributes: attributes(one, 'filteredAttributes'),
    timeMs: one.timeMs('timeUnixNano'),
    value: numberValue(one),
    traceId: one.hex('traceId'),
    spanId: one.hex('spanId'),
  }));
}

function attributes(fields: JsonFields, name: string, depth = 0): Attributes {
  const found = new Map<string, AttributeValue>();
  for (const one of fields.objects(name)) {
    const value = one.object('value');
    found.set(one.text('key'), value && attributeValue(value, depth));
  }
  return found;
}

function attributeValue(fields: JsonFields, depth: number): AttributeValue {
  if (depth > attributeDepthMax) {
    throw new OtlpError('malformed', `${fields.path.slice(0, 200)}: attributes are nested too deeply`);
  }
  if (fields.has('stringValue')) return fields.text('stringValue');
  if (fields.has('boolValue')) return fields.bool('boolValue');
  if (fields.has('intValue')) return fields.bigint('intValue');
  if (fields.has('doubleValue')) return fields.double('doubleValue');
  if (fields.has('bytesValue')) return fields.base64('bytesValue');
  const array = fields.object('arrayValue');
  if (array) return array.objects('values').map((one) => attributeValue(one, depth + 1));
  const list = fields.object('kvlistValue');
  return list && attributes(list, 'values', depth + 1);
}
