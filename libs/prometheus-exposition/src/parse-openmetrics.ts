import { formatFloatShort } from '@plinth/go-format';
import { metricTypes } from '@plinth/prometheus-model';
import { bodyText } from './body-text.ts';
import { CreatedTimestamps, hasStart } from './created-timestamps.ts';
import { ExpositionError } from './exposition-error.ts';
import type { ExpositionLimits } from './exposition-limits.ts';
import type { ExpositionVisitor } from './exposition-visitor.ts';
import { readFamilyName } from './family-name.ts';
import { endOfLine } from './line-text.ts';
import { numberBetween } from './number-text.ts';
import { unescaped } from './quoted-text.ts';
import { noExemplars, SeriesLine } from './series-line.ts';

const newline = 0x0a;
const blank = 0x20;
const endMark = '# EOF';

/** What becomes of `_created` lines: start timestamps of their series, or series of their own. */
export type CreatedLines = 'start_timestamps' | 'samples';

/**
 * Reads OpenMetrics text 1.0, and 0.0.1, which is the same here.
 * @throws ExpositionError with line and column; what came before has been visited.
 * Spec: OpenMetrics 1.0.0.
 */
export function parseOpenMetrics(
  bytes: Uint8Array,
  visitor: ExpositionVisitor,
  limits: ExpositionLimits,
  createdLines: CreatedLines = 'start_timestamps',
): void {
  const body = bodyText(bytes, limits);
  const parser = new OpenMetricsParser(body, visitor, limits, createdLines);
  let position = 0;
  while (!body.startsWith(endMark, position)) position = parser.readLine(position);
  position += endMark.length;
  if (body.charCodeAt(position) === newline) position++;
  if (position < body.length) throw ExpositionError.at(body, position, 'unexpected data after # EOF');
}

class OpenMetricsParser {
  readonly #body: string;
  readonly #visitor: ExpositionVisitor;
  readonly #limits: ExpositionLimits;
  readonly #series: SeriesLine;
  readonly #created: CreatedTimestamps | undefined;
  #sampleCount = 0;

  constructor(
    body: string,
    visitor: ExpositionVisitor,
    limits: ExpositionLimits,
    createdLines: CreatedLines,
  ) {
    this.#body = body;
    this.#visitor = visitor;
    this.#limits = limits;
    this.#series = new SeriesLine(body, { isLoose: false }, limits);
    if (createdLines === 'start_timestamps' && body.includes('_created'))
      this.#created = new CreatedTimestamps(body, limits);
  }

  /** @returns the offset of the next line. */
  readLine(start: number): number {
    const body = this.#body;
    if (start >= body.length) throw this.#fault(start, 'data does not end with # EOF');
    return body.charCodeAt(start) === 0x23 ? this.#readDescriptor(start) : this.#readSample(start);
  }

  #readSample(start: number): number {
    const body = this.#body;
    const series = this.#series;
    const valueAt = series.read(start);
    if (body.charCodeAt(valueAt) !== blank) throw this.#fault(valueAt, 'expected value after metric');
    const valueEnd = tokenEnd(body, valueAt + 1);
    const value = this.#number(valueAt + 1, valueEnd, 'expected value after metric');
    if (++this.#sampleCount > this.#limits.samples) {
      throw ExpositionError.at(body, start, `more than ${this.#limits.samples} samples`, 'limit');
    }
    let position = valueEnd;
    let timestampMs: number | undefined;
    if (body.charCodeAt(position) === blank && body.charCodeAt(position + 1) !== 0x23) {
      const timestampEnd = tokenEnd(body, position + 1);
      timestampMs = this.#timestampMs(position + 1, timestampEnd, 'timestamp');
      position = timestampEnd;
    }
    if (series.exemplars !== noExemplars) series.exemplars = noExemplars;
    if (body.charCodeAt(position) === blank) position = this.#readExemplar(position);
    if (position >= body.length) throw this.#fault(position, 'data does not end with # EOF');
    if (body.charCodeAt(position) !== newline)
      throw this.#fault(position, 'expected next entry after timestamp');
    this.#emit(value, timestampMs, start);
    return position + 1;
  }

  #emit(value: number, timestampMs: number | undefined, start: number): void {
    const series = this.#series;
    if (this.#created && hasStart(series.type)) {
      if (series.nameEndsWith('_created')) return;
      series.startTimestampMs = this.#created.of(series, start);
    } else {
      series.startTimestampMs = 0;
    }
    this.#visitor.sample(series, value, timestampMs);
  }

  /** Reads ` # {labels} value timestamp`. @returns the offset after it. */
  #readExemplar(start: number): number {
    const body = this.#body;
    if (!body.startsWith(' # {', start)) throw this.#fault(start, 'expected next entry after timestamp');
    const { labels, end } = this.#series.readExemplarLabels(start + 4);
    if (body.charCodeAt(end) !== blank) throw this.#fault(end, 'expected value after exemplar labels');
    let position = tokenEnd(body, end + 1);
    const value = this.#number(end + 1, position, 'expected value after exemplar labels');
    let timestampMs: number | undefined;
    if (body.charCodeAt(position) === blank) {
      const timestampEnd = tokenEnd(body, position + 1);
      timestampMs = this.#timestampMs(position + 1, timestampEnd, 'exemplar timestamp');
      position = timestampEnd;
    }
    this.#series.exemplars = [{ labels, value, timestampMs }];
    return position;
  }

  #readDescriptor(start: number): number {
    const body = this.#body;
    const lineEnd = endOfLine(body, start);
    const keyword = body.slice(start + 2, start + 6);
    const isDescriptor =
      body.startsWith('# ', start) &&
      (keyword === 'HELP' || keyword === 'TYPE' || keyword === 'UNIT') &&
      body.charCodeAt(start + 6) === blank;
    if (!isDescriptor) throw this.#fault(start, 'expected a valid start token');
    if (lineEnd === body.length) throw this.#fault(lineEnd, 'data does not end with # EOF');
    const family = readFamilyName(body, start + 7, keyword);
    if (body.charCodeAt(family.end) !== blank) throw this.#fault(family.end, `expected text in ${keyword}`);
    this.#describe(keyword, family.name, body.slice(family.end + 1, lineEnd), family.end + 1);
    return lineEnd + 1;
  }

  #describe(keyword: string, family: string, text: string, position: number): void {
    this.#created?.clear();
    if (keyword === 'HELP') {
      this.#visitor.help(family, unescaped(text));
    } else if (keyword === 'UNIT') {
      if (text !== '' && !family.endsWith(`_${text}`)) {
        throw this.#fault(position, `unit "${text}" not a suffix of metric "${family}"`);
      }
      this.#visitor.unit(family, text);
    } else {
      const type = metricTypes.find((known) => known === text);
      if (type === undefined) throw this.#fault(position, `invalid metric type "${text}"`);
      this.#series.type = type;
      this.#visitor.type(family, type);
    }
  }

  #number(start: number, end: number, expected: string): number {
    if (start === end) throw this.#fault(start, expected);
    const value = numberBetween(this.#body, start, end);
    if (value === undefined) throw this.#fault(start, `invalid number "${this.#body.slice(start, end)}"`);
    return value;
  }

  #timestampMs(start: number, end: number, what: string): number {
    const seconds = this.#number(start, end, 'expected timestamp or comment');
    if (!Number.isFinite(seconds)) throw this.#fault(start, `invalid ${what} ${formatFloatShort(seconds)}`);
    return Math.trunc(seconds * 1000);
  }

  #fault(position: number, reason: string): ExpositionError {
    return ExpositionError.at(this.#body, position, reason);
  }
}

function tokenEnd(body: string, start: number): number {
  let end = start;
  for (; end < body.length; end++) {
    const code = body.charCodeAt(end);
    if (code === blank || code === newline) break;
  }
  return end;
}
