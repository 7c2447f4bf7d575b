import { Type } from '@plinth/kernel';

/** Durations as Prometheus writes them. Spec: prometheus-operator, monitoring.coreos.com/v1 Duration. */
const durationPattern =
  '^(0|(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?)$';

/** A field that holds a duration of Prometheus, and may be absent. */
export const durationField = (description: string) =>
  Type.Optional(Type.String({ pattern: durationPattern, description }));
