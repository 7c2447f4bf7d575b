import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recorded, unlimited } from './recorded-exposition.ts';

test('the Prometheus text format: what Prometheus reads of its own example', () => {
  const body = `# HELP go_gc_duration_seconds A summary of the GC invocation durations.
# \tTYPE go_gc_duration_seconds summary
go_gc_duration_seconds{quantile="0"} 4.9351e-05
go_gc_duration_seconds{quantile="0.25",} 7.424100000000001e-05
go_gc_duration_seconds{ quantile="0.9", a="b"} 8.3835e-05
# TYPE requests histogram
requests_bucket{handler="/",le="1"} 423
requests_bucket{handler="/",le="+Inf"} 1423
# Hrandom comment starting with prefix of HELP
#
wind_speed{A="2",c="3"} 12345
# HELP nohelp1
# HELP nohelp2\u0020
gc { quantile = "2.0" a = "b" } 8.3835e-05
some:aggregate:rate5m{a_b="c"}\t1
# HELP go_goroutines Number \\\\ of\\ngoroutines "now" \\".
# TYPE go_goroutines gauge
go_goroutines 33  \t123123

testmetric{label="\\"bar\\"\\n\\\\ \\x"} NaN
# TYPE untouched untyped
untouched{le="10"} +Inf -5
last -Inf`;
  const { samples, descriptions } = recorded(body, 'prometheus-text');
  assert.deepEqual(
    samples.map(({ labels, value, timestampMs }) => [labels, value, timestampMs]),
    [
      ['{__name__="go_gc_duration_seconds", quantile="0.0"}', 4.9351e-5, undefined],
      ['{__name__="go_gc_duration_seconds", quantile="0.25"}', 7.424100000000001e-5, undefined],
      ['{__name__="go_gc_duration_seconds", a="b", quantile="0.9"}', 8.3835e-5, undefined],
      ['{__name__="requests_bucket", handler="/", le="1.0"}', 423, undefined],
      ['{__name__="requests_bucket", handler="/", le="+Inf"}', 1423, undefined],
      ['{A="2", __name__="wind_speed", c="3"}', 12345, undefined],
      ['{__name__="gc", a="b", quantile="2.0"}', 8.3835e-5, undefined],
      ['{__name__="some:aggregate:rate5m", a_b="c"}', 1, undefined],
      ['{__name__="go_goroutines"}', 33, 123123],
      ['{__name__="testmetric", label="\\"bar\\"\\n\\\\ \\\\x"}', NaN, undefined],
      ['{__name__="untouched", le="10"}', Infinity, -5],
      ['{__name__="last"}', -Infinity, undefined],
    ],
  );
  assert.deepEqual(descriptions, [
    'go_gc_duration_seconds help A summary of the GC invocation durations.',
    'go_gc_duration_seconds type summary',
    'requests type histogram',
    'nohelp1 help ',
    'nohelp2 help ',
    'go_goroutines help Number \\ of\ngoroutines "now" \\".',
    'go_goroutines type gauge',
    'untouched type unknown',
  ]);
});

test('names in quotes, in both formats', () => {
  const lines = `# HELP "go.gc" Help.
# TYPE "go.gc" gauge
{"go.gc","a.b"="1",c="2"} 1
{a="1","metric\\"name"} 2
{"http.status",q="0.9"} 3
`;
  for (const [format, body] of [
    ['prometheus-text', lines],
    ['openmetrics', `${lines}# EOF\n`],
  ] as const) {
    const { samples, descriptions } = recorded(body, format);
    assert.deepEqual(
      samples.map(({ labels }) => labels),
      [
        '{__name__="go.gc", "a.b"="1", c="2"}',
        '{__name__="metric\\"name", a="1"}',
        '{__name__="http.status", q="0.9"}',
      ],
    );
    assert.deepEqual(descriptions, ['go.gc help Help.', 'go.gc type gauge']);
  }
});

test('OpenMetrics: timestamps in seconds, exemplars, units, all types', () => {
  const body = `# TYPE req_seconds counter
# UNIT req_seconds seconds
# HELP req_seconds A \\"help\\".
req_seconds_total{a="b"} 1.5 1520879607.789 # {trace_id="x y"} 0.5 1520879607.123
req_seconds_total 2 # {} 1
# TYPE s stateset
s{s="on"} 1
# TYPE i info
i_info{v="1"} 1
# TYPE g gaugehistogram
g_bucket{le="1"} 4 # {id="1"} 0.5
# TYPE h histogram
h_bucket{le="1e6"} 4 0.0015
# TYPE u unknown
u -0
# EOF`;
  const { samples, descriptions } = recorded(body, 'openmetrics');
  assert.deepEqual(
    samples.map(({ labels, value, timestampMs, exemplars }) => [labels, value, timestampMs, ...exemplars]),
    [
      ['{__name__="req_seconds_total", a="b"}', 1.5, 1_520_879_607_789, '{trace_id="x y"} 0.5 1520879607123'],
      ['{__name__="req_seconds_total"}', 2, undefined, '{} 1 undefined'],
      ['{__name__="s", s="on"}', 1, undefined],
      ['{__name__="i_info", v="1"}', 1, undefined],
      ['{__name__="g_bucket", le="1"}', 4, undefined, '{id="1"} 0.5 undefined'],
      ['{__name__="h_bucket", le="1e+06"}', 4, 1],
      ['{__name__="u"}', -0, undefined],
    ],
  );
  assert.deepEqual(descriptions.slice(0, 4), [
    'req_seconds type counter',
    'req_seconds unit seconds',
    'req_seconds help A "help".',
    's type stateset',
  ]);
});

const createdBody = `# TYPE c counter
c_total{a="1"} 1
c_created{a="1"} 1520872607.123
c_total{a="2"} 2
# TYPE h histogram
h_bucket{x="y",le="1"} 1
h_bucket{x="y",le="+Inf"} 2
h_count{x="y"} 2
h_sum{x="y"} 3
h_created{x="y"} 1520872608
# TYPE s summary
s{quantile="0.5"} 1
s_count 2
s_created 1520872609
# TYPE g gauge
g_created 5
# EOF
`;

test('OpenMetrics: created lines give the start timestamps of their series', () => {
  const { samples } = recorded(createdBody, 'openmetrics');
  assert.deepEqual(
    samples.map(({ labels, startMs }) => `${labels} ${startMs}`),
    [
      '{__name__="c_total", a="1"} 1520872607123',
      '{__name__="c_total", a="2"} 0',
      '{__name__="h_bucket", le="1.0", x="y"} 1520872608000',
      '{__name__="h_bucket", le="+Inf", x="y"} 1520872608000',
      '{__name__="h_count", x="y"} 1520872608000',
      '{__name__="h_sum", x="y"} 1520872608000',
      '{__name__="s", quantile="0.5"} 1520872609000',
      '{__name__="s_count"} 1520872609000',
      '{__name__="g_created"} 0',
    ],
  );
});

test('OpenMetrics: or they are samples like all others', () => {
  const { samples } = recorded(createdBody, 'openmetrics', { limits: unlimited, createdLines: 'samples' });
  assert.equal(samples.length, 12);
  assert.ok(samples.every(({ startMs }) => startMs === 0));
});
