import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  type PatchResult,
} from '@plinth/kube-patch';
import { copyJson, isObject } from '../model/json.ts';
import { shapeMetadata } from '../model/metadata.ts';
import type { KubeObject } from '../model/object.ts';
import type { ResourceVersion } from '../model/resource-type.ts';
import { badRequest, invalid, notFound, StatusError, unsupportedMediaType } from '../model/status-error.ts';
import { takeBody } from './admission.ts';
import { decodeText, mediaType, reportDropped } from './body.ts';
import { applyConfig } from './managed-fields.ts';
import { objectMeta } from './meta-schemas.ts';
import type { Objects, Written } from './objects.ts';
import { withPatchMeta } from './patch-meta.ts';
import { refOf } from './refusals.ts';
import { scaleOf, setReplicas } from './scale.ts';
import type { WriteRequest } from './write-request.ts';

type PatchKind = 'json' | 'merge' | 'strategic' | 'apply';

const kinds: Readonly<Record<string, PatchKind>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** A patch as it came in. */
export interface PatchBody {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
  /** Only for apply. */
  readonly force: boolean;
}

/**
 * Patches an object or one of its subresources with any of the patch types; an apply creates what is not there.
 *
 * @throws StatusError 415 for other media types, 422 when a patch does not fit the object, 409 for apply conflicts
 */
export async function patchObject(
  objects: Objects,
  body: PatchBody,
  request: WriteRequest,
): Promise<Written> {
  const kind = patchKind(body, request);
  if (kind === 'apply') return await applyPatch(objects, body, request);
  if (body.force) throw badRequest('force: Forbidden: may not be specified for non-apply patch');
  const { value: patch, duplicates } = decodeText(body.bytes, 'json', request.fieldValidation);
  const noted = { ...request, duplicates };
  return await objects.update((current) => changed(current, kind, patch, noted), noted);
}

function patchKind(body: PatchBody, request: WriteRequest): PatchKind {
  const type = mediaType(body.contentType);
  const kind = kinds[type];
  const strategic = request.served.type.origin === 'builtin';
  if (kind && (kind !== 'strategic' || strategic)) return kind;
  const accepted = Object.keys(kinds).filter((name) => strategic || kinds[name] !== 'strategic');
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  );
}

const patchSchemas = new WeakMap<ResourceVersion, object>();

function patchSchemaOf(version: ResourceVersion): object {
  const known = patchSchemas.get(version);
  if (known) return known;
  const schema = withPatchMeta({ ...version.schema.openapi() });
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const made = { ...schema, properties: { ...properties, metadata: objectMeta } };
  patchSchemas.set(version, made);
  return made;
}

function changed(current: KubeObject, kind: PatchKind, patch: unknown, request: WriteRequest): KubeObject {
  const scale = request.subresource === 'scale' ? request.served.version.scale : undefined;
  if (scale) {
    const next = runPatch(scaleOf(current, scale), kind, patch, request);
    return setReplicas(current, next as KubeObject, scale);
  }
  const { resourceVersion } = current.metadata;
  const outcome = runPatch(current, kind, patch, request);
  if (!isObject(outcome)) throw badRequest('the patch must leave an object');
  const next = takePatched(outcome, request);
  // The version that the patch started from is no precondition unless the patch itself names one.
  if (next.metadata.resourceVersion === resourceVersion && !namesVersion(patch, kind))
    next.metadata.resourceVersion = '';
  return next;
}

function namesVersion(patch: unknown, kind: PatchKind): boolean {
  if (kind === 'json') return JSON.stringify(patch).includes('/metadata/resourceVersion');
  return isObject(patch) && isObject(patch['metadata']) && patch['metadata']['resourceVersion'] !== undefined;
}

function runPatch(current: KubeObject, kind: PatchKind, patch: unknown, request: WriteRequest): unknown {
  const result = patched(current, kind, patch, request);
  if (result.ok) return result.value;
  const { code, message, path } = result.error;
  if (code === 'limit') throw new StatusError(413, 'RequestEntityTooLarge', message);
  if (code === 'malformed') throw badRequest(message);
  const { type } = request.served;
  // The message has found and expected values already, so this is no FieldError, which would print a value too.
  const field = path === '' ? 'patch' : path;
  const qualified = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  throw new StatusError(422, 'Invalid', `${qualified} "${request.name}" is invalid: ${field}: ${message}`, {
    name: request.name,
    ...(type.group === '' ? {} : { group: type.group }),
    kind: type.kind,
    causes: [{ reason: 'FieldValueInvalid', message, field }],
  });
}

function patched(current: KubeObject, kind: PatchKind, patch: unknown, request: WriteRequest): PatchResult {
  if (kind === 'json') return applyJsonPatch(current, patch);
  if (kind === 'merge') return applyMergePatch(current, patch);
  return applyStrategicMergePatch(current, patch, patchSchemaOf(request.served.version));
}

/** The patched object, checked as a body is checked. */
function takePatched(patched: Record<string, unknown>, request: WriteRequest): KubeObject {
  const { type, version } = request.served;
  const { unknown, errors } = shapeMetadata(patched);
  if (errors.length > 0) throw invalid(type.group, type.kind, request.name, errors);
  const object = patched as KubeObject;
  if (object.metadata.name !== request.name) {
    throw invalid(type.group, type.kind, request.name, [
      {
        type: 'FieldValueInvalid',
        field: 'metadata.name',
        badValue: object.metadata.name,
        detail: 'field is immutable',
      },
    ]);
  }
  const dropped = request.duplicates.map((field) => `duplicate field "${field}"`);
  for (const field of unknown) dropped.push(`unknown field "${field}"`);
  version.schema.prune(object, (field) => dropped.push(`unknown field "${field}"`));
  reportDropped(dropped, request.fieldValidation, { kind: type.kind, version: version.name }, request.warn);
  return object;
}

async function applyPatch(objects: Objects, body: PatchBody, request: WriteRequest): Promise<Written> {
  if (request.manager === '') throw badRequest('fieldManager: Required value: is required for apply patch');
  const { value, duplicates } = decodeText(body.bytes, 'yaml', request.fieldValidation);
  if (!isObject(value))
    throw badRequest('the applied configuration must be an object with apiVersion and kind');
  for (const field of ['apiVersion', 'kind']) {
    if (typeof value[field] !== 'string')
      throw badRequest(`error decoding YAML: Object '${field}' is missing`);
  }
  const noted: WriteRequest = { ...request, duplicates, tracked: false };
  const read = (): KubeObject => {
    const config = takeBody(copyJson(value), noted);
    if (config.metadata.managedFields) throw badRequest('metadata.managedFields must be nil');
    return config;
  };
  for (;;) {
    const { served, namespace, name } = request;
    if (objects.store.get(objects.key(served, namespace, name))) {
      return await objects.update((live) => applied(live, read(), body.force, noted), noted);
    }
    if (request.subresource !== '') throw notFound(refOf(served, name));
    const config = read();
    if (config.metadata.uid) {
      throw new StatusError(
        409,
        'Conflict',
        `uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`,
      );
    }
    try {
      return await objects.create(applyConfig(undefined, config, body.force, noted), {
        ...noted,
        duplicates: [],
      });
    } catch (error) {
      // Somebody else created it in between: it is merged then.
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
    }
  }
}

function applied(live: KubeObject, config: KubeObject, force: boolean, request: WriteRequest): KubeObject {
  const { uid, resourceVersion } = config.metadata;
  const next = applyConfig(live, config, force, request);
  // Identity and version are preconditions of an apply, not fields of it.
  next.metadata.uid = uid ?? '';
  next.metadata.resourceVersion = resourceVersion ?? '';
  return next;
}
