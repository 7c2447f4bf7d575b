import { dns1123Subdomain, labelValue, qualifiedName } from '@plinth/kube-selector';
import type { FieldError } from '@plinth/structural-schema';
import { isObject } from './json.ts';
import type { KubeObject } from './object.ts';

/** The bytes that all annotations of an object may have together. Spec: Kubernetes TotalAnnotationSizeLimitB. */
const annotationBytesMax = 256 * 1024;

type FieldShape = 'string' | 'integer' | 'strings' | 'stringMap' | 'objects';

/** Every field of metadata and what it must look like. Spec: Kubernetes meta/v1 ObjectMeta. */
const shapes: Readonly<Record<string, FieldShape>> = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  selfLink: 'string',
  uid: 'string',
  resourceVersion: 'string',
  generation: 'integer',
  creationTimestamp: 'string',
  deletionTimestamp: 'string',
  deletionGracePeriodSeconds: 'integer',
  labels: 'stringMap',
  annotations: 'stringMap',
  ownerReferences: 'objects',
  finalizers: 'strings',
  managedFields: 'objects',
};

const ownerFields = new Set(['apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion']);

/**
 * Checks that `metadata` of a request body has the right form, drops fields that are null, empty or that nobody knows,
 * and returns the paths of the unknown ones.
 */
export function shapeMetadata(object: Record<string, unknown>): { unknown: string[]; errors: FieldError[] } {
  const unknown: string[] = [];
  const errors: FieldError[] = [];
  const metadata = object['metadata'] ?? {};
  if (!isObject(metadata)) {
    return { unknown, errors: [typeError('metadata', metadata, 'object')] };
  }
  object['metadata'] = metadata;
  for (const field of Object.keys(metadata)) {
    const shape = shapes[field];
    const value = metadata[field];
    if (shape === undefined) {
      unknown.push(`metadata.${field}`);
      delete metadata[field];
    } else if (value === null || value === undefined) {
      delete metadata[field];
    } else {
      checkShape(`metadata.${field}`, value, shape, errors);
      // Go clients leave them out; so they are never stored, and an emptied list is gone.
      if (isEmpty(value)) delete metadata[field];
    }
  }
  if (errors.length === 0) unknown.push(...unknownOwnerFields(metadata));
  return { unknown, errors };
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

function checkShape(field: string, value: unknown, shape: FieldShape, errors: FieldError[]): void {
  if (shape === 'string' && typeof value !== 'string') errors.push(typeError(field, value, 'string'));
  if (shape === 'integer' && !Number.isInteger(value)) errors.push(typeError(field, value, 'integer'));
  if (shape === 'strings' || shape === 'objects') {
    if (!Array.isArray(value)) errors.push(typeError(field, value, 'array'));
    else {
      value.forEach((item, i) => {
        const right = shape === 'strings' ? typeof item === 'string' : isObject(item);
        if (!right) errors.push(typeError(`${field}[${i}]`, item, shape === 'strings' ? 'string' : 'object'));
      });
    }
  }
  if (shape === 'stringMap') {
    if (!isObject(value)) errors.push(typeError(field, value, 'object'));
    else {
      for (const key in value) {
        if (typeof value[key] !== 'string') errors.push(typeError(`${field}.${key}`, value[key], 'string'));
      }
    }
  }
}

function unknownOwnerFields(metadata: Record<string, unknown>): string[] {
  const owners = metadata['ownerReferences'];
  if (!Array.isArray(owners)) return [];
  const unknown: string[] = [];
  owners.forEach((owner: Record<string, unknown>, i) => {
    for (const field of Object.keys(owner)) {
      if (ownerFields.has(field)) continue;
      unknown.push(`metadata.ownerReferences[${i}].${field}`);
      delete owner[field];
    }
  });
  return unknown;
}

function typeError(field: string, value: unknown, expected: string): FieldError {
  const actual = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  return {
    type: 'FieldValueTypeInvalid',
    field,
    badValue: actual,
    detail: `${field} in body must be of type ${expected}: "${actual}"`,
  };
}

/** The rules that the metadata of every object keeps. `nameErrors` are the rules of the kind for its name. */
export function validateMetadata(object: KubeObject, nameErrors: (name: string) => string[]): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata } = object;
  const add = (field: string, badValue: unknown, detail: string): void => {
    errors.push({ type: 'FieldValueInvalid', field: `metadata.${field}`, badValue, detail });
  };
  if (!metadata.name) {
    errors.push({
      type: 'FieldValueRequired',
      field: 'metadata.name',
      detail: 'name or generateName is required',
    });
  } else {
    for (const message of nameErrors(metadata.name)) add('name', metadata.name, message);
  }
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    for (const message of qualifiedName(key)) add('labels', key, message);
    for (const message of labelValue(value)) add('labels', value, message);
  }
  let annotationBytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    for (const message of qualifiedName(key.toLowerCase())) add('annotations', key, message);
    annotationBytes += key.length + value.length;
  }
  if (annotationBytes > annotationBytesMax) {
    const detail = `may not be more than ${annotationBytesMax} bytes`;
    errors.push({ type: 'FieldValueTooLong', field: 'metadata.annotations', badValue: '', detail });
  }
  for (const finalizer of metadata.finalizers ?? []) {
    for (const message of qualifiedName(finalizer)) add('finalizers', finalizer, message);
  }
  validateOwners(object, errors);
  return errors;
}

function validateOwners(object: KubeObject, errors: FieldError[]): void {
  const owners = object.metadata.ownerReferences ?? [];
  owners.forEach((owner, i) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (owner[field]) continue;
      const path = `metadata.ownerReferences[${i}].${field}`;
      errors.push({ type: 'FieldValueInvalid', field: path, badValue: '', detail: 'must not be empty' });
    }
  });
  const controllers = owners.filter((owner) => owner.controller === true);
  if (controllers.length > 1) {
    const names = controllers.map((owner) => `${owner.kind}/${owner.name}`).join(' and ');
    const detail = `Only one reference can have Controller set to true. Found "true" in references for ${names}`;
    errors.push({ type: 'FieldValueInvalid', field: 'metadata.ownerReferences', badValue: names, detail });
  }
}

/** The rule for names where a kind has none of its own. */
export const defaultNameErrors = dns1123Subdomain;
