import { Labels } from '@plinth/prometheus-model';

/**
 * The bytes that identify a series: its labels in the encoding of remote write 1.0, which is that of most requests, so that
 * the bytes of the request can be looked up as they are.
 * Spec: Prometheus remote write 1.0, `repeated Label labels = 1` of TimeSeries with `name = 1` and `value = 2`.
 */
const labelTag = 0x0a;
const nameTag = 0x0a;
const valueTag = 0x12;

/** A run of bytes that holds a key. */
export interface KeyRun {
  bytes: Uint8Array;
  view: DataView;
  start: number;
  end: number;
}

/** Finds or makes the key of labels that are ranges of a request: nameStart, nameEnd, valueStart, valueEnd, ... */
export class SeriesKeys {
  readonly #scratch: KeyRun = emptyRun();
  readonly #run: KeyRun = emptyRun();

  /** The key; it is valid until the next call. */
  keyOf(bytes: Uint8Array, ranges: Int32Array, count: number): KeyRun {
    if (!isKey(bytes, ranges, count)) return this.encode(bytes, ranges, count);
    const run = this.#run;
    if (run.bytes !== bytes) {
      run.bytes = bytes;
      run.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    run.start = (ranges[0] ?? 0) - 4;
    run.end = ranges[count * 4 - 1] ?? 0;
    return run;
  }

  /** The key in memory of its own, whatever the request looks like. */
  encode(bytes: Uint8Array, ranges: Int32Array, count: number): KeyRun {
    const run = this.#scratch;
    let needed = 0;
    for (let i = 0; i < count * 4; i += 2) needed += (ranges[i + 1] ?? 0) - (ranges[i] ?? 0) + 16;
    if (run.bytes.length < needed) {
      run.bytes = new Uint8Array(needed * 2);
      run.view = new DataView(run.bytes.buffer);
    }
    let at = 0;
    for (let i = 0; i < count * 4; i += 4) {
      const nameStart = ranges[i] ?? 0;
      const nameEnd = ranges[i + 1] ?? 0;
      const valueStart = ranges[i + 2] ?? 0;
      const valueEnd = ranges[i + 3] ?? 0;
      const nameBytes = nameEnd - nameStart;
      const valueBytes = valueEnd - valueStart;
      run.bytes[at++] = labelTag;
      at = writeLength(run.bytes, at, fieldBytes(nameBytes) + fieldBytes(valueBytes));
      run.bytes[at++] = nameTag;
      at = writeLength(run.bytes, at, nameBytes);
      at = copy(bytes, nameStart, nameEnd, run.bytes, at);
      run.bytes[at++] = valueTag;
      at = writeLength(run.bytes, at, valueBytes);
      at = copy(bytes, valueStart, valueEnd, run.bytes, at);
    }
    run.start = 0;
    run.end = at;
    return run;
  }
}

/** Whether the labels lie in the request exactly as in a key: short, one behind the other. */
function isKey(bytes: Uint8Array, ranges: Int32Array, count: number): boolean {
  if (count === 0 || (ranges[0] ?? 0) < 4) return false;
  let end = (ranges[0] ?? 0) - 4;
  for (let i = 0; i < count * 4; i += 4) {
    const nameStart = ranges[i] ?? 0;
    const nameEnd = ranges[i + 1] ?? 0;
    const valueStart = ranges[i + 2] ?? 0;
    const valueEnd = ranges[i + 3] ?? 0;
    if (nameStart !== end + 4 || valueStart !== nameEnd + 2) return false;
    if (valueEnd - nameStart > 125) return false;
    if (bytes[nameStart - 1] !== nameEnd - nameStart) return false;
    if (bytes[valueStart - 1] !== valueEnd - valueStart) return false;
    end = valueEnd;
  }
  return true;
}

function fieldBytes(length: number): number {
  return 1 + lengthBytes(length) + length;
}

function lengthBytes(length: number): number {
  if (length < 0x80) return 1;
  return length < 0x4000 ? 2 : 3;
}

function writeLength(into: Uint8Array, at: number, length: number): number {
  let next = at;
  let rest = length;
  while (rest >= 0x80) {
    into[next++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  into[next++] = rest;
  return next;
}

function copy(from: Uint8Array, start: number, end: number, into: Uint8Array, at: number): number {
  let next = at;
  for (let i = start; i < end; i++) into[next++] = from[i] ?? 0;
  return next;
}

function emptyRun(): KeyRun {
  const bytes = new Uint8Array(512);
  return { bytes, view: new DataView(bytes.buffer), start: 0, end: 0 };
}

/** Calls back with each label of a key, as ranges of its bytes. */
function eachLabel(
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void,
): void {
  let at = start;
  const length = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < end) {
    at++;
    length();
    at++;
    const nameBytes = length();
    const nameStart = at;
    at += nameBytes + 1;
    const valueBytes = length();
    const valueStart = at;
    at += valueBytes;
    visit(nameStart, nameStart + nameBytes, valueStart, at);
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of a range; TextDecoder refuses shared memory, so the bytes are copied first where they are not ASCII. */
function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x80) return decoder.decode(bytes.slice(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Names and values of a key: name, value, name, value, ... */
export function partsOfKey(bytes: Uint8Array, start: number, end: number): string[] {
  const parts: string[] = [];
  eachLabel(bytes, start, end, (nameStart, nameEnd, valueStart, valueEnd) => {
    parts.push(textOf(bytes, nameStart, nameEnd), textOf(bytes, valueStart, valueEnd));
  });
  return parts;
}

/** The labels of a key that stands alone. */
export function labelsOfKey(key: Uint8Array): Labels {
  return Labels.fromSorted(partsOfKey(key, 0, key.length));
}
