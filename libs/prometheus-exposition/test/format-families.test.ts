import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Labels } from '@plinth/prometheus-model';
import { formatOpenMetrics, formatPrometheusText, type MetricFamily } from '../src/index.ts';
import { recorded } from './recorded-exposition.ts';

const families: MetricFamily[] = [
  {
    name: 'http_requests',
    type: 'counter',
    help: 'Requests \\ that\ncame "in".',
    points: [
      {
        labels: Labels.of({ path: 'C:\\DIR\n"x"', code: '200' }),
        value: 1_000_000,
        createdMs: 1_700_000_000_500,
        exemplar: { labels: Labels.of({ trace_id: 'a' }), value: 0.5, timestampMs: 1_700_000_000_123 },
      },
      { labels: Labels.empty, value: 0.1 },
    ],
  },
  {
    name: 'disk_bytes',
    type: 'gauge',
    help: 'Bytes.',
    unit: 'bytes',
    points: [{ labels: Labels.empty, value: NaN }],
  },
  {
    name: 'build',
    type: 'info',
    help: 'The build.',
    points: [{ labels: Labels.of({ version: '1' }), value: 1 }],
  },
  {
    name: 'latency_seconds',
    type: 'histogram',
    help: 'Latency.',
    unit: 'seconds',
    points: [
      {
        labels: Labels.of({ job: 'a' }),
        buckets: [
          { upperBound: 0.5, cumulativeCount: 1 },
          { upperBound: 1, cumulativeCount: 2 },
        ],
        sum: 1.5,
        count: 3,
      },
    ],
  },
  {
    name: 'size_bytes',
    type: 'summary',
    help: 'Size.',
    points: [
      { labels: Labels.empty, quantiles: [{ quantile: 1, value: 9 }], sum: 10, count: 2, createdMs: 5 },
    ],
  },
];

const utf8Families: MetricFamily[] = [
  {
    name: 'http.status',
    type: 'gauge',
    help: 'x',
    points: [{ labels: Labels.of({ 'a.b': '1', c: '2' }), value: 1 }],
  },
  { name: '1ü', type: 'unknown', help: '', points: [{ labels: Labels.empty, value: -Infinity }] },
];

test('the Prometheus text format', () => {
  assert.equal(
    [...formatPrometheusText(families, 'underscores')].join(''),
    `# HELP http_requests_total Requests \\\\ that\\ncame "in".
# TYPE http_requests_total counter
http_requests_total{code="200",path="C:\\\\DIR\\n\\"x\\""} 1e+06
http_requests_total 0.1
# HELP disk_bytes Bytes.
# TYPE disk_bytes gauge
disk_bytes NaN
# HELP build_info The build.
# TYPE build_info gauge
build_info{version="1"} 1
# HELP latency_seconds Latency.
# TYPE latency_seconds histogram
latency_seconds_bucket{job="a",le="0.5"} 1
latency_seconds_bucket{job="a",le="1"} 2
latency_seconds_bucket{job="a",le="+Inf"} 3
latency_seconds_sum{job="a"} 1.5
latency_seconds_count{job="a"} 3
# HELP size_bytes Size.
# TYPE size_bytes summary
size_bytes{quantile="1"} 9
size_bytes_sum 10
size_bytes_count 2
`,
  );
});

test('OpenMetrics', () => {
  assert.equal(
    [...formatOpenMetrics(families, 'allow-utf-8')].join(''),
    `# HELP http_requests Requests \\\\ that\\ncame \\"in\\".
# TYPE http_requests counter
http_requests_total{code="200",path="C:\\\\DIR\\n\\"x\\""} 1e+06 # {trace_id="a"} 0.5 1700000000.123
http_requests_created{code="200",path="C:\\\\DIR\\n\\"x\\""} 1700000000.5
http_requests_total 0.1
# HELP disk_bytes Bytes.
# TYPE disk_bytes gauge
# UNIT disk_bytes bytes
disk_bytes NaN
# HELP build The build.
# TYPE build info
build_info{version="1"} 1
# HELP latency_seconds Latency.
# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
latency_seconds_bucket{job="a",le="0.5"} 1
latency_seconds_bucket{job="a",le="1.0"} 2
latency_seconds_bucket{job="a",le="+Inf"} 3
latency_seconds_sum{job="a"} 1.5
latency_seconds_count{job="a"} 3
# HELP size_bytes Size.
# TYPE size_bytes summary
size_bytes{quantile="1.0"} 9
size_bytes_sum 10
size_bytes_count 2
size_bytes_created 0.005
# EOF
`,
  );
});

test('names that need quotes, with and without them', () => {
  assert.deepEqual(
    [...formatPrometheusText(utf8Families, 'allow-utf-8')],
    [
      '# HELP "http.status" x\n# TYPE "http.status" gauge\n{"http.status","a.b"="1",c="2"} 1\n',
      '# TYPE "1ü" untyped\n{"1ü"} -Inf\n',
    ],
  );
  assert.deepEqual(
    [...formatOpenMetrics(utf8Families, 'underscores')],
    [
      '# HELP http_status x\n# TYPE http_status gauge\nhttp_status{a_b="1",c="2"} 1\n',
      '# TYPE __ unknown\n__ -Inf\n',
      '# EOF\n',
    ],
  );
});

test('what is written is read again', () => {
  const all = [...families, ...utf8Families];
  const text = recorded([...formatPrometheusText(all, 'allow-utf-8')].join(''), 'prometheus-text').samples;
  const open = recorded([...formatOpenMetrics(all, 'allow-utf-8')].join(''), 'openmetrics').samples;
  assert.deepEqual(
    text.map(({ labels, value }) => [labels, value]),
    open.map(({ labels, value }) => [labels, value]),
  );
  assert.equal(open[0]?.startMs, 1_700_000_000_500);
  assert.deepEqual(open[0]?.exemplars, ['{trace_id="a"} 0.5 1700000000123']);
  assert.equal(open[0]?.labels, '{__name__="http_requests_total", code="200", path="C:\\\\DIR\\n\\"x\\""}');
});

const promtool = spawnSync('promtool', ['--version']).status === 0;

test('promtool takes our metrics', { skip: promtool ? false : 'promtool is not on the PATH' }, () => {
  const input = [...formatPrometheusText(families, 'underscores')].join('');
  const checked = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  assert.deepEqual([checked.status, checked.stderr], [0, '']);
});

test('promtool makes blocks of our exports', {
  skip: promtool ? false : 'promtool is not on the PATH',
}, (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plinth-exposition-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const points = Array.from({ length: 50 }, (_, i) => ({
    labels: Labels.of({ job: i % 2 === 0 ? 'a\n' : 'b' }),
    value: i / 3,
    timestampMs: 1_700_000_000_000 + i * 15_123,
  }));
  const exported: MetricFamily[] = [{ name: 'requests_total', type: 'unknown', help: '', points }];
  const file = path.join(directory, 'export.om');
  writeFileSync(file, [...formatOpenMetrics(exported, 'underscores')].join(''));
  const data = path.join(directory, 'data');
  const made = spawnSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, data], {
    encoding: 'utf8',
  });
  assert.equal(made.status, 0, made.stderr);
  // A dump wants a log beside the blocks.
  mkdirSync(path.join(data, 'wal'));
  const dump = spawnSync('promtool', ['tsdb', 'dump', data], { encoding: 'utf8' })
    .stdout.trimEnd()
    .split('\n');
  assert.equal(dump.length, 50);
  assert.ok(dump.includes('{__name__="requests_total", job="b"} 0.3333333333333333 1700000015123'));
});
