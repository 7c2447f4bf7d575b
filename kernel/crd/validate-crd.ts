import { dns1035Label, dns1123Subdomain } from '@plinth/kube-selector';
import {
  type FieldError,
  invalidValue,
  notSupported,
  requiredValue,
  tooMany,
} from '@plinth/structural-schema';
import { recordOf, textOf } from '../builtin/field-access.ts';
import { equalJson } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';
import { apiApprovalErrors } from './api-approval.ts';
import { type Crd, type CrdNames, crdOf, isTrue } from './crd-object.ts';
import { versionsMax } from './limits.ts';
import { versionErrors } from './validate-version.ts';

/**
 * Every rule of a CustomResourceDefinition that its schema cannot express.
 *
 * @param old the definition before an update; a spec that has not changed is not checked again
 *
 * Spec: Kubernetes apiextensions-apiserver, apis/apiextensions/validation.
 */
export function validateCrd(object: KubeObject, old?: KubeObject): FieldError[] {
  const crd = crdOf(object);
  const errors: FieldError[] = [];
  const sameSpec = old !== undefined && equalJson(object['spec'], old['spec']);
  if (!sameSpec) {
    errors.push(...nameErrors(crd), ...specErrors(crd));
    errors.push(...conversionErrors(object, crd));
    if (recordOf(object['spec'])['preserveUnknownFields'] === true) {
      const remedy =
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
      errors.push(invalidValue('spec.preserveUnknownFields', true, remedy));
    }
    if (old) errors.push(...immutabilityErrors(crd, crdOf(old)));
  }
  // A definition that had no approval before the rule applied may go on without one.
  if (!old || apiApprovalErrors(old, crd.group).length === 0) {
    errors.push(...apiApprovalErrors(object, crd.group));
  }
  errors.push(...writtenNamesErrors(crd.acceptedNames, 'status.acceptedNames'));
  if (old) errors.push(...storedVersionsErrors(crd));
  return errors;
}

function nameErrors(crd: Crd): FieldError[] {
  if (crd.name === `${crd.names.plural}.${crd.group}`) return [];
  return [invalidValue('metadata.name', crd.name, 'must be spec.names.plural+"."+spec.group')];
}

function specErrors(crd: Crd): FieldError[] {
  return [...groupErrors(crd), ...versionListErrors(crd), ...requestedNamesErrors(crd.names)];
}

function groupErrors({ group }: Crd): FieldError[] {
  if (group === '') return [requiredValue('spec.group', '')];
  const messages = dns1123Subdomain(group);
  if (messages.length > 0) return [invalidValue('spec.group', group, messages.join(','))];
  if (!group.includes('.'))
    return [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
  return [];
}

function versionListErrors(crd: Crd): FieldError[] {
  const { versions } = crd;
  const field = 'spec.versions';
  if (versions.length > versionsMax) return [tooMany(field, versions.length, versionsMax)];
  const errors = versions.flatMap((version, i) => versionErrors(version, `${field}[${i}]`));
  const names = versions.map((version) => version.name);
  if (new Set(names).size !== names.length) {
    errors.push(invalidValue(field, names, 'must contain unique version names'));
  }
  if (versions.filter((version) => version.storage).length !== 1) {
    errors.push(invalidValue(field, names, 'must have exactly one version marked as storage version'));
  }
  if (!versions.some((version) => version.served)) {
    errors.push(invalidValue(field, names, 'must have at least one version that is served'));
  }
  return errors;
}

function requestedNamesErrors(names: CrdNames): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (names[field] === '') errors.push(requiredValue(`spec.names.${field}`, ''));
  }
  return [...errors, ...writtenNamesErrors(names, 'spec.names')];
}

function writtenNamesErrors(names: CrdNames, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['plural', 'singular'] as const) {
    if (names[name] !== '') errors.push(...labelErrors(`${field}.${name}`, names[name]));
  }
  for (const name of ['kind', 'listKind'] as const) {
    const lower = names[name].toLowerCase();
    const hint = 'may have mixed case, but should otherwise match: ';
    if (lower !== '') {
      const messages = dns1035Label(lower);
      if (messages.length > 0)
        errors.push(invalidValue(`${field}.${name}`, names[name], hint + messages.join(',')));
    }
  }
  if (names.kind !== '' && names.kind === names.listKind) {
    errors.push(invalidValue(`${field}.listKind`, names.listKind, 'kind and listKind may not be the same'));
  }
  names.shortNames.forEach((name, i) => {
    errors.push(...labelErrors(`${field}.shortNames[${i}]`, name));
  });
  names.categories.forEach((name, i) => {
    errors.push(...labelErrors(`${field}.categories[${i}]`, name));
  });
  return errors;
}

function labelErrors(field: string, value: string): FieldError[] {
  const messages = dns1035Label(value);
  return messages.length === 0 ? [] : [invalidValue(field, value, messages.join(','))];
}

function conversionErrors(object: KubeObject, crd: Crd): FieldError[] {
  const spec = recordOf(object['spec']);
  const errors: FieldError[] = [];
  if (spec['scope'] !== 'Namespaced' && spec['scope'] !== 'Cluster') {
    errors.push(notSupported('spec.scope', spec['scope'], ['Cluster', 'Namespaced']));
  }
  const conversion = recordOf(spec['conversion']);
  const strategy = textOf(conversion['strategy']);
  if (strategy !== 'None' && strategy !== 'Webhook') {
    errors.push(notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook']));
  } else if (strategy === 'None' && conversion['webhook'] !== undefined) {
    const detail = 'should not be set when strategy is not set to Webhook';
    errors.push({ type: 'FieldValueForbidden', field: 'spec.conversion.webhook', detail });
  } else if (strategy === 'Webhook' && crd.versions.length > 1) {
    // With a single version there is nothing to convert, so the webhook would never be asked.
    const remedy =
      'conversion webhooks are not called; set the strategy to None and give all versions compatible schemas, or keep a single version';
    errors.push(invalidValue('spec.conversion.strategy', strategy, remedy));
  }
  return errors;
}

function immutabilityErrors(crd: Crd, old: Crd): FieldError[] {
  const errors: FieldError[] = [];
  const keep = (field: string, now: string, before: string): void => {
    if (now !== before) errors.push(invalidValue(field, now, 'field is immutable'));
  };
  keep('spec.group', crd.group, old.group);
  keep('spec.names.plural', crd.names.plural, old.names.plural);
  if (isTrue(old, 'Established')) {
    keep('spec.scope', crd.namespaced ? 'Namespaced' : 'Cluster', old.namespaced ? 'Namespaced' : 'Cluster');
    keep('spec.names.kind', crd.names.kind, old.names.kind);
  }
  return errors;
}

function storedVersionsErrors({ versions, storedVersions }: Crd): FieldError[] {
  const field = 'status.storedVersions';
  if (storedVersions.length === 0) return [invalidValue(field, [], 'must have at least one stored version')];
  const errors: FieldError[] = [];
  const storage = versions.find((version) => version.storage)?.name;
  if (storage !== undefined && !storedVersions.includes(storage)) {
    errors.push(invalidValue(field, storedVersions, `must have the storage version ${storage}`));
  }
  storedVersions.forEach((stored, i) => {
    if (versions.some((version) => version.name === stored)) return;
    const detail = `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`;
    errors.push(invalidValue(`${field}[${i}]`, stored, detail));
  });
  return errors;
}
