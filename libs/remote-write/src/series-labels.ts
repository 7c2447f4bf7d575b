import { Labels } from '@plinth/prometheus-model';

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of a range; malformed UTF-8 is replaced by U+FFFD. */
export function rangeText(bytes: Uint8Array, start: number, end: number): string {
  return textDecoder.decode(bytes.subarray(start, end));
}

/**
 * Puts the labels of a series in order of their names and takes away those with an empty value, within the array itself.
 * @returns how many labels are left.
 */
export function sortLabelRanges(bytes: Uint8Array, ranges: Int32Array, labelCount: number): number {
  let count = countSorted(bytes, ranges, labelCount);
  for (let from = count * 4; from < labelCount * 4; from += 4) {
    const nameStart = ranges[from] ?? 0;
    const nameEnd = ranges[from + 1] ?? 0;
    const valueStart = ranges[from + 2] ?? 0;
    const valueEnd = ranges[from + 3] ?? 0;
    if (valueStart === valueEnd) continue;
    // Insertion: senders have them in order, and there are few.
    let to = count * 4;
    while (to > 0 && compareBytes(bytes, ranges[to - 4] ?? 0, ranges[to - 3] ?? 0, nameStart, nameEnd) > 0) {
      ranges.copyWithin(to, to - 4, to);
      to -= 4;
    }
    ranges[to] = nameStart;
    ranges[to + 1] = nameEnd;
    ranges[to + 2] = valueStart;
    ranges[to + 3] = valueEnd;
    count++;
  }
  return count;
}

/** How many labels at the begin need no change: for most senders these are all. */
function countSorted(bytes: Uint8Array, ranges: Int32Array, labelCount: number): number {
  let previousStart = 0;
  let previousEnd = 0;
  for (let at = 0; at < labelCount * 4; at += 4) {
    const nameStart = ranges[at] ?? 0;
    const nameEnd = ranges[at + 1] ?? 0;
    const isEmpty = ranges[at + 2] === ranges[at + 3];
    if (isEmpty || compareBytes(bytes, previousStart, previousEnd, nameStart, nameEnd) > 0) return at / 4;
    previousStart = nameStart;
    previousEnd = nameEnd;
  }
  return labelCount;
}

function compareBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  otherStart: number,
  otherEnd: number,
): number {
  let at = start;
  let otherAt = otherStart;
  while (at < end && otherAt < otherEnd) {
    const order = (bytes[at++] ?? 0) - (bytes[otherAt++] ?? 0);
    if (order !== 0) return order;
  }
  return end - at - (otherEnd - otherAt);
}

/** The labels as they are shown in errors: `{__name__="up", job="api"}`. */
export function formatLabelRanges(bytes: Uint8Array, ranges: Int32Array, labelCount: number): string {
  const parts: string[] = [];
  for (let at = 0; at < labelCount * 4; at += 4) {
    const name = rangeText(bytes, ranges[at] ?? 0, ranges[at + 1] ?? 0);
    parts.push(`${name}=${JSON.stringify(rangeText(bytes, ranges[at + 2] ?? 0, ranges[at + 3] ?? 0))}`);
  }
  return `{${parts.join(', ')}}`;
}

/** The labels as an object of their own. */
export function labelsOfRanges(bytes: Uint8Array, ranges: Int32Array, labelCount: number): Labels {
  const pairs: [name: string, value: string][] = [];
  for (let at = 0; at < labelCount * 4; at += 4) {
    const name = rangeText(bytes, ranges[at] ?? 0, ranges[at + 1] ?? 0);
    pairs.push([name, rangeText(bytes, ranges[at + 2] ?? 0, ranges[at + 3] ?? 0)]);
  }
  return Labels.from(pairs);
}

/** Writes start and end of the name of the metric to the begin of an array; an empty range when there is none. */
export function metricNameRange(
  bytes: Uint8Array,
  ranges: Int32Array,
  labelCount: number,
  into: Int32Array,
): void {
  into[0] = 0;
  into[1] = 0;
  for (let at = 0; at < labelCount * 4; at += 4) {
    if (!isMetricNameLabel(bytes, ranges[at] ?? 0, ranges[at + 1] ?? 0)) continue;
    into[0] = ranges[at + 2] ?? 0;
    into[1] = ranges[at + 3] ?? 0;
    return;
  }
}

const metricNameLabelBytes = new TextEncoder().encode('__name__');

function isMetricNameLabel(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== metricNameLabelBytes.length) return false;
  for (let i = 0; i < metricNameLabelBytes.length; i++) {
    if (bytes[start + i] !== metricNameLabelBytes[i]) return false;
  }
  return true;
}
