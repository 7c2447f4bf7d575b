import { Labels as LabelSet, type Labels } from '@plinth/prometheus-model';
import { ParseError, parseSeries, type SeriesDescription, type SeriesValue } from '@plinth/promql';
import { FieldReader, type Fields, type Path } from './field-reader.ts';
import { readYaml } from './rule-file.ts';

/** A file of unit tests of rules. Spec: Prometheus 3.14, docs/configuration/unit_testing_rules.md. Durations are milliseconds. */
export interface UnitTestFile {
  /** Names of rule files as they were written: relative to the file, with wildcards. */
  readonly ruleFiles: readonly string[];
  readonly evaluationIntervalMs: number;
  readonly groupEvalOrder: readonly string[];
  /** Floats that are neighbours are equal. */
  readonly fuzzyCompare: boolean;
  readonly tests: readonly UnitTest[];
}

export interface UnitTest {
  readonly name: string;
  readonly intervalMs: number;
  readonly startMs: number;
  readonly inputSeries: readonly SeriesDescription[];
  readonly alertTests: readonly AlertTest[];
  readonly expressionTests: readonly ExpressionTest[];
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly externalUrl: string;
}

export interface AlertTest {
  readonly evalTimeMs: number;
  readonly alertName: string;
  readonly expected: readonly {
    readonly labels: Labels;
    readonly annotations: Labels;
  }[];
}

export interface ExpressionTest {
  readonly expression: string;
  readonly evalTimeMs: number;
  readonly expected: readonly {
    readonly labels: Labels;
    readonly value: SeriesValue;
  }[];
}

const defaultIntervalMs = 60_000;
const fileFields = new Set([
  'rule_files',
  'evaluation_interval',
  'group_eval_order',
  'fuzzy_compare',
  'tests',
]);
const testFields = new Set([
  'interval',
  'input_series',
  'name',
  'alert_rule_test',
  'promql_expr_test',
  'external_labels',
  'external_url',
  'start_timestamp',
]);
const seriesFields = new Set(['series', 'values']);
const alertTestFields = new Set(['eval_time', 'alertname', 'exp_alerts']);
const alertFields = new Set(['exp_labels', 'exp_annotations']);
const expressionTestFields = new Set(['expr', 'eval_time', 'exp_samples']);
const sampleFields = new Set(['labels', 'value', 'histogram']);

/**
 * Reads a file of unit tests.
 * @throws RuleFileError with every fault, each with line and column
 */
export function readUnitTestFile(text: string, file: string): UnitTestFile {
  return readYaml(text, file, (content) => {
    const reader = new UnitTestReader();
    return { value: reader.read(content), faults: reader.faults };
  });
}

class UnitTestReader extends FieldReader {
  read(content: unknown): UnitTestFile {
    const fields = this.fields(content ?? {}, [], fileFields) ?? {};
    const evaluationIntervalMs = this.duration(fields, 'evaluation_interval', []) || defaultIntervalMs;
    const order = this.#strings(fields, 'group_eval_order');
    for (const [i, name] of order.entries()) {
      if (order.indexOf(name) < i) {
        this.fault(['group_eval_order', i], `group name repeated in evaluation order: ${name}`);
      }
    }
    return {
      ruleFiles: this.#strings(fields, 'rule_files'),
      evaluationIntervalMs,
      groupEvalOrder: order,
      fuzzyCompare: fields['fuzzy_compare'] === true,
      tests: this.list(fields['tests'], ['tests']).flatMap(
        (test, i) => this.#test(test, ['tests', i], evaluationIntervalMs) ?? [],
      ),
    };
  }

  #strings(fields: Fields, name: string): readonly string[] {
    return this.list(fields[name], [name]).map((_item, i, all) =>
      this.text(Object.fromEntries(Object.entries(all)), String(i), [name]),
    );
  }

  #test(content: unknown, path: Path, evaluationIntervalMs: number): UnitTest | undefined {
    const fields = this.fields(content, path, testFields);
    if (!fields) return undefined;
    const list = <T>(name: string, read: (item: unknown, at: Path) => T | undefined): T[] =>
      this.list(fields[name], [...path, name]).flatMap((item, i) => read(item, [...path, name, i]) ?? []);
    return {
      name: this.text(fields, 'name', path) || `unnamed#${path.at(-1)}`,
      intervalMs: this.duration(fields, 'interval', path) || evaluationIntervalMs,
      startMs: this.#start(fields, path),
      inputSeries: list('input_series', (item, at) => this.#series(item, at)),
      alertTests: list('alert_rule_test', (item, at) => this.#alertTest(item, at)),
      expressionTests: list('promql_expr_test', (item, at) => this.#expressionTest(item, at)),
      externalLabels: this.texts(fields, 'external_labels', path),
      externalUrl: this.text(fields, 'external_url', path),
    };
  }

  /** An instant of RFC 3339, or seconds since the epoch. */
  #start(fields: Fields, path: Path): number {
    const text = this.text(fields, 'start_timestamp', path);
    if (text === '') return 0;
    const ms = /^[+-]?\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : Date.parse(text);
    if (!Number.isNaN(ms)) return ms;
    this.fault([...path, 'start_timestamp'], `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
    return 0;
  }

  #series(content: unknown, path: Path): SeriesDescription | undefined {
    const fields = this.fields(content, path, seriesFields);
    if (!fields) return undefined;
    const text = `${this.text(fields, 'series', path)} ${this.text(fields, 'values', path)}`;
    return this.#parsed(path, () => parseSeries(text));
  }

  #parsed<T>(path: Path, parse: () => T): T | undefined {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      this.fault(path, error.message);
      return undefined;
    }
  }

  #alertTest(content: unknown, path: Path): AlertTest | undefined {
    const fields = this.fields(content, path, alertTestFields);
    if (!fields) return undefined;
    const alertName = this.text(fields, 'alertname', path);
    if (alertName === '')
      this.fault(path, 'an item under alert_rule_test misses required attribute alertname');
    const expected = this.list(fields['exp_alerts'], [...path, 'exp_alerts']).flatMap((item, i) => {
      const at = [...path, 'exp_alerts', i];
      const alert = this.fields(item, at, alertFields);
      if (!alert) return [];
      const labels = { ...this.texts(alert, 'exp_labels', at), alertname: alertName };
      return {
        labels: LabelSet.of(labels),
        annotations: LabelSet.of(this.texts(alert, 'exp_annotations', at)),
      };
    });
    return { evalTimeMs: this.duration(fields, 'eval_time', path), alertName, expected };
  }

  #expressionTest(content: unknown, path: Path): ExpressionTest | undefined {
    const fields = this.fields(content, path, expressionTestFields);
    if (!fields) return undefined;
    const expected = this.list(fields['exp_samples'], [...path, 'exp_samples']).flatMap(
      (item, i) => this.#sample(item, [...path, 'exp_samples', i]) ?? [],
    );
    const expression = this.text(fields, 'expr', path);
    return { expression, evalTimeMs: this.duration(fields, 'eval_time', path), expected };
  }

  #sample(content: unknown, path: Path): ExpressionTest['expected'][number] | undefined {
    const fields = this.fields(content, path, sampleFields);
    if (!fields) return undefined;
    const text = this.text(fields, 'labels', path);
    const labels =
      text === '' ? LabelSet.empty : this.#parsed([...path, 'labels'], () => parseSeries(text).labels);
    const histogram = this.text(fields, 'histogram', path);
    if (histogram !== '') {
      const [value] =
        this.#parsed([...path, 'histogram'], () => parseSeries(`{} ${histogram}`).samples) ?? [];
      if (value?.kind === 'histogram' && labels) return { labels, value };
      this.fault(
        [...path, 'histogram'],
        'expected one histogram, such as {{schema:1 sum:3 count:2 buckets:[2]}}',
      );
      return undefined;
    }
    const value = Number(fields['value'] ?? 0);
    if (Number.isNaN(value) && !/^\.?nan$/i.test(String(fields['value']))) {
      this.fault([...path, 'value'], `must be a number, but is ${JSON.stringify(fields['value'])}`);
    }
    return labels && { labels, value: { kind: 'float', value } };
  }
}
