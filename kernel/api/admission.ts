import type { FieldError } from '@plinth/structural-schema';
import { defaultNameErrors, shapeMetadata, validateMetadata } from '../model/metadata.ts';
import type { KubeObject } from '../model/object.ts';
import { groupVersion } from '../model/resource-type.ts';
import { badRequest, invalid } from '../model/status-error.ts';
import { reportDropped } from './body.ts';
import type { ServedResource } from './registry.ts';
import { type WriteRequest, writeContext } from './write-request.ts';

/**
 * Turns a decoded body into an object of the served kind: its identity agrees with the URL, metadata has the right
 * form, fields that nobody knows are dropped and reported.
 */
export function takeBody(body: Record<string, unknown>, request: WriteRequest): KubeObject {
  const { type, version } = request.served;
  checkIdentity(body, request.served);
  const { unknown, errors } = shapeMetadata(body);
  const object = body as KubeObject;
  if (errors.length > 0) throw invalid(type.group, type.kind, nameOf(object), errors);
  checkName(object, request);
  const dropped = request.duplicates.map((field) => `duplicate field "${field}"`);
  for (const field of unknown) dropped.push(`unknown field "${field}"`);
  version.schema.prune(object, (field) => dropped.push(`unknown field "${field}"`));
  reportDropped(dropped, request.fieldValidation, { kind: type.kind, version: version.name }, request.warn);
  return object;
}

function nameOf(object: KubeObject): string {
  const { name } = object.metadata;
  return typeof name === 'string' ? name : '';
}

function checkIdentity(body: Record<string, unknown>, served: ServedResource): void {
  const { type, version } = served;
  const expected = groupVersion(type.group, version.name);
  const { apiVersion, kind } = body;
  if (apiVersion === undefined && kind === undefined) {
    body['apiVersion'] = expected;
    body['kind'] = type.kind;
    return;
  }
  if (apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  if (kind !== type.kind) {
    throw badRequest(
      `the kind in the data (${String(kind)}) does not match the expected kind (${type.kind})`,
    );
  }
}

function checkName(object: KubeObject, request: WriteRequest): void {
  const { metadata } = object;
  const { type } = request.served;
  if (type.namespaced) {
    if (
      metadata.namespace !== undefined &&
      metadata.namespace !== '' &&
      metadata.namespace !== request.namespace
    ) {
      throw badRequest(
        `the namespace of the provided object does not match the namespace sent on the request (${metadata.namespace} and ${request.namespace})`,
      );
    }
    metadata.namespace = request.namespace;
  } else if (metadata.namespace) {
    throw badRequest(`namespace specified on a cluster-scoped object: ${type.kind} has no namespace`);
  } else {
    delete metadata.namespace;
  }
  if (request.name !== '') {
    if (metadata.name === undefined || metadata.name === '') metadata.name = request.name;
    if (metadata.name !== request.name) {
      throw badRequest(
        `the name of the object (${metadata.name}) does not match the name on the URL (${request.name})`,
      );
    }
  }
}

/**
 * Completes and checks an object as it is to be stored; `old` is the stored one of an update.
 * @throws StatusError 422 with every broken rule, or what a hook of the kind refuses with.
 */
export function admit(object: KubeObject, old: KubeObject | undefined, request: WriteRequest): void {
  const { type, version } = request.served;
  const context = writeContext(request, old ? 'update' : 'create');
  version.schema.applyDefaults(object);
  type.strategy.prepare?.(object, old, context);
  const errors: FieldError[] = validateMetadata(object, type.strategy.nameErrors ?? defaultNameErrors);
  errors.push(...version.schema.validate(object, old));
  errors.push(...brokenRules(object, old, request, errors));
  // Hooks of a kind may rely on the schema, so they see only what keeps to it.
  if (errors.length === 0) {
    if (old) errors.push(...validateMetadataUpdate(object, old));
    errors.push(...(type.strategy.validate?.(object, old) ?? []));
  }
  if (errors.length > 0) throw invalid(type.group, type.kind, nameOf(object), errors);
  type.strategy.admit?.(object, old, context);
}

/** Errors after which the rules of a schema cannot be worked out. */
const blocking = new Set([
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** The CEL rules that an object breaks, where it keeps to its schema well enough for them to be worked out. */
function brokenRules(
  object: KubeObject,
  old: KubeObject | undefined,
  { served, warn }: WriteRequest,
  found: readonly FieldError[],
): FieldError[] {
  const { rules } = served.version;
  if (!rules) return [];
  if (!found.some(({ type }) => blocking.has(type))) return rules.validate(object, old, warn);
  const detail =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [{ type: 'FieldValueInvalid', field: '', badValue: null, detail }];
}

/** As admit, for kinds that are asked and never stored: they need no name. */
export function admitQuestion(object: KubeObject, request: WriteRequest): void {
  const { type, version } = request.served;
  // Clients send an empty answer along, in which required fields may be null.
  delete object['status'];
  version.schema.applyDefaults(object);
  type.strategy.prepare?.(object, undefined, writeContext(request, 'create'));
  const errors = version.schema.validate(object);
  if (errors.length === 0) errors.push(...(type.strategy.validate?.(object, undefined) ?? []));
  if (errors.length > 0) throw invalid(type.group, type.kind, nameOf(object), errors);
}

function validateMetadataUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  if (old.metadata.deletionTimestamp === undefined) return [];
  const before = new Set(old.metadata.finalizers ?? []);
  const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (added.length === 0) return [];
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  return [{ type: 'FieldValueForbidden', field: 'metadata.finalizers', detail }];
}
