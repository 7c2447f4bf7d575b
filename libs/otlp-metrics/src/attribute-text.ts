import { compareNames } from '@plinth/prometheus-model';
import type { AttributeValue } from './metrics-data.ts';

/**
 * The value of an attribute as a label has it: texts as they are, bytes as base64, lists and maps as JSON with keys in order.
 * Spec: OpenTelemetry Collector, pdata Value.AsString, which Prometheus 3.14 uses.
 */
export function attributeText(value: AttributeValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return doubleText(value);
  if (value instanceof Uint8Array) return base64(value);
  return typeof value === 'object' ? jsonText(value) : value.toString();
}

/** As Go's JSON writes doubles, which is what JavaScript does, but for the numbers that JSON does not have. */
function doubleText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : value.toString();
  return `json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`;
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}

function jsonText(value: AttributeValue): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return doubleText(value);
    case 'object':
      if (value instanceof Uint8Array) return quoted(base64(value));
      return isMap(value) ? mapText(value) : `[${value.map(jsonText).join(',')}]`;
    default:
      return value === undefined ? 'null' : value.toString();
  }
}

type MapValue = Extract<AttributeValue, ReadonlyMap<string, AttributeValue>>;

function isMap(value: Extract<AttributeValue, object>): value is MapValue {
  return value instanceof Map;
}

function mapText(map: MapValue): string {
  const keys = [...map.keys()].sort(compareNames);
  return `{${keys.map((key) => `${quoted(key)}:${jsonText(map.get(key))}`).join(',')}}`;
}

/** Go's JSON escapes what means something in HTML. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
