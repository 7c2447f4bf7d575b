import { quote } from '@plinth/go-format';
import { plainUnit, unitWords } from './units.ts';

/**
 * How names become names of Prometheus, under the names that its configuration has for it. With escaping, all but letters, digits,
 * underscores and colons become underscores; with suffixes, unit and type stand behind the name of the metric.
 */
export type TranslationStrategy =
  | 'UnderscoreEscapingWithSuffixes'
  | 'UnderscoreEscapingWithoutSuffixes'
  | 'NoUTF8EscapingWithSuffixes'
  | 'NoTranslation';

/** A name that nothing is left of. */
export class NameError extends Error {
  override readonly name = 'NameError';
}

/** What a name depends on beside itself. */
export interface NamedMetric {
  readonly name: string;
  readonly unit: string;
  /** Counters alone have a suffix `_total`, gauges alone one of `_ratio`. */
  readonly kind: 'counter' | 'gauge' | 'other';
}

/** @throws NameError. Spec: prometheus/otlptranslator 1.0, metric_namer.go. */
export function metricNameOf(metric: NamedMetric, strategy: TranslationStrategy): string {
  if (strategy === 'NoTranslation') return metric.name;
  if (strategy === 'NoUTF8EscapingWithSuffixes') return suffixedName(metric);
  const { name } = metric;
  const escaped =
    strategy === 'UnderscoreEscapingWithSuffixes' ? escapedSuffixedName(metric) : escapedName(name);
  if (escaped === '') throw new NameError(`normalization for metric ${quote(name)} resulted in empty name`);
  if (escaped !== name && /^_*$/.test(escaped)) {
    throw new NameError(`normalization for metric ${quote(name)} resulted in invalid name ${quote(escaped)}`);
  }
  return escaped;
}

function escapedName(name: string): string {
  return withoutLeadingDigit(
    name
      .split(/[^a-zA-Z0-9:_]+/u)
      .filter((part) => part !== '')
      .join('_'),
  );
}

function withoutLeadingDigit(name: string): string {
  return /^\d/.test(name) ? `_${name}` : name;
}

function escapedSuffixedName({ name, unit, kind }: NamedMetric): string {
  let words = name.split(/[^a-zA-Z0-9:]+/u).filter((word) => word !== '');
  const { main, per } = unitWords(unit);
  let mainWord = plainUnit(main);
  let perWord = plainUnit(per);
  if (words.includes(mainWord)) mainWord = '';
  perWord = perWord === 'per_' ? '' : perWord.replace(/_$/, '');
  if (words.includes(perWord)) perWord = '';
  if (perWord !== '') mainWord = mainWord.replace(/_$/, '');
  words = [...words, mainWord, perWord].filter((word) => word !== '');
  if (kind === 'counter') words = [...words.filter((word) => word !== 'total'), 'total'];
  if (kind === 'gauge' && unit === '1') words = [...words.filter((word) => word !== 'ratio'), 'ratio'];
  return withoutLeadingDigit(words.join('_'));
}

function suffixedName({ name, unit, kind }: NamedMetric): string {
  let stem = name;
  let suffix = '';
  const addSuffix = (word: string): void => {
    if (stem.endsWith(word) && stem.length > word.length + 1) stem = stem.slice(0, -(word.length + 1));
    suffix = `_${word}${suffix}`;
  };
  if (kind === 'gauge' && unit === '1') addSuffix('ratio');
  if (kind === 'counter') addSuffix('total');
  const { main, per } = unitWords(unit);
  if (per !== '') addSuffix(per);
  if (main !== '' && !stem.endsWith(main)) stem += `_${main}`;
  return stem + suffix;
}

/** How names of labels are escaped, where the strategy escapes. */
export interface LabelNaming {
  readonly strategy: TranslationStrategy;
  /** `_name` becomes `key_name`. */
  readonly isUnderscorePrefixed: boolean;
  /** Underscores that follow each other stay as many as they are. */
  readonly areUnderscoresKept: boolean;
}

/** @throws NameError. Spec: prometheus/otlptranslator 1.0, label_namer.go. */
export function labelNameOf(name: string, naming: LabelNaming): string {
  if (name === '') throw new NameError('label name is empty');
  if (naming.strategy === 'NoTranslation' || naming.strategy === 'NoUTF8EscapingWithSuffixes') {
    if (/^_+$/.test(name)) throw new NameError(`label name ${quote(name)} contains only underscores`);
    return name;
  }
  let escaped = naming.areUnderscoresKept ? name.replace(/[^a-zA-Z0-9]/gu, '_') : collapsed(name);
  if (/^\d/.test(escaped)) escaped = `key_${escaped}`;
  else if (naming.isUnderscorePrefixed && /^_(?!_)/.test(escaped)) escaped = `key${escaped}`;
  if (/^_*$/.test(escaped)) {
    throw new NameError(
      `normalization for label name ${quote(name)} resulted in invalid name ${quote(escaped)}`,
    );
  }
  return escaped;
}

/** Names within two underscores on both sides are reserved and stay so. */
function collapsed(name: string): string {
  const isReserved = name.length >= 4 && name.startsWith('__') && name.endsWith('__');
  const inner = (isReserved ? name.slice(2, -2) : name).replace(/[^a-zA-Z0-9]+/gu, '_');
  return isReserved ? `__${inner}__` : inner;
}
