import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeExportRequest, defaultTranslationSettings, translateMetrics } from '../src/index.ts';
import { exampleJson, exampleProtobuf } from './example-request.ts';
import { attribute, RecordedSeries, request, translated } from './recorded-series.ts';

const timeUnixNano = '1700000000000000000';

test('a whole request, as Prometheus translates it', () => {
  const { values, samples, histograms, rejections } = translated(exampleJson);
  assert.deepEqual(values, [
    ['{__name__="queue_length_ratio", instance="i-1", job="shop/api", queue_name="a"}', -7],
    ['{__name__="http_requests_total", instance="i-1", job="shop/api"}', 42.5],
    ['{__name__="http_requests_total", instance="i-1", job="shop/api", x="gone"}', 'stale'],
    ['{__name__="latency_seconds_sum", instance="i-1", job="shop/api"}', 12.5],
    ['{__name__="latency_seconds_count", instance="i-1", job="shop/api"}', 6],
    ['{__name__="latency_seconds_bucket", instance="i-1", job="shop/api", le="0.5"}', 1],
    ['{__name__="latency_seconds_bucket", instance="i-1", job="shop/api", le="10"}', 3],
    ['{__name__="latency_seconds_bucket", instance="i-1", job="shop/api", le="+Inf"}', 6],
    ['{__name__="rpc_sum", instance="i-1", job="shop/api"}', 6],
    ['{__name__="rpc_count", instance="i-1", job="shop/api"}', 3],
    ['{__name__="rpc", instance="i-1", job="shop/api", quantile="0.5"}', 2],
    ['{__name__="rpc", instance="i-1", job="shop/api", quantile="1"}', 3],
    [
      '{__name__="target_info", host_arch="amd64", instance="i-1", job="shop/api", list="[-9007199254740993,true,1.5,null]", map="{\\"a\\":\\"\\\\u003cx\\\\u003e\\",\\"b\\":\\"Af8=\\"}"}',
      1,
    ],
    [
      '{__name__="target_info", host_arch="amd64", instance="i-1", job="shop/api", list="[-9007199254740993,true,1.5,null]", map="{\\"a\\":\\"\\\\u003cx\\\\u003e\\",\\"b\\":\\"Af8=\\"}"}',
      1,
    ],
  ]);
  assert.deepEqual(histograms, []);
  assert.deepEqual(rejections, [[1, 'invalid temporality and type combination for metric "size"']]);
  assert.deepEqual(samples[1]?.metric, {
    metricFamily: 'http_requests_total',
    type: 'counter',
    help: '',
    unit: '',
  });
  const exemplar = samples[1]?.sample.exemplars[0];
  assert.deepEqual(
    [exemplar?.labels.toString(), exemplar?.value, exemplar?.timestampMs],
    [
      '{span_id="0102030405060708", trace_id="0102030405060708090a0b0c0d0e0f10", user="u"}',
      0.25,
      1_700_000_000_000,
    ],
  );
  assert.equal(samples[1]?.sample.startTimestampMs, 1_699_999_990_000);
  assert.deepEqual([samples[3]?.metric.type, samples[3]?.metric.unit], ['histogram', 'seconds']);
  assert.deepEqual(
    samples.slice(-2).map(({ sample }) => sample.timestampMs),
    [1_700_000_000_000, 1_700_000_000_123],
  );
});

test('protobuf gives the same series', () => {
  const recorded = new RecordedSeries();
  const headers = { contentType: 'application/x-protobuf', contentEncoding: undefined };
  translateMetrics(decodeExportRequest(exampleProtobuf, headers), defaultTranslationSettings, recorded);
  assert.deepEqual(recorded.values, translated(exampleJson).values);
});

const gauge = (name: string, attributes: object[] = [], unit = '') => ({
  name,
  unit,
  gauge: { dataPoints: [{ timeUnixNano, asDouble: 1, attributes }] },
});

test('labels that collide, and names that cannot be', () => {
  const collide = gauge('m', [
    attribute('b.c', '2'),
    attribute('b_c', '3'),
    attribute('b-c', '1'),
    attribute('__name__', 'x'),
  ]);
  const { values, rejections } = translated(
    request([collide, gauge('字'), gauge('n', [attribute('', 'x')]), gauge('o')]),
  );
  assert.deepEqual(values, [
    ['{__name__="m", b_c="1;2;3"}', 1],
    ['{__name__="o"}', 1],
  ]);
  assert.deepEqual(rejections, [
    [1, 'normalization for metric "字" resulted in empty name'],
    [1, 'label name is empty'],
  ]);
});

test('strategies', () => {
  const metric = gauge('jvm.memory', [attribute('pool.name', 'x')], 'By');
  const labelsOf = (
    translationStrategy: 'NoTranslation' | 'NoUTF8EscapingWithSuffixes' | 'UnderscoreEscapingWithoutSuffixes',
  ) => translated(request([metric]), { translationStrategy }).values[0]?.[0];
  assert.equal(labelsOf('NoTranslation'), '{__name__="jvm.memory", "pool.name"="x"}');
  assert.equal(labelsOf('NoUTF8EscapingWithSuffixes'), '{__name__="jvm.memory_bytes", "pool.name"="x"}');
  assert.equal(labelsOf('UnderscoreEscapingWithoutSuffixes'), '{__name__="jvm_memory", pool_name="x"}');
});

const resource = [attribute('service.name', 's'), attribute('k8s.pod', 'p'), attribute('region', 'r')];

test('promoted attributes of resources, of the scope, and identifying ones in target_info', () => {
  const body = request([gauge('m', [attribute('region', 'own')])], resource, {
    name: 'lib',
    version: '2',
    attributes: [attribute('a.b', 'c')],
  });
  const first = (settings: Parameters<typeof translated>[1]) =>
    translated(body, settings).values.map(([labels]) => labels);
  assert.deepEqual(
    first({ promotedResourceAttributes: { names: ['k8s.pod', 'region'] } })[0],
    '{__name__="m", job="s", k8s_pod="p", region="own"}',
  );
  assert.deepEqual(
    first({ promotedResourceAttributes: { allBut: ['region'] } })[0],
    '{__name__="m", job="s", k8s_pod="p", region="own", service_name="s"}',
  );
  assert.deepEqual(first({ promoteScopeMetadata: true }), [
    '{__name__="m", job="s", otel_scope_a_b="c", otel_scope_name="lib", otel_scope_version="2", region="own"}',
    '{__name__="target_info", job="s", k8s_pod="p", region="r"}',
  ]);
  assert.deepEqual(
    first({ keepIdentifyingResourceAttributes: true })[1],
    '{__name__="target_info", job="s", k8s_pod="p", region="r", service_name="s"}',
  );
  assert.equal(first({ hasTargetInfo: false }).length, 1);
});

test('target_info: not without identity or anything to tell, in each half of the lookback, and not without end', () => {
  const countOf = (attributes: object[], ...timesNano: string[]) => {
    const points = timesNano.map((time) => ({ timeUnixNano: time, asInt: 1 }));
    const { samples } = translated(request([{ name: 'm', gauge: { dataPoints: points } }], attributes));
    return samples
      .filter(({ metric }) => metric.metricFamily === 'target_info')
      .map(({ sample }) => sample.timestampMs);
  };
  assert.deepEqual(countOf([attribute('service.name', 's')], timeUnixNano), []);
  assert.deepEqual(countOf([attribute('region', 'r')], timeUnixNano), []);
  assert.deepEqual(countOf(resource, '0', '300000000000', '400000000000'), [0, 150_000, 300_000, 400_000]);
  assert.deepEqual(countOf(resource, '0', timeUnixNano), [1_700_000_000_000]);
});

test('histograms with custom buckets', () => {
  const histogram = (point: object) => ({
    name: 'h',
    histogram: { aggregationTemporality: 2, dataPoints: [{ timeUnixNano, ...point }] },
  });
  const { histograms, rejections } = translated(
    request([
      histogram({ count: 6, sum: 9, bucketCounts: [0, 1, 0, 0, 0, 5], explicitBounds: [1, 2, 3, 4, 5] }),
      histogram({ count: 1, bucketCounts: [1], explicitBounds: [1, 2] }),
      histogram({ flags: 1 }),
    ]),
    { convertHistogramsToNhcb: true },
  );
  assert.deepEqual(histograms[0]?.sample.histogram.fields, {
    counterResetHint: 'unknown',
    schema: -53,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 6,
    sum: 9,
    positiveSpans: [
      { offset: 1, length: 1 },
      { offset: 3, length: 1 },
    ],
    negativeSpans: [],
    positiveBuckets: [1, 5],
    negativeBuckets: [],
    customValues: [1, 2, 3, 4, 5],
  });
  assert.equal(histograms[1]?.sample.isStale, true);
  assert.deepEqual(rejections, [[1, 'histogram with 2 bounds needs 3 bucket counts, has 1']]);
});

test('exponential histograms: indexes, scales that are too fine and too coarse', () => {
  const exponential = (scale: number, offset: number, bucketCounts: number[]) => ({
    name: 'e',
    exponentialHistogram: {
      aggregationTemporality: 2,
      dataPoints: [
        { timeUnixNano, count: 9, sum: 1, scale, zeroCount: 1, positive: { offset, bucketCounts } },
      ],
    },
  });
  const { histograms, rejections } = translated(
    request([
      exponential(0, 0, [1, 2]),
      exponential(10, -5, [1, 1, 1, 1, 1, 1, 1]),
      exponential(2_000_000, -1, [4, 5]),
      exponential(-5, 0, [1]),
    ]),
  );
  assert.deepEqual(
    histograms.map(({ sample }) => {
      const { schema, positiveSpans, positiveBuckets, zeroThreshold } = sample.histogram.fields;
      return [schema, positiveSpans, positiveBuckets, zeroThreshold];
    }),
    [
      // The bucket with the index 0 is (1, 2] here, and the one with the index 1 there.
      [0, [{ offset: 1, length: 2 }], [1, 2], 1e-128],
      // -5..1 at scale 10 are -2, -1, -1, -1, -1, 0, 0 at scale 8.
      [8, [{ offset: -1, length: 3 }], [1, 4, 2], 1e-128],
      [8, [{ offset: 0, length: 2 }], [4, 5], 1e-128],
    ],
  );
  assert.deepEqual(rejections, [
    [1, 'cannot convert exponential to native histogram. Scale must be >= -4, was -5'],
  ]);
});

test('exemplars of classic histograms stand with their buckets', () => {
  const exemplar = (asDouble: number) => ({ asDouble, timeUnixNano });
  const { samples } = translated(
    request([
      {
        name: 'h',
        histogram: {
          aggregationTemporality: 2,
          dataPoints: [
            {
              timeUnixNano,
              count: 3,
              bucketCounts: [1, 1, 1],
              explicitBounds: [1, 2],
              exemplars: [exemplar(5), exemplar(1), exemplar(1.5)],
            },
          ],
        },
      },
    ]),
  );
  assert.deepEqual(
    samples.map(({ sample }) => sample.exemplars.map(({ value }) => value)),
    [[], [1], [1.5], [5]],
  );
});
