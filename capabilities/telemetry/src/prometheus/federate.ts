import { formatPrometheusText, type MetricFamily } from '@plinth/prometheus-exposition';
import type { Labels, Matcher } from '@plinth/prometheus-model';
import { type LocalSource, lastFloats } from '../store/last-samples.ts';

/** How old a sample may be. Spec: Prometheus 3.14, the look-back of queries. */
const lookbackMs = 300_000;

interface Point {
  readonly labels: Labels;
  readonly value: number;
  readonly timestampMs: number;
}

/**
 * The last sample of every series that any of the lists of matchers names, in the text format. Native histograms have no
 * place in it. Spec: Prometheus 3.14, web/federate.go.
 */
export function federate(source: LocalSource, sets: readonly (readonly Matcher[])[], nowMs: number): string {
  const points = new Map<string, Point>();
  for (const matchers of sets) {
    for (const point of lastFloats(source, matchers, nowMs - lookbackMs + 1, nowMs)) {
      if (point.labels.metricName !== '') points.set(point.labels.key, point);
    }
  }
  const byName = Map.groupBy(points.values(), ({ labels }) => labels.metricName);
  const names = [...byName.keys()].sort();
  const families = names.map((name): MetricFamily => {
    const own = (byName.get(name) ?? []).toSorted((a, b) => a.labels.compare(b.labels));
    return {
      name,
      help: '',
      type: 'unknown',
      points: own.map(({ labels, value, timestampMs }) => ({
        labels: labels.withoutName,
        value,
        timestampMs,
      })),
    };
  });
  return [...formatPrometheusText(families, 'allow-utf-8')].join('');
}
