import type { FieldError } from '@plinth/kernel';
import { type RuleFault, readGroups } from '@plinth/prometheus-rules';

/** What is wrong with the groups of a PrometheusRule, each with its field. */
export function ruleErrors(spec: unknown): FieldError[] {
  return readGroups(spec).faults.map((fault) => ({
    type: 'FieldValueInvalid',
    field: fieldOf(fault),
    badValue: valueAt(spec, fault.path),
    detail: fault.message,
  }));
}

/** `spec.groups[0].rules[1].expr` */
function fieldOf({ path }: RuleFault): string {
  return path.reduce<string>(
    (field, part) => (typeof part === 'number' ? `${field}[${part}]` : `${field}.${part}`),
    'spec',
  );
}

function valueAt(content: unknown, path: RuleFault['path']): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
    content,
  );
}
