import { quote } from '@plinth/go-format';
import { metricNameLabel } from '@plinth/prometheus-model';
import { type Expression, ParseError, parseExpression } from '@plinth/promql';
import { templateProblem } from './alert-template.ts';
import { FieldReader, type Path } from './field-reader.ts';
import type { RuleFault, RuleGroupSpec, RuleSpec } from './rule-spec.ts';

const groupFields: ReadonlySet<string> = new Set([
  'interval',
  'labels',
  'limit',
  'name',
  'partial_response_strategy',
  'query_offset',
  'rules',
]);
const ruleFields: ReadonlySet<string> = new Set([
  'alert',
  'annotations',
  'expr',
  'for',
  'keep_firing_for',
  'labels',
  'record',
]);

/**
 * Reads groups of rules from data: the content of a rule file, or the spec of a PrometheusRule.
 * Spec: Prometheus 3.14, model/rulefmt.
 *
 * @returns the groups without those rules that have faults, and every fault with its place
 */
export function readGroups(content: unknown): {
  readonly groups: readonly RuleGroupSpec[];
  readonly faults: readonly RuleFault[];
} {
  const reader = new GroupReader();
  const groups = reader.read(content);
  return { groups, faults: reader.faults };
}

class GroupReader extends FieldReader {
  readonly #names = new Set<string>();

  read(content: unknown): RuleGroupSpec[] {
    if (content === null || content === undefined) return [];
    const fields = this.fields(content, [], new Set(['groups']));
    return this.list(fields?.['groups'], ['groups']).flatMap(
      (group, i) => this.#group(group, ['groups', i]) ?? [],
    );
  }

  #group(content: unknown, path: Path): RuleGroupSpec | undefined {
    const fields = this.fields(content, path, groupFields);
    if (!fields) return undefined;
    const name = this.text(fields, 'name', path);
    if (name === '') this.fault(path, 'Groupname must not be empty');
    if (this.#names.has(name)) {
      this.fault(path, `groupname: "${name}" is repeated in the same file`);
    }
    this.#names.add(name);
    const interval = this.duration(fields, 'interval', path);
    const labels = this.texts(fields, 'labels', path);
    this.#checkLabels(labels, [...path, 'labels'], '');
    const limit = fields['limit'] ?? 0;
    if (!Number.isInteger(limit)) this.fault([...path, 'limit'], 'must be a whole number');
    const rules = this.list(fields['rules'], [...path, 'rules']);
    return {
      name,
      ...(interval > 0 ? { intervalMs: interval } : {}),
      queryOffsetMs: this.duration(fields, 'query_offset', path),
      limit: Number(limit),
      rules: rules.flatMap((rule, i) => this.#rule(rule, [...path, 'rules', i], { name, labels }) ?? []),
    };
  }

  #rule(
    content: unknown,
    path: Path,
    group: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
  ): RuleSpec | undefined {
    const before = this.faults.length;
    const fields = this.fields(content, path, ruleFields);
    if (!fields) return undefined;
    const record = this.text(fields, 'record', path);
    const alert = this.text(fields, 'alert', path);
    const where = `group ${quote(group.name)}, rule ${Number(path.at(-1)) + 1}, ${quote(alert || record)}: `;
    const fault = (field: string | undefined, message: string): void => {
      this.fault(field === undefined ? path : [...path, field], `${where}${message}`);
    };
    if (record !== '' && alert !== '') fault('record', "only one of 'record' and 'alert' must be set");
    if (record === '' && alert === '') fault(undefined, "one of 'record' or 'alert' must be set");
    const text = expressionText(fields['expr']);
    const expression = this.#expression(text, fault);
    const labels = this.texts(fields, 'labels', path);
    const annotations = this.texts(fields, 'annotations', path);
    const forMs = this.duration(fields, 'for', path);
    const keepFiringForMs = this.duration(fields, 'keep_firing_for', path);
    this.#checkLabels(labels, [...path, 'labels'], where);
    for (const name of Object.keys(annotations)) {
      if (!isLabelName(name))
        this.fault([...path, 'annotations', name], `${where}invalid annotation name: ${name}`);
    }
    if (record !== '') {
      if (Object.keys(annotations).length > 0)
        fault('annotations', "invalid field 'annotations' in recording rule");
      if (forMs > 0) fault('for', "invalid field 'for' in recording rule");
      if (keepFiringForMs > 0) fault('keep_firing_for', "invalid field 'keep_firing_for' in recording rule");
      if (!record.isWellFormed()) fault('record', `invalid recording rule name: ${record}`);
      if (/[{}]/.test(record)) {
        fault('record', `braces present in the recording rule name; should it be in expr?: ${record}`);
      }
    } else {
      this.#checkTemplates(alert, labels, [...path, 'labels'], `${where}label`);
      this.#checkTemplates(alert, annotations, [...path, 'annotations'], `${where}annotation`);
    }
    if (this.faults.length > before || !expression) return undefined;
    const shared = { text, expression, labels: { ...group.labels, ...labels } };
    return record !== ''
      ? { kind: 'recording', name: record, ...shared }
      : { kind: 'alerting', name: alert, ...shared, annotations, forMs, keepFiringForMs };
  }

  #expression(text: string, fault: (field: string, message: string) => void): Expression | undefined {
    if (text === '') {
      fault('expr', "field 'expr' must be set in rule");
      return undefined;
    }
    try {
      return parseExpression(text);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      fault('expr', `could not parse expression: ${error.message}`);
      return undefined;
    }
  }

  #checkLabels(labels: Readonly<Record<string, string>>, path: Path, where: string): void {
    for (const [name, value] of Object.entries(labels)) {
      if (!isLabelName(name) || name === metricNameLabel) {
        this.fault([...path, name], `${where}invalid label name: ${name}`);
      }
      if (!value.isWellFormed()) this.fault([...path, name], `${where}invalid label value: ${value}`);
    }
  }

  #checkTemplates(alert: string, texts: Readonly<Record<string, string>>, path: Path, what: string): void {
    for (const [name, text] of Object.entries(texts)) {
      const problem = templateProblem(alert, text);
      if (problem !== undefined) this.fault([...path, name], `${what} ${quote(name)}: ${problem}`);
    }
  }
}

/** Numbers are expressions too. */
function expressionText(content: unknown): string {
  return typeof content === 'string' ? content : typeof content === 'number' ? String(content) : '';
}

/** Any text that is UTF-8 may name a label. */
function isLabelName(name: string): boolean {
  return name !== '' && name.isWellFormed();
}
