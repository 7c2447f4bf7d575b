import {
  encodeQuery,
  GoMap,
  GoStruct,
  isList,
  TemplateError,
  type TemplateFunction,
  type Value,
} from '@plinth/go-template';
import { parseDuration } from '@plinth/prometheus-model';
import { RE2JS } from 're2js';
import { GoDuration, GoTime, timeOf } from './go-time.ts';
import { hostWithoutDomain, hostWithoutPort } from './host-port.ts';
import {
  floatOf,
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
} from './humanize.ts';
import { replaceAll } from './replace-all.ts';
import type { VectorSample } from './vector.ts';

const sampleType = '*template.sample';

/** What `query` gives to templates. */
export function vectorValue(samples: readonly VectorSample[]): Value {
  return samples.map(
    ({ labels, value, histogram }) =>
      new GoStruct(sampleType, {
        Labels: GoMap.ofTexts(labels.toJSON()),
        Value: histogram ? String(histogram) : value,
      }),
  );
}

/**
 * The functions of templates, but for `query`, which fails here: who has something to query puts another in its place.
 * Spec: Prometheus 3.14, template.
 */
export function templateFunctions(context: {
  readonly timeMs: number;
  readonly externalUrl: string;
}): Readonly<Record<string, TemplateFunction>> {
  const { timeMs, externalUrl } = context;
  return {
    ...pureFunctions,
    query: () => {
      throw new Error('there is nothing to query here');
    },
    now: () => timeMs / 1000,
    pathPrefix: () => (URL.canParse(externalUrl) ? new URL(externalUrl).pathname.replace(/\/$/, '') : ''),
    externalURL: () => externalUrl,
  };
}

const pureFunctions: Readonly<Record<string, TemplateFunction>> = {
  first: (samples) => {
    const [first] = listOf(samples, 'first');
    if (first === undefined) throw new Error('first() called on vector with no elements');
    return first;
  },
  label: (name, sample) => {
    const labels = sampleOf(sample).fields['Labels'];
    return labels instanceof GoMap ? (labels.entries.get(String(name)) ?? '') : '';
  },
  value: (sample) => sampleOf(sample).fields['Value'],
  strvalue: (sample) => {
    const labels = sampleOf(sample).fields['Labels'];
    return labels instanceof GoMap ? (labels.entries.get('__value__') ?? '') : '';
  },
  args: (...values) => new GoMap(new Map(values.map((value, i) => [`arg${i}`, value]))),
  sortByLabel: (name, samples) => {
    const keyOf = (sample: Value): string => {
      const labels = sampleOf(sample).fields['Labels'];
      return labels instanceof GoMap ? String(labels.entries.get(String(name)) ?? '') : '';
    };
    return listOf(samples, 'sortByLabel').toSorted((a, b) =>
      keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0,
    );
  },
  reReplaceAll: (pattern, replacement, text) =>
    replaceAll(String(pattern), String(replacement), String(text)),
  match: (pattern, text) => RE2JS.compile(String(pattern)).matcher(String(text)).find(),
  safeHtml: (text) => text,
  title: (text) =>
    String(text).replace(
      /(^|[^\p{L}\p{N}'’])(\p{L})/gu,
      (_whole, before: string, letter: string) => before + letter.toUpperCase(),
    ),
  toUpper: (text) => String(text).toUpperCase(),
  toLower: (text) => String(text).toLowerCase(),
  graphLink: (expression) => `/graph?g0.expr=${encodeQuery(String(expression))}&g0.tab=0`,
  tableLink: (expression) => `/graph?g0.expr=${encodeQuery(String(expression))}&g0.tab=1`,
  stripPort: (address) => hostWithoutPort(String(address)),
  stripDomain: (address) => hostWithoutDomain(String(address)),
  humanize: (value) => humanize(floatOf(value)),
  humanize1024: (value) => humanize1024(floatOf(value)),
  humanizeDuration: (value) => humanizeDuration(floatOf(value)),
  humanizePercentage: (value) => humanizePercentage(floatOf(value)),
  humanizeTimestamp: (value) => humanizeTimestamp(floatOf(value)),
  toTime: (value) => new GoTime(timeOf(floatOf(value))),
  toDuration: (value) => new GoDuration(BigInt(Math.trunc(floatOf(value) * 1e9))),
  parseDuration: (text) => {
    const duration = String(text);
    return duration.startsWith('-')
      ? -parseDuration(duration.slice(1)) / 1000
      : parseDuration(duration) / 1000;
  },
  urlQueryEscape: (text) => encodeQuery(String(text)),
};

function listOf(value: Value, name: string): readonly Value[] {
  if (!isList(value)) throw new TemplateError(`wrong type of value for ${name}: want template.queryResult`);
  return value;
}

function sampleOf(value: Value): GoStruct {
  if (!(value instanceof GoStruct) || value.typeName !== sampleType) {
    throw new TemplateError(`wrong type of value: want ${sampleType}`);
  }
  return value;
}
