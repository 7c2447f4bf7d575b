import { Labels } from '@plinth/prometheus-model';
import { attributeText } from './attribute-text.ts';
import type { ExemplarPoint } from './metrics-data.ts';
import type { TranslatedExemplar } from './translation-visitor.ts';

/** How many characters the labels of an exemplar may have together. Spec: OpenMetrics 1.0.0, "Exemplars". */
const exemplarLengthMax = 128;

/** Exemplars with labels; attributes are left out where they have too many characters. Those without a value mean nothing. */
export function translatedExemplars(points: readonly ExemplarPoint[]): TranslatedExemplar[] {
  return points.flatMap((point) =>
    point.value === undefined
      ? []
      : [{ labels: exemplarLabels(point), value: point.value, timestampMs: point.timeMs }],
  );
}

function exemplarLabels({ attributes, traceId, spanId }: ExemplarPoint): Labels {
  const ids: [name: string, value: string][] = [
    ['trace_id', isSet(traceId) ? traceId : ''],
    ['span_id', isSet(spanId) ? spanId : ''],
  ];
  const identified = ids.filter(([, value]) => value !== '');
  const others = Array.from(attributes, ([key, value]): [string, string] => [key, attributeText(value)]);
  const length = [...identified, ...others].reduce(
    (sum, [name, value]) => sum + runes(name) + runes(value),
    0,
  );
  return Labels.from(length > exemplarLengthMax ? identified : [...identified, ...others]);
}

/** Identifiers of nothing but zeros say that there is none. */
function isSet(id: string): boolean {
  return /[^0]/.test(id);
}

function runes(text: string): number {
  return Array.from(text).length;
}
