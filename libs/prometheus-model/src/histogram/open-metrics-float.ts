import { formatFloatShort } from '@plinth/go-format';

/**
 * A float as OpenMetrics writes it, which shows that it is none of an integer: `1.0`, `1e+06`, `+Inf`. Labels `le` and `quantile` have it.
 * Spec: Prometheus 3.14, labels.FormatOpenMetricsFloat.
 */
export function formatOpenMetricsFloat(value: number): string {
  const text = formatFloatShort(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
