import type { MetricFamily, Sample } from '../control/metrics.ts';

/** Where metrics come from when they are asked for. */
export type MetricSource = () => readonly MetricFamily[];

/**
 * Writes families as Prometheus text.
 * Spec: Prometheus text exposition format 0.0.4.
 */
export function formatMetrics(families: readonly MetricFamily[]): string {
  let text = '';
  for (const { name, help, type, samples } of families) {
    text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    for (const sample of samples) {
      text += `${name}${sample.suffix ?? ''}${formatLabels(sample.labels)} ${sample.value}\n`;
    }
  }
  return text;
}

function formatLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels);
  if (pairs.length === 0) return '';
  const written = pairs.map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return `{${written.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** Upper bounds of request durations, in seconds. Spec: Kubernetes apiserver_request_duration_seconds, shortened. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

interface RequestSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** Series are bounded, so that no client can make the server remember without end. */
const seriesMax = 2_000;

/** Counts requests by verb, resource and code, with their durations. */
export class RequestMetrics {
  readonly #series = new Map<string, RequestSeries>();
  inflight = 0;

  /** @param seconds from the first byte of the request to the end of the answer */
  observe(
    verb: string,
    group: string,
    resource: string,
    subresource: string,
    code: number,
    seconds: number,
  ): void {
    const key = `${verb} ${group} ${resource} ${subresource} ${code}`;
    let series = this.#series.get(key);
    if (!series) {
      if (this.#series.size >= seriesMax) return;
      const labels = { verb, group, resource, subresource, code: String(code) };
      series = { labels, buckets: bounds.map(() => 0), sum: 0, count: 0 };
      this.#series.set(key, series);
    }
    series.sum += seconds;
    series.count++;
    const { buckets } = series;
    for (let i = bounds.length - 1; i >= 0 && seconds <= (bounds[i] ?? 0); i--)
      buckets[i] = (buckets[i] ?? 0) + 1;
  }

  collect(): MetricFamily[] {
    const totals: Sample[] = [];
    const durations: Sample[] = [];
    for (const { labels, buckets, sum, count } of this.#series.values()) {
      totals.push({ labels, value: count });
      bounds.forEach((bound, i) => {
        durations.push({
          suffix: '_bucket',
          labels: { ...labels, le: String(bound) },
          value: buckets[i] ?? 0,
        });
      });
      durations.push({ suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count });
      durations.push({ suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count });
    }
    return [
      { name: 'apiserver_request_total', help: 'Requests answered.', type: 'counter', samples: totals },
      {
        name: 'apiserver_request_duration_seconds',
        help: 'Time to answer a request; watches are not counted.',
        type: 'histogram',
        samples: durations,
      },
      {
        name: 'apiserver_current_inflight_requests',
        help: 'Requests being answered, watches not counted.',
        type: 'gauge',
        samples: [{ labels: {}, value: this.inflight }],
      },
    ];
  }
}
