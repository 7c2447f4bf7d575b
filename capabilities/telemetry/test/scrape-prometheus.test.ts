import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { formatSampleValue } from '@plinth/go-format';
import type { ScrapeConfigSpec } from '../src/scrape/scrape-config-kind.ts';
import { instantQuery, prometheusSkip, startPrometheus } from './prometheus-program.ts';
import { ScrapeWorld } from './scrape-world.ts';
import { until } from './waiting.ts';

const plain = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{code="200",path="/a",job="own"} 10
http_requests_total{code="500",path="/b",instance="x",exported_instance="y"} 3
# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.1"} 1
latency_seconds_bucket{le="+Inf"} 2
latency_seconds_sum 0.3
latency_seconds_count 2
temperature{unit="C",zone="from target"} -3.5
not_a_number NaN
escaped{text="a\\\\b\\"c\\n"} 1e-9
`;

const openMetrics = `# TYPE jobs counter
# HELP jobs Jobs.
jobs_total{kind="a"} 5 # {trace="x"} 1
# TYPE up_to gauge
up_to 1
# EOF
`;

/** What is scraped, under which configuration. Labels are of ASCII: the program may be older than names of any characters. */
const cases: readonly (readonly [
  what: string,
  spec: Omit<ScrapeConfigSpec, 'staticConfigs'>,
  type?: 'openmetrics',
])[] = [
  ['as it is', {}],
  ['labels honored', { honorLabels: true }],
  ['OpenMetrics', {}, 'openmetrics'],
  [
    'series dropped and kept',
    {
      metricRelabelings: [
        { sourceLabels: ['__name__'], regex: 'latency_.*|http_.*', action: 'keep' },
        { sourceLabels: ['code', 'path'], separator: '@', regex: '500@.*', action: 'drop' },
      ],
    },
  ],
  [
    'labels changed',
    {
      metricRelabelings: [
        { sourceLabels: ['path'], regex: '/(.)', targetLabel: 'short_$1', replacement: '<${1}>' },
        { regex: 'exported_(.*)', replacement: 'own_$1', action: 'labelmap' },
        { regex: 'exported_.*', action: 'labeldrop' },
        { sourceLabels: ['__name__'], targetLabel: 'hash', modulus: 97, action: 'hashmod' },
        { sourceLabels: ['__name__', 'code'], targetLabel: 'loud', action: 'uppercase' },
        { sourceLabels: ['nothing'], targetLabel: 'unit' },
      ],
    },
  ],
  [
    'targets relabeled',
    {
      params: { module: ['a', 'b'] },
      relabelings: [
        { sourceLabels: ['__param_module', '__scheme__', '__metrics_path__'], targetLabel: 'seen' },
        {
          sourceLabels: ['__address__'],
          regex: '.*:(\\d+)',
          targetLabel: 'instance',
          replacement: 'host-$2',
        },
        { sourceLabels: ['job'], targetLabel: 'zone', replacement: 'zone of ${1}' },
        { targetLabel: '__scrape_timeout__', replacement: '1s' },
      ],
    },
  ],
  [
    'two series become one',
    { metricRelabelings: [{ regex: 'code|path|job|instance|exported_.*', action: 'labeldrop' }] },
  ],
  ['too many samples', { sampleLimit: 8 }],
  ['as many samples as there may be', { sampleLimit: 9 }],
  ['too many labels', { labelLimit: 4 }],
  ['values too long', { labelValueLengthLimit: 22 }],
  ['a body too large', { bodySizeLimit: '100B' }],
  ['a name taken away', { metricRelabelings: [{ regex: '__name__', action: 'labeldrop' }] }],
];

let world: ScrapeWorld;
let address: string;

before(async () => {
  world = new ScrapeWorld();
  address = await world.serve((request, response) => {
    const isOpen = request.url?.startsWith('/openmetrics') === true;
    response.setHeader(
      'content-type',
      isOpen ? 'application/openmetrics-text; version=1.0.0' : 'text/plain; version=0.0.4',
    );
    response.end(isOpen ? openMetrics : plain);
  });
});

after(() => world.close());

test('what is stored is what a Prometheus stores', { skip: prometheusSkip }, async (t) => {
  const specs = cases.map(
    ([what, spec, type], i): ScrapeConfigSpec => ({
      ...spec,
      jobName: `job${i}`,
      metricsPath: type === 'openmetrics' ? '/openmetrics' : '/metrics',
      scrapeInterval: '2s',
      scrapeTimeout: '2s',
      staticConfigs: [{ targets: [address], labels: { case: what } }],
    }),
  );
  const theirs = await storedByPrometheus(t, specs);
  for (const [i, spec] of specs.entries()) {
    const what = cases[i]?.[0] ?? '';
    world.scrape(spec);
    world.samples.length = 0;
    await world.clock.advance(2_000);
    const ours: Record<string, string> = {};
    for (const { labels, value } of world.samples) {
      const record = Object.fromEntries(
        labels.flatMap((name, at) => (at % 2 === 0 ? [[name, labels[at + 1] ?? '']] : [])),
      );
      if (typeof value === 'number' && isCompared(record)) ours[textOf(record)] ??= formatSampleValue(value);
    }
    assert.ok(Object.keys(ours).length >= 3, what);
    assert.deepEqual(ours, theirs.get(what), what);
  }
});

type LabelRecord = Readonly<Record<string, string>>;

/** How long a scrape took differs, and how many series were new differs with the number of the scrape. */
function isCompared({ __name__: name = '' }: LabelRecord): boolean {
  return name !== 'scrape_duration_seconds' && name !== 'scrape_series_added';
}

function textOf(labels: LabelRecord): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Series and values by the label `case`. */
async function storedByPrometheus(
  t: TestContext,
  specs: readonly ScrapeConfigSpec[],
): Promise<ReadonlyMap<string, Record<string, string>>> {
  const at = await startPrometheus(t, specs.map(configOf));
  await until('all targets are scraped', async () => {
    const [up] = await instantQuery(at, 'count(count by (case) (up))');
    return up?.value[1] === String(specs.length);
  });
  const found = new Map<string, Record<string, string>>();
  for (const { metric, value } of await instantQuery(at, '{__name__=~".+"}')) {
    const { case: what = '' } = metric;
    if (!isCompared(metric)) continue;
    found.set(what, { ...found.get(what), [textOf(metric)]: value[1] });
  }
  return found;
}

/** A ScrapeConfig as the operator of Prometheus writes it into its configuration. */
function configOf(spec: ScrapeConfigSpec): object {
  const rule = ({
    sourceLabels,
    targetLabel,
    ...rest
  }: NonNullable<ScrapeConfigSpec['relabelings']>[number]) => ({
    ...rest,
    ...(sourceLabels ? { source_labels: sourceLabels } : {}),
    ...(targetLabel === undefined ? {} : { target_label: targetLabel }),
  });
  return {
    job_name: spec.jobName,
    honor_labels: spec.honorLabels ?? false,
    metrics_path: spec.metricsPath,
    params: spec.params ?? {},
    scrape_interval: spec.scrapeInterval,
    scrape_timeout: spec.scrapeTimeout,
    static_configs: spec.staticConfigs,
    relabel_configs: (spec.relabelings ?? []).map(rule),
    metric_relabel_configs: (spec.metricRelabelings ?? []).map(rule),
    sample_limit: spec.sampleLimit ?? 0,
    label_limit: spec.labelLimit ?? 0,
    label_value_length_limit: spec.labelValueLengthLimit ?? 0,
    ...(spec.bodySizeLimit === undefined ? {} : { body_size_limit: spec.bodySizeLimit }),
  };
}
