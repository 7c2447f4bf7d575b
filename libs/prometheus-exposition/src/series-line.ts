import {
  formatOpenMetricsFloat,
  type Label,
  Labels,
  type MetricType,
  metricNameLabel,
} from '@plinth/prometheus-model';
import { ExpositionError } from './exposition-error.ts';
import type { ExpositionLimits } from './exposition-limits.ts';
import type { Exemplar, ExposedSeries } from './exposition-visitor.ts';
import { skipBlanks } from './line-text.ts';
import { labelNameEnd, metricNameEnd } from './name-text.ts';
import { numberBetween } from './number-text.ts';
import { quotedEnd, unescaped } from './quoted-text.ts';

/** What the two text formats do differently between braces. */
export interface LabelDialect {
  /** Blanks between tokens, values over more than one line, and commas that may be left out. */
  readonly isLoose: boolean;
}

/** No exemplars: the same list for all series that have none. */
export const noExemplars: readonly Exemplar[] = [];

/** The begin of a line: the name of a metric and its labels, as offsets of the body. The same object serves for all lines. */
export class SeriesLine implements ExposedSeries {
  readonly #body: string;
  readonly #dialect: LabelDialect;
  readonly #limits: ExpositionLimits;
  #start = 0;
  #end = 0;
  #nameStart = -1;
  #nameEnd = -1;
  /** Name start, name end, value start, value end, ...: without quotes. */
  readonly #offsets: number[] = [];
  /** The type of the metric family, which says whether `le` and `quantile` are numbers. */
  type: MetricType = 'unknown';
  exemplars: readonly Exemplar[] = noExemplars;
  startTimestampMs = 0;

  constructor(body: string, dialect: LabelDialect, limits: ExpositionLimits) {
    this.#body = body;
    this.#dialect = dialect;
    this.#limits = limits;
  }

  get text(): string {
    return this.#body.slice(this.#start, this.#end);
  }

  /** The name of the metric. */
  get metricName(): string {
    return unescaped(this.#body.slice(this.#nameStart, this.#nameEnd));
  }

  /** Whether the name of the metric ends so. @param suffix - nothing that is escaped. */
  nameEndsWith(suffix: string): boolean {
    return (
      this.#body.startsWith(suffix, this.#nameEnd - suffix.length) &&
      this.#nameEnd - this.#nameStart > suffix.length
    );
  }

  /** The labels as they stand in the body, with their names and without that of the metric. */
  *rawLabels(): IterableIterator<Label> {
    const offsets = this.#offsets;
    for (let i = 0; i < offsets.length; i += 4) {
      const name = this.#body.slice(offsets[i], offsets[i + 1]);
      yield { name, value: this.#body.slice(offsets[i + 2], offsets[i + 3]) };
    }
  }

  labels(): Labels {
    const pairs: [name: string, value: string][] = [[metricNameLabel, this.metricName]];
    for (const raw of this.rawLabels()) {
      const name = unescaped(raw.name);
      const value = unescaped(raw.value);
      pairs.push([name, this.#isNumber(name) ? normalNumber(value) : value]);
    }
    return Labels.from(pairs);
  }

  #isNumber(name: string): boolean {
    return (name === 'le' && this.type === 'histogram') || (name === 'quantile' && this.type === 'summary');
  }

  /** Reads name and labels. @returns the offset after them. */
  read(start: number): number {
    const body = this.#body;
    this.#start = start;
    this.#offsets.length = 0;
    this.#nameStart = -1;
    let position = metricNameEnd(body, start);
    if (position > start) {
      this.#nameStart = start;
      this.#nameEnd = position;
    } else if (body.charCodeAt(position) !== brace) {
      throw this.#fault(position, 'expected a valid start token');
    }
    const braceAt = this.#dialect.isLoose ? skipBlanks(body, position) : position;
    if (body.charCodeAt(braceAt) === brace) position = this.#readLabels(braceAt + 1, this.#offsets, false);
    if (this.#nameStart === -1) throw this.#fault(start, 'metric name not set');
    this.#end = position;
    return position;
  }

  /** Reads the labels of an exemplar, behind its brace. @returns them and the offset after them. */
  readExemplarLabels(start: number): { labels: Labels; end: number } {
    const offsets: number[] = [];
    const end = this.#readLabels(start, offsets, true);
    const pairs: [name: string, value: string][] = [];
    for (let i = 0; i < offsets.length; i += 4) {
      const name = unescaped(this.#body.slice(offsets[i], offsets[i + 1]));
      pairs.push([name, unescaped(this.#body.slice(offsets[i + 2], offsets[i + 3]))]);
    }
    return { labels: Labels.from(pairs), end };
  }

  #readLabels(start: number, offsets: number[], isExemplar: boolean): number {
    const body = this.#body;
    const { isLoose } = this.#dialect;
    let position = isLoose ? skipBlanks(body, start) : start;
    while (body.charCodeAt(position) !== closingBrace) {
      position = this.#readLabel(position, offsets, isExemplar);
      if (isLoose) position = skipBlanks(body, position);
      const next = body.charCodeAt(position);
      if (next === comma) position = isLoose ? skipBlanks(body, position + 1) : position + 1;
      else if (next !== closingBrace && !isLoose)
        throw this.#fault(position, 'expected comma or brace close');
    }
    return position + 1;
  }

  #readLabel(start: number, offsets: number[], isExemplar: boolean): number {
    const body = this.#body;
    const { isLoose } = this.#dialect;
    const isQuoted = body.charCodeAt(start) === quoteMark;
    let position = isQuoted ? quotedEnd(body, start, true) : labelNameEnd(body, start);
    if (position <= start) throw this.#fault(start, 'expected label name');
    const nameOffset = isQuoted ? 1 : 0;
    const nameLength = position - start - 2 * nameOffset;
    const afterName = isLoose ? skipBlanks(body, position) : position;
    const next = body.charCodeAt(afterName);
    if (isQuoted && (next === comma || next === closingBrace)) {
      if (isExemplar) throw this.#fault(afterName, 'expected equal');
      if (this.#nameStart !== -1) throw this.#fault(start, 'metric name already set');
      this.#nameStart = start + 1;
      this.#nameEnd = position - 1;
      return position;
    }
    if (next !== equalSign) throw this.#fault(afterName, 'expected equal');
    const valueStart = isLoose ? skipBlanks(body, afterName + 1) : afterName + 1;
    const isValueQuoted = body.charCodeAt(valueStart) === quoteMark;
    position = isValueQuoted ? quotedEnd(body, valueStart, isLoose) : -1;
    if (position === -1) throw this.#fault(valueStart, 'expected label value');
    offsets.push(start + nameOffset, start + nameOffset + nameLength, valueStart + 1, position - 1);
    this.#checkLimits(start, nameLength, position - valueStart - 2, offsets.length / 4);
    return position;
  }

  #checkLimits(position: number, nameLength: number, valueLength: number, count: number): void {
    const limits = this.#limits;
    if (
      count <= limits.labels &&
      nameLength <= limits.labelNameLength &&
      valueLength <= limits.labelValueLength
    )
      return;
    const reason =
      count > limits.labels
        ? `more than ${limits.labels} labels`
        : nameLength > limits.labelNameLength
          ? `a label name of ${nameLength} characters, at most ${limits.labelNameLength} are allowed`
          : `a label value of ${valueLength} characters, at most ${limits.labelValueLength} are allowed`;
    throw ExpositionError.at(this.#body, position, reason, 'limit');
  }

  #fault(position: number, reason: string): ExpositionError {
    return ExpositionError.at(this.#body, position, reason);
  }
}

const quoteMark = 0x22;
const comma = 0x2c;
const equalSign = 0x3d;
const brace = 0x7b;
const closingBrace = 0x7d;

/** As OpenMetrics writes it, so that the same bound always has the same label. */
function normalNumber(value: string): string {
  const number = numberBetween(value, 0, value.length);
  return number === undefined ? value : formatOpenMetricsFloat(number);
}
