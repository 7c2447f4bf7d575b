/** Everything of the Prometheus API lies below this path. */
export const prometheusPrefix = '/prometheus';
/** The API group of the rights to metrics. */
export const telemetryGroup = 'telemetry.plinth.dev';
