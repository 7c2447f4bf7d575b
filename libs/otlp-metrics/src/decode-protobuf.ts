import { WireError, WireReader } from '@plinth/protobuf-wire';
import {
  type AttributeValue,
  type Metric,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
  type Temporality,
  temporalities,
} from './metrics-data.ts';
import { OtlpError } from './otlp-error.ts';
import { readAttribute } from './read-attributes.ts';
import {
  readExponentialPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
} from './read-points.ts';

/**
 * Decodes an `ExportMetricsServiceRequest` from protobuf.
 * @throws OtlpError of code `malformed`.
 * Spec: opentelemetry-proto 1.9, opentelemetry/proto/metrics/v1/metrics.proto.
 */
export function decodeProtobuf(bytes: Uint8Array): ResourceMetrics[] {
  const reader = new WireReader(bytes);
  const resources: ResourceMetrics[] = [];
  try {
    while (!reader.atEnd) {
      const tag = reader.tag();
      if (tag === 0x0a) resources.push(readResourceMetrics(reader));
      else reader.skip(tag, 0b10);
    }
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new OtlpError('malformed', cause.message, { cause });
  }
  return resources;
}

function readResourceMetrics(reader: WireReader): ResourceMetrics {
  const attributes = new Map<string, AttributeValue>();
  const scopes: ScopeMetrics[] = [];
  reader.message((tag) => {
    if (tag === 0x0a) {
      reader.message((inner) => {
        if (inner !== 0x0a) return false;
        readAttribute(reader, attributes);
        return true;
      });
    } else if (tag === 0x12) {
      scopes.push(readScopeMetrics(reader));
    } else {
      return false;
    }
    return true;
  });
  return { attributes, scopes };
}

function readScopeMetrics(reader: WireReader): ScopeMetrics {
  const scope = { name: '', version: '', attributes: new Map<string, AttributeValue>() };
  const metrics: Metric[] = [];
  let schemaUrl = '';
  reader.message((tag) => {
    if (tag === 0x0a) {
      reader.message((inner) => {
        if (inner === 0x0a) scope.name = reader.text();
        else if (inner === 0x12) scope.version = reader.text();
        else if (inner === 0x1a) readAttribute(reader, scope.attributes);
        else return false;
        return true;
      });
    } else if (tag === 0x12) {
      metrics.push(readMetric(reader));
    } else if (tag === 0x1a) {
      schemaUrl = reader.text();
    } else {
      return false;
    }
    return true;
  });
  return { scope, schemaUrl, metrics };
}

function readMetric(reader: WireReader): Metric {
  let name = '';
  let description = '';
  let unit = '';
  let data: MetricData;
  reader.message((tag) => {
    if (tag === 0x0a) name = reader.text();
    else if (tag === 0x12) description = reader.text();
    else if (tag === 0x1a) unit = reader.text();
    else if (tag === 0x2a) data = { type: 'gauge', points: readPoints(reader, readNumberPoint).points };
    else if (tag === 0x3a) data = { type: 'sum', ...readPoints(reader, readNumberPoint) };
    else if (tag === 0x4a) data = { type: 'histogram', ...counted(readPoints(reader, readHistogramPoint)) };
    else if (tag === 0x52)
      data = { type: 'exponential', ...counted(readPoints(reader, readExponentialPoint)) };
    else if (tag === 0x5a) data = { type: 'summary', points: readPoints(reader, readSummaryPoint).points };
    else return false;
    return true;
  });
  return { name, description, unit, data };
}

/** What a histogram has of what a sum has. */
function counted<T>({ points, temporality }: { points: T[]; temporality: Temporality }) {
  return { points, temporality };
}

/** Reads `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram` or `Summary`, which have the same numbers. */
function readPoints<T>(
  reader: WireReader,
  readPoint: (reader: WireReader) => T,
): { points: T[]; temporality: Temporality; isMonotonic: boolean } {
  const points: T[] = [];
  let temporality: Temporality = 'unspecified';
  let isMonotonic = false;
  reader.message((tag) => {
    if (tag === 0x0a) points.push(readPoint(reader));
    else if (tag === 0x10) temporality = temporalities[reader.uint32()] ?? 'unspecified';
    else if (tag === 0x18) isMonotonic = reader.bool();
    else return false;
    return true;
  });
  return { points, temporality, isMonotonic };
}
