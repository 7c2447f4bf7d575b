import { type FieldError, invalidValue, notSupported, requiredValue } from './field-error.ts';
import type { JSONSchemaProps, ValidationRule } from './json-schema-props.ts';

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];
const lineBreak = /[\n\r]/;

/**
 * Finds badly formed entries of `x-kubernetes-validations`. The CEL expressions are not compiled here.
 *
 * Spec: Kubernetes apiextensions-apiserver, apis/apiextensions/validation/validation.go.
 */
export function validationRuleErrors(schema: JSONSchemaProps, path: string): readonly FieldError[] {
  const rules = schema['x-kubernetes-validations'] ?? [];
  return rules.flatMap((rule, index) => [
    ...textErrors(rule, `${path}.x-kubernetes-validations[${index}]`),
    ...optionErrors(rule, `${path}.x-kubernetes-validations[${index}]`),
  ]);
}

function textErrors(rule: ValidationRule, path: string): readonly FieldError[] {
  const expression = (rule.rule ?? '').trim();
  const given = rule.message ?? '';
  const message = given.trim();
  if (expression === '') return [requiredValue(`${path}.rule`, 'rule is not specified')];
  if (given !== '' && message === '') {
    return [invalidValue(`${path}.message`, given, 'must be non-empty if specified')];
  }
  if (lineBreak.test(message)) {
    return [invalidValue(`${path}.message`, given, 'must not contain line breaks')];
  }
  if (lineBreak.test(expression) && message === '') {
    const detail = 'message must be specified if rule contains line breaks';
    return [requiredValue(`${path}.message`, detail)];
  }
  return [];
}

function optionErrors(rule: ValidationRule, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { messageExpression = '', reason, fieldPath = '' } = rule;
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const detail = 'messageExpression must be non-empty if specified';
    errors.push(requiredValue(`${path}.messageExpression`, detail));
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, reasons));
  }
  if (fieldPath !== '' && fieldPath.trim() === '') {
    errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'));
  }
  if (lineBreak.test(fieldPath)) {
    errors.push(invalidValue(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'));
  }
  return errors;
}
