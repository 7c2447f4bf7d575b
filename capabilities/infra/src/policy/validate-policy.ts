import type { FieldError } from '@plinth/kernel';
import { labelSelectorFromObject } from '@plinth/kube-selector';
import { compileChecks } from '@plinth/plan-policy';
import { checksOf } from './checks-of-spec.ts';
import type { PlanPolicySpec } from './plan-policy-kind.ts';

/** What is wrong with a PlanPolicy, each with its field; faults of expressions with line and column. */
export function planPolicyErrors(spec: PlanPolicySpec): FieldError[] {
  const { match } = spec;
  const errors = [
    ...selectorErrors('spec.match.namespaceSelector', match?.namespaceSelector),
    ...selectorErrors('spec.match.selector', match?.selector),
  ];
  const compiled = compileChecks(checksOf(spec));
  if (compiled.ok) return errors;
  const faults = compiled.faults.map(({ field, value, message }): FieldError => {
    return { type: 'FieldValueInvalid', field: `spec.checks${field}`, badValue: value, detail: message };
  });
  return [...errors, ...faults];
}

type Selector = NonNullable<PlanPolicySpec['match']>['selector'];

function selectorErrors(field: string, selector: Selector): FieldError[] {
  if (selector === undefined) return [];
  const parsed = labelSelectorFromObject(selector);
  if (parsed.ok) return [];
  return [{ type: 'FieldValueInvalid', field, badValue: selector, detail: parsed.error.message }];
}
