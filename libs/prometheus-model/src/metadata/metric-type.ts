/** What kinds of metrics there are, in the order in which remote write numbers them. Spec: prometheus/common, model.MetricType. */
export const metricTypes = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
] as const;

/** What kind of metric a target or sender says that a metric is. */
export type MetricType = (typeof metricTypes)[number];
