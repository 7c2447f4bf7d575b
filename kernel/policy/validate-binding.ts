import { dns1123Subdomain, pathSegmentName } from '@plinth/kube-selector';
import {
  duplicateValue,
  type FieldError,
  forbiddenValue,
  invalidValue,
  notSupported,
  requiredValue,
} from '@plinth/structural-schema';
import type { AdmissionBinding, AdmissionBindingSpec } from './binding-kind.ts';
import { matchErrors, selectorErrors } from './validate-match.ts';

const actionsKnown = ['Audit', 'Deny', 'Warn'];

/**
 * Every rule that a ValidatingAdmissionPolicyBinding breaks.
 * Spec: Kubernetes, validateValidatingAdmissionPolicyBindingSpec.
 */
export function bindingErrors({ spec }: AdmissionBinding): FieldError[] {
  const { policyName = '', paramRef, matchResources, validationActions = [] } = spec;
  const errors: FieldError[] = [];
  if (policyName === '') errors.push(requiredValue('spec.policyName', ''));
  else {
    for (const message of dns1123Subdomain(policyName)) {
      errors.push(invalidValue('spec.policyName', policyName, message));
    }
  }
  if (paramRef) errors.push(...paramErrors(paramRef, 'spec.paramRef'));
  if (matchResources) errors.push(...matchErrors(matchResources, 'spec.matchResources'));
  return [...errors, ...actionErrors(validationActions, 'spec.validationActions')];
}

function paramErrors(ref: NonNullable<AdmissionBindingSpec['paramRef']>, field: string): FieldError[] {
  const { name = '', selector, parameterNotFoundAction: action = '' } = ref;
  const errors: FieldError[] = [];
  const exclusive = 'name and selector are mutually exclusive';
  if (name !== '') {
    for (const message of pathSegmentName(name)) errors.push(invalidValue(`${field}.name`, name, message));
    if (selector) errors.push(forbiddenValue(`${field}.name`, exclusive));
  }
  if (selector) {
    errors.push(...selectorErrors(selector, `${field}.selector`));
    if (name !== '') errors.push(forbiddenValue(`${field}.selector`, exclusive));
  }
  if (name === '' && !selector)
    errors.push(requiredValue(field, 'one of name or selector must be specified'));
  if (action === '') errors.push(requiredValue(`${field}.parameterNotFoundAction`, ''));
  else if (action !== 'Deny' && action !== 'Allow') {
    errors.push(notSupported(`${field}.parameterNotFoundAction`, action, ['Deny', 'Allow']));
  }
  return errors;
}

function actionErrors(actions: readonly string[], field: string): FieldError[] {
  if (actions.length === 0) return [requiredValue(field, 'at least one validation action is required')];
  const errors: FieldError[] = [];
  actions.forEach((action, i) => {
    if (!actionsKnown.includes(action)) errors.push(notSupported(`${field}[${i}]`, action, actionsKnown));
    if (actions.indexOf(action) !== i) errors.push(duplicateValue(`${field}[${i}]`, action));
  });
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalidValue(field, actions, detail));
  }
  return errors;
}
