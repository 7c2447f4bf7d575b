import { labelSelectorFromObject, pathSegmentName } from '@plinth/kube-selector';
import {
  duplicateValue,
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
} from '@plinth/structural-schema';
import type { MatchResources, ResourceRule } from './match-schema.ts';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const scopes = ['*', 'Cluster', 'Namespaced'];

/**
 * Every rule that a `MatchResources` breaks.
 * Spec: Kubernetes, validateMatchResources of pkg/apis/admissionregistration/validation.
 */
export function matchErrors(match: MatchResources, field: string): FieldError[] {
  const { matchPolicy = '', resourceRules = [], excludeResourceRules = [] } = match;
  const errors: FieldError[] = [];
  if (matchPolicy !== 'Equivalent' && matchPolicy !== 'Exact') {
    errors.push(notSupported(`${field}.matchPolicy`, matchPolicy, ['Equivalent', 'Exact']));
  }
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    errors.push(...selectorErrors(match[name], `${field}.${name}`));
  }
  resourceRules.forEach((rule, i) => {
    errors.push(...ruleErrors(rule, `${field}.resourceRules[${i}]`));
  });
  excludeResourceRules.forEach((rule, i) => {
    errors.push(...ruleErrors(rule, `${field}.excludeResourceRules[${i}]`));
  });
  return errors;
}

/** What is wrong with a label selector; one that is absent is required. */
export function selectorErrors(selector: unknown, field: string): FieldError[] {
  if (selector === undefined) return [requiredValue(field, '')];
  const parsed = labelSelectorFromObject(selector);
  return parsed.ok ? [] : [invalidValue(field, selector, parsed.error.message)];
}

function ruleErrors(rule: ResourceRule, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  (rule.resourceNames ?? []).forEach((name, i) => {
    const at = `${field}.resourceNames[${i}]`;
    for (const message of pathSegmentName(name)) errors.push(invalidValue(at, name, message));
    if (names.has(name)) errors.push(duplicateValue(at, name));
    names.add(name);
  });
  return [
    ...errors,
    ...operationErrors(rule.operations ?? [], `${field}.operations`),
    ...wildcardErrors(rule.apiGroups ?? [], `${field}.apiGroups`, 'API groups'),
    ...wildcardErrors(rule.apiVersions ?? [], `${field}.apiVersions`, 'API versions'),
    ...(rule.apiVersions ?? []).flatMap((version, i) =>
      version === '' ? [requiredValue(`${field}.apiVersions[${i}]`, '')] : [],
    ),
    ...resourceErrors(rule.resources ?? [], `${field}.resources`),
    ...(rule.scope === undefined || scopes.includes(rule.scope)
      ? []
      : [notSupported(`${field}.scope`, rule.scope, scopes)]),
  ];
}

function operationErrors(list: readonly string[], field: string): FieldError[] {
  const errors = wildcardErrors(list, field, 'operations');
  list.forEach((operation, i) => {
    if (!operations.includes(operation)) errors.push(notSupported(`${field}[${i}]`, operation, operations));
  });
  return errors;
}

function wildcardErrors(list: readonly string[], field: string, what: string): FieldError[] {
  if (list.length === 0) return [requiredValue(field, '')];
  if (list.length === 1 || !list.includes('*')) return [];
  return [invalidValue(field, list, `if '*' is present, must not specify other ${what}`)];
}

function resourceErrors(resources: readonly string[], field: string): FieldError[] {
  const errors: FieldError[] = resources.length === 0 ? [requiredValue(field, '')] : [];
  const allSubresourcesOf = new Set<string>();
  const onAllResources = new Set<string>();
  resources.forEach((resource, i) => {
    const at = `${field}[${i}]`;
    if (resource === '') errors.push(requiredValue(at, ''));
    const slash = resource.indexOf('/');
    if (slash < 0) return;
    const [parent, part] = [resource.slice(0, slash), resource.slice(slash + 1)];
    if (allSubresourcesOf.has(parent)) {
      errors.push(invalidValue(at, resource, `if '${parent}/*' is present, must not specify ${resource}`));
    }
    if (onAllResources.has(part)) {
      errors.push(invalidValue(at, resource, `if '*/${part}' is present, must not specify ${resource}`));
    }
    if (part === '*') allSubresourcesOf.add(parent);
    if (parent === '*') onAllResources.add(part);
  });
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalidValue(field, resources, "if '*/*' is present, must not specify other resources"));
  }
  const isPlain = (resource: string): boolean =>
    resource !== '' && resource !== '*' && !resource.includes('/');
  if (resources.includes('*') && resources.some(isPlain)) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalidValue(field, resources, detail));
  }
  return errors;
}
