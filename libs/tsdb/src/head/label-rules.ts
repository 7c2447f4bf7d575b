import { isUtf8 } from 'node:buffer';
import type { HeadLimits } from './limits.ts';
import { type RefusalReason, refusalCode } from './refusal.ts';

const metricName = new TextEncoder().encode('__name__');

/**
 * Whether labels may become a series. Only for series that are new: known ones were looked at before.
 * Spec: Prometheus 3.14, model/labels and remote write 1.0 ("labels MUST be sorted, names MUST NOT repeat"); names are UTF-8.
 * @param ranges - nameStart, nameEnd, valueStart, valueEnd, ...
 * @returns 0, or the code of a refusal.
 */
export function checkLabels(
  bytes: Uint8Array,
  ranges: Int32Array,
  count: number,
  limits: HeadLimits,
): number {
  const reason = reasonAgainst(bytes, ranges, count, limits);
  return reason === undefined ? 0 : refusalCode(reason);
}

function reasonAgainst(
  bytes: Uint8Array,
  ranges: Int32Array,
  count: number,
  limits: HeadLimits,
): RefusalReason | undefined {
  if (count === 0) return 'no_labels';
  if (count > limits.labelCountMax) return 'label_count';
  let total = 0;
  let hasName = false;
  for (let i = 0; i < count * 4; i += 4) {
    const nameStart = ranges[i] ?? 0;
    const nameEnd = ranges[i + 1] ?? 0;
    const valueStart = ranges[i + 2] ?? 0;
    const valueEnd = ranges[i + 3] ?? 0;
    const reason = reasonAgainstLabel(bytes, nameStart, nameEnd, valueStart, valueEnd, limits);
    if (reason !== undefined) return reason;
    if (i > 0) {
      const order = compareRanges(bytes, ranges[i - 4] ?? 0, ranges[i - 3] ?? 0, nameStart, nameEnd);
      if (order === 0) return 'duplicate_label';
      if (order > 0) return 'labels_not_sorted';
    }
    hasName ||= compareBytes(bytes, nameStart, nameEnd, metricName, 0, metricName.length) === 0;
    total += nameEnd - nameStart + (valueEnd - valueStart) + 16;
  }
  if (total > limits.labelsBytesMax) return 'labels_size';
  return hasName ? undefined : 'missing_metric_name';
}

function reasonAgainstLabel(
  bytes: Uint8Array,
  nameStart: number,
  nameEnd: number,
  valueStart: number,
  valueEnd: number,
  limits: HeadLimits,
): RefusalReason | undefined {
  if (nameEnd === nameStart) return 'invalid_label_name';
  if (valueEnd === valueStart) return 'empty_label_value';
  if (nameEnd - nameStart > limits.labelNameBytesMax) return 'label_name_size';
  if (valueEnd - valueStart > limits.labelValueBytesMax) return 'label_value_size';
  if (!isText(bytes, nameStart, nameEnd) || !isText(bytes, valueStart, valueEnd)) return 'invalid_utf8';
  return undefined;
}

function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if ((bytes[i] ?? 0) >= 0x80) return isUtf8(bytes.subarray(start, end));
  }
  return true;
}

function compareRanges(bytes: Uint8Array, start: number, end: number, from: number, to: number): number {
  return compareBytes(bytes, start, end, bytes, from, to);
}

function compareBytes(
  one: Uint8Array,
  start: number,
  end: number,
  other: Uint8Array,
  from: number,
  to: number,
): number {
  const shared = Math.min(end - start, to - from);
  for (let i = 0; i < shared; i++) {
    const order = (one[start + i] ?? 0) - (other[from + i] ?? 0);
    if (order !== 0) return order;
  }
  return end - start - (to - from);
}
