import type { MetricType } from '@plinth/prometheus-model';
import { bodyText } from './body-text.ts';
import { ExpositionError } from './exposition-error.ts';
import type { ExpositionLimits } from './exposition-limits.ts';
import type { ExpositionVisitor } from './exposition-visitor.ts';
import { readFamilyName } from './family-name.ts';
import { endOfLine, skipBlanks } from './line-text.ts';
import { numberBetween } from './number-text.ts';
import { unescapedHelp } from './quoted-text.ts';
import { SeriesLine } from './series-line.ts';

const newline = 0x0a;
const hash = 0x23;

const typeOfText: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['histogram', 'histogram'],
  ['summary', 'summary'],
  ['untyped', 'unknown'],
]);

/**
 * Reads the Prometheus text format, 0.0.4 and 1.0.0 (names in quotes).
 * @throws ExpositionError with line and column; what came before has been visited.
 * Spec: Prometheus "Exposition formats", text-based format.
 */
export function parsePrometheusText(
  bytes: Uint8Array,
  visitor: ExpositionVisitor,
  limits: ExpositionLimits,
): void {
  const body = bodyText(bytes, limits);
  const parser = new PrometheusTextParser(body, visitor, limits);
  for (let position = 0; position < body.length; ) position = parser.readLine(position);
}

class PrometheusTextParser {
  readonly #body: string;
  readonly #visitor: ExpositionVisitor;
  readonly #limits: ExpositionLimits;
  readonly #series: SeriesLine;
  #sampleCount = 0;

  constructor(body: string, visitor: ExpositionVisitor, limits: ExpositionLimits) {
    this.#body = body;
    this.#visitor = visitor;
    this.#limits = limits;
    this.#series = new SeriesLine(body, { isLoose: true }, limits);
  }

  /** @returns the offset of the next line. */
  readLine(start: number): number {
    const body = this.#body;
    const position = skipBlanks(body, start);
    if (position >= body.length) return position;
    const code = body.charCodeAt(position);
    if (code === newline) return position + 1;
    return code === hash ? this.#readComment(position) : this.#readSample(position);
  }

  #readSample(start: number): number {
    const body = this.#body;
    const valueStart = skipBlanks(body, this.#series.read(start));
    const valueEnd = tokenEnd(body, valueStart);
    if (valueStart === valueEnd || isNoValue(body.charCodeAt(valueStart)))
      throw this.#fault(valueStart, 'expected value after metric');
    const value = numberBetween(body, valueStart, valueEnd);
    if (value === undefined)
      throw this.#fault(valueStart, `invalid number "${body.slice(valueStart, valueEnd)}"`);
    if (++this.#sampleCount > this.#limits.samples) {
      throw ExpositionError.at(body, start, `more than ${this.#limits.samples} samples`, 'limit');
    }
    let position = skipBlanks(body, valueEnd);
    let timestampMs: number | undefined;
    if (position < body.length && body.charCodeAt(position) !== newline) {
      const timestampEnd = integerEnd(body, position);
      if (timestampEnd === position) throw this.#fault(position, 'expected timestamp or new record');
      timestampMs = Number(body.slice(position, timestampEnd));
      position = skipBlanks(body, timestampEnd);
      if (position < body.length && body.charCodeAt(position) !== newline) {
        throw this.#fault(position, 'expected next entry after timestamp');
      }
    }
    this.#visitor.sample(this.#series, value, timestampMs);
    return position + 1;
  }

  #readComment(start: number): number {
    const body = this.#body;
    const lineEnd = endOfLine(body, start);
    const keywordStart = skipBlanks(body, start + 1);
    const keywordEnd = Math.min(tokenEnd(body, keywordStart), lineEnd);
    const keyword = keywordStart === start + 1 ? '' : body.slice(keywordStart, keywordEnd);
    // Other comments mean nothing, and neither does one that ends after its first word.
    if ((keyword !== 'HELP' && keyword !== 'TYPE') || keywordEnd === lineEnd) return lineEnd + 1;
    const nameStart = skipBlanks(body, keywordEnd);
    const family = readFamilyName(body, nameStart, keyword);
    const text = body.slice(Math.min(family.end + 1, lineEnd), lineEnd);
    const afterName = body.charCodeAt(family.end);
    if (family.end < lineEnd && afterName !== 0x20 && afterName !== 0x09) {
      throw this.#fault(family.end, `expected text in ${keyword}`);
    }
    if (keyword === 'HELP') {
      this.#visitor.help(family.name, unescapedHelp(text));
    } else {
      const type = typeOfText.get(text.trim());
      if (type === undefined) throw this.#fault(family.end + 1, `invalid metric type "${text}"`);
      this.#series.type = type;
      this.#visitor.type(family.name, type);
    }
    return lineEnd + 1;
  }

  #fault(position: number, reason: string): ExpositionError {
    return ExpositionError.at(this.#body, position, reason);
  }
}

/** What no value begins with: labels that are there twice, and the zero byte. */
function isNoValue(code: number): boolean {
  return code === 0x7b || code === 0;
}

function tokenEnd(body: string, start: number): number {
  let end = start;
  for (; end < body.length; end++) {
    const code = body.charCodeAt(end);
    if (code === 0x20 || code === 0x09 || code === newline) break;
  }
  return end;
}

/** Where an integer ends; the offset itself when there is none. The specification has negative timestamps, Prometheus reads none. */
function integerEnd(body: string, start: number): number {
  const first = body.charCodeAt(start) === 0x2d ? start + 1 : start;
  let end = first;
  for (let digit = body.charCodeAt(end); digit >= 48 && digit <= 57; digit = body.charCodeAt(end)) end++;
  return end === first || end - first > 18 ? start : end;
}
