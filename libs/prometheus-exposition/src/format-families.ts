import { formatFloatShort } from '@plinth/go-format';
import { formatOpenMetricsFloat, type Label } from '@plinth/prometheus-model';
import type {
  HistogramPoint,
  MetricFamily,
  SummaryPoint,
  ValuePoint,
  WrittenExemplar,
} from './metric-family.ts';
import type { EscapingScheme } from './scrape-protocol.ts';

/** How names are written that need quotes: in quotes, or with underscores in place of what is not allowed. */
export type NameEscaping = Extract<EscapingScheme, 'allow-utf-8' | 'underscores'>;

/**
 * Writes the Prometheus text format, one piece for each metric family. Exemplars, units and begins of counting have no place in it; it
 * has no infos and state sets, which become gauges.
 * Spec: Prometheus "Exposition formats", text-based format 0.0.4, and 1.0.0 with names in quotes.
 */
export function* formatPrometheusText(
  families: Iterable<MetricFamily>,
  escaping: NameEscaping,
): Generator<string> {
  for (const family of families) yield new FamilyText(family, escaping, false).text();
}

/**
 * Writes OpenMetrics text, one piece for each metric family and one for the end.
 * Spec: OpenMetrics 1.0.0.
 */
export function* formatOpenMetrics(
  families: Iterable<MetricFamily>,
  escaping: NameEscaping,
): Generator<string> {
  for (const family of families) yield new FamilyText(family, escaping, true).text();
  yield '# EOF\n';
}

const prometheusTypes: Readonly<Partial<Record<MetricFamily['type'], string>>> = {
  unknown: 'untyped',
  info: 'gauge',
  stateset: 'gauge',
};

/** The lines of one metric family. */
class FamilyText {
  readonly #family: MetricFamily;
  readonly #escaping: NameEscaping;
  readonly #isOpenMetrics: boolean;
  readonly #lines: string[] = [];

  constructor(family: MetricFamily, escaping: NameEscaping, isOpenMetrics: boolean) {
    this.#family = family;
    this.#escaping = escaping;
    this.#isOpenMetrics = isOpenMetrics;
  }

  text(): string {
    const family = this.#family;
    this.#describe(family);
    if (family.type === 'histogram') for (const point of family.points) this.#histogram(point);
    else if (family.type === 'summary') for (const point of family.points) this.#summary(point);
    else for (const point of family.points) this.#value(point, valueSuffix(family.type));
    return `${this.#lines.join('\n')}\n`;
  }

  #describe(family: MetricFamily): void {
    const { type, help, unit } = family;
    // The Prometheus format describes the name with its suffix.
    const name = this.#describedName(this.#isOpenMetrics ? '' : valueSuffix(type));
    if (help !== '') this.#lines.push(`# HELP ${name} ${escapedHelp(help, this.#isOpenMetrics)}`);
    this.#lines.push(`# TYPE ${name} ${this.#isOpenMetrics ? type : (prometheusTypes[type] ?? type)}`);
    if (this.#isOpenMetrics && unit) this.#lines.push(`# UNIT ${name} ${unit}`);
  }

  #describedName(suffix: string): string {
    const name = `${this.#family.name}${suffix}`;
    if (metricName.test(name)) return name;
    return this.#escaping === 'underscores' ? underscored(name, metricName) : quoted(name);
  }

  #value(point: ValuePoint, suffix: string): void {
    this.#line(suffix, point.labels, formatFloatShort(point.value), point.timestampMs, point.exemplar);
    this.#created(point.labels, point.createdMs);
  }

  #histogram(point: HistogramPoint): void {
    const { labels, buckets, sum, count, timestampMs, createdMs } = point;
    for (const { upperBound, cumulativeCount, exemplar } of buckets) {
      this.#bucket(point, upperBound, cumulativeCount, exemplar);
    }
    if (buckets.at(-1)?.upperBound !== Number.POSITIVE_INFINITY)
      this.#bucket(point, Number.POSITIVE_INFINITY, count);
    this.#line('_sum', labels, formatFloatShort(sum), timestampMs);
    this.#line('_count', labels, formatFloatShort(count), timestampMs);
    this.#created(labels, createdMs);
  }

  #bucket(point: HistogramPoint, upperBound: number, count: number, exemplar?: WrittenExemplar): void {
    const le = this.#isOpenMetrics ? formatOpenMetricsFloat(upperBound) : formatFloatShort(upperBound);
    const labels = [...point.labels, { name: 'le', value: le }];
    this.#line('_bucket', labels, formatFloatShort(count), point.timestampMs, exemplar);
  }

  #summary({ labels, quantiles, sum, count, timestampMs, createdMs }: SummaryPoint): void {
    for (const { quantile, value } of quantiles) {
      const shown = this.#isOpenMetrics ? formatOpenMetricsFloat(quantile) : formatFloatShort(quantile);
      this.#line('', [...labels, { name: 'quantile', value: shown }], formatFloatShort(value), timestampMs);
    }
    this.#line('_sum', labels, formatFloatShort(sum), timestampMs);
    this.#line('_count', labels, formatFloatShort(count), timestampMs);
    this.#created(labels, createdMs);
  }

  #created(labels: Iterable<Label>, createdMs: number | undefined): void {
    const type = this.#family.type;
    const hasStart = type === 'counter' || type === 'histogram' || type === 'summary';
    if (!this.#isOpenMetrics || !hasStart || createdMs === undefined) return;
    this.#line('_created', labels, String(createdMs / 1000), undefined);
  }

  #line(
    suffix: string,
    labels: Iterable<Label>,
    value: string,
    timestampMs: number | undefined,
    exemplar?: WrittenExemplar,
  ): void {
    let line = `${this.#series(`${this.#family.name}${suffix}`, labels)} ${value}`;
    if (timestampMs !== undefined) line += ` ${this.#timestamp(timestampMs)}`;
    if (this.#isOpenMetrics && exemplar) {
      line += ` # {${this.#labels(exemplar.labels)}} ${formatFloatShort(exemplar.value)}`;
      if (exemplar.timestampMs !== undefined) line += ` ${this.#timestamp(exemplar.timestampMs)}`;
    }
    this.#lines.push(line);
  }

  #timestamp(timestampMs: number): string {
    return this.#isOpenMetrics ? String(timestampMs / 1000) : String(timestampMs);
  }

  #series(name: string, labels: Iterable<Label>): string {
    const shown = this.#labels(labels);
    if (metricName.test(name)) return shown === '' ? name : `${name}{${shown}}`;
    if (this.#escaping === 'underscores')
      return `${underscored(name, metricName)}${shown === '' ? '' : `{${shown}}`}`;
    return shown === '' ? `{${quoted(name)}}` : `{${quoted(name)},${shown}}`;
  }

  #labels(labels: Iterable<Label>): string {
    const shown: string[] = [];
    for (const { name, value } of labels) shown.push(`${this.#labelName(name)}=${quoted(value)}`);
    return shown.join(',');
  }

  #labelName(name: string): string {
    if (labelName.test(name)) return name;
    return this.#escaping === 'underscores' ? underscored(name, labelName) : quoted(name);
  }
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function valueSuffix(type: MetricFamily['type']): string {
  if (type === 'counter') return '_total';
  return type === 'info' ? '_info' : '';
}

/** Each character that is not allowed becomes an underscore; the first one has a rule of its own. */
function underscored(name: string, allowed: RegExp): string {
  return Array.from(name, (character, i) =>
    allowed.test(i === 0 ? character : `_${character}`) ? character : '_',
  ).join('');
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

function quoted(text: string): string {
  return `"${text.replace(/[\\\n"]/g, (character) => escapes[character] ?? character)}"`;
}

function escapedHelp(help: string, isOpenMetrics: boolean): string {
  return help.replace(isOpenMetrics ? /[\\\n"]/g : /[\\\n]/g, (character) => escapes[character] ?? character);
}
