import { dns1035Label, dns1123Subdomain, qualifiedName } from '@plinth/kube-selector';
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
  tooMany,
} from '@plinth/structural-schema';
import { auditAnnotationsMax, auditExpressionBytesMax, matchConditionsMax } from './limits.ts';
import { policyEngine } from './load-engine.ts';
import type { AdmissionPolicy, AdmissionPolicySpec } from './policy-kind.ts';
import { matchErrors } from './validate-match.ts';

const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const reservedWords = new Set(
  (
    'true false null in as break const continue else for function if import let loop package namespace return var ' +
    'void while'
  ).split(' '),
);
const lineBreak = /[\n\r]/;

/**
 * Every rule that a ValidatingAdmissionPolicy breaks, expressions that do not compile included.
 * Spec: Kubernetes, validateValidatingAdmissionPolicySpec.
 */
export function policyErrors(policy: AdmissionPolicy): FieldError[] {
  const { spec } = policy;
  const { failurePolicy = '', paramKind, matchConstraints } = spec;
  const errors: FieldError[] = [];
  if (failurePolicy !== 'Fail' && failurePolicy !== 'Ignore') {
    errors.push(notSupported('spec.failurePolicy', failurePolicy, ['Fail', 'Ignore']));
  }
  if (paramKind) errors.push(...paramKindErrors(paramKind, 'spec.paramKind'));
  if (!matchConstraints) errors.push(requiredValue('spec.matchConstraints', ''));
  else {
    errors.push(...matchErrors(matchConstraints, 'spec.matchConstraints'));
    if ((matchConstraints.resourceRules ?? []).length === 0) {
      errors.push(requiredValue('spec.matchConstraints.resourceRules', ''));
    }
  }
  errors.push(
    ...conditionErrors(spec.matchConditions ?? [], 'spec.matchConditions'),
    ...variableErrors(spec.variables ?? [], 'spec.variables'),
    ...validationErrors(spec, 'spec.validations'),
    ...annotationErrors(policy, 'spec.auditAnnotations'),
  );
  return [...errors, ...policyEngine().compilePolicy(spec).errors];
}

function paramKindErrors(
  { apiVersion = '', kind = '' }: NonNullable<AdmissionPolicySpec['paramKind']>,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const at = `${field}.apiVersion`;
  const parts = apiVersion.split('/');
  if (apiVersion === '') errors.push(requiredValue(at, ''));
  else if (parts.length > 2) {
    errors.push(invalidValue(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else {
    const version = parts.at(-1) ?? '';
    const group = parts.length === 2 ? (parts[0] ?? '') : '';
    const faults = group === '' ? [] : dns1123Subdomain(group);
    if (faults.length > 0) errors.push(invalidValue(at, group, faults.join(',')));
    if (version === '') errors.push(invalidValue(at, apiVersion, 'version must be specified'));
    else if (dns1035Label(version).length > 0) {
      errors.push(invalidValue(at, version, dns1035Label(version).join(',')));
    }
  }
  if (kind === '') errors.push(requiredValue(`${field}.kind`, ''));
  else {
    const faults = dns1035Label(kind.toLowerCase());
    if (faults.length > 0) {
      const detail = `may have mixed case, but should otherwise match: ${faults.join(',')}`;
      errors.push(invalidValue(`${field}.kind`, kind, detail));
    }
  }
  return errors;
}

function conditionErrors(
  conditions: NonNullable<AdmissionPolicySpec['matchConditions']>,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (conditions.length > matchConditionsMax) {
    errors.push(tooMany(field, conditions.length, matchConditionsMax));
  }
  conditions.forEach(({ name = '', expression = '' }, i) => {
    if (expression.trim() === '') errors.push(requiredValue(`${field}[${i}].expression`, ''));
    if (name === '') errors.push(requiredValue(`${field}[${i}].name`, ''));
    else {
      for (const message of qualifiedName(name))
        errors.push(invalidValue(`${field}[${i}].name`, name, message));
    }
  });
  return errors;
}

function variableErrors(
  variables: NonNullable<AdmissionPolicySpec['variables']>,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  variables.forEach(({ name = '', expression = '' }, i) => {
    if (name.trim() === '') errors.push(requiredValue(`${field}[${i}].name`, 'name is not specified'));
    else if (!identifier.test(name) || reservedWords.has(name)) {
      errors.push(invalidValue(`${field}[${i}].name`, name, 'name is not a valid CEL identifier'));
    }
    if (expression.trim() === '') {
      errors.push(requiredValue(`${field}[${i}].expression`, 'expression is not specified'));
    }
  });
  return errors;
}

function validationErrors(spec: AdmissionPolicySpec, field: string): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    return [requiredValue(field, detail), requiredValue('spec.auditAnnotations', detail)];
  }
  const errors: FieldError[] = [];
  validations.forEach((validation, i) => {
    const { expression = '', message = '', messageExpression = '', reason } = validation;
    const at = `${field}[${i}]`;
    if (expression.trim() === '')
      errors.push(requiredValue(`${at}.expression`, 'expression is not specified'));
    if (messageExpression !== '' && messageExpression.trim() === '') {
      const detail = 'must be non-empty if specified';
      errors.push(invalidValue(`${at}.messageExpression`, messageExpression, detail));
    }
    if (message !== '' && message.trim() === '') {
      errors.push(invalidValue(`${at}.message`, message, 'message must be non-empty if specified'));
    } else if (lineBreak.test(message.trim())) {
      errors.push(invalidValue(`${at}.message`, message, 'message must not contain line breaks'));
    }
    if (reason !== undefined && !reasons.includes(reason)) {
      errors.push(notSupported(`${at}.reason`, reason, reasons));
    }
  });
  return errors;
}

function annotationErrors({ metadata, spec }: AdmissionPolicy, field: string): FieldError[] {
  const { auditAnnotations = [] } = spec;
  const errors: FieldError[] = [];
  if (auditAnnotations.length > auditAnnotationsMax) {
    const detail = `must not have more than ${auditAnnotationsMax} auditAnnotations`;
    errors.push(invalidValue(field, auditAnnotations.length, detail));
  }
  const keys = new Set<string>();
  auditAnnotations.forEach(({ key = '', valueExpression = '' }, i) => {
    for (const message of qualifiedName(`${metadata.name}/${key}`)) {
      errors.push(invalidValue(`${field}[${i}].key`, `${metadata.name}/${key}`, message));
    }
    if (keys.has(key)) errors.push(duplicateValue(`${field}[${i}].key`, key));
    keys.add(key);
    const at = `${field}[${i}].valueExpression`;
    const text = valueExpression.trim();
    if (text === '') errors.push(requiredValue(at, 'valueExpression is not specified'));
    else if (Buffer.byteLength(text) > auditExpressionBytesMax) {
      errors.push(requiredValue(at, `must not exceed ${auditExpressionBytesMax} bytes in length`));
    }
  });
  return errors;
}
