import type { WriteRequest } from '../api/write-request.ts';
import type { ReviewedWrite } from '../api/write-review.ts';
import type { UserInfo } from '../auth/port.ts';
import { isObject } from '../model/json.ts';
import type { KubeObject } from '../model/object.ts';

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const operations = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE' } as const;

/** The operation as policies name it. */
export function operationOf({ operation }: ReviewedWrite): 'CREATE' | 'UPDATE' | 'DELETE' {
  return operations[operation];
}

/** The namespace that a request is in: a Namespace counts as lying in itself, once it is there. */
export function namespaceOf({ request, old }: ReviewedWrite, name: string): string {
  const { type } = request.served;
  if (type.group === '' && type.resource === 'namespaces') return old ? name : '';
  return request.namespace;
}

/**
 * What expressions read as `request`.
 * @param version the version that the object is shown in
 * Spec: Kubernetes admission/v1 AdmissionRequest; apiserver, CreateAdmissionRequest.
 */
export function admissionRequest(write: ReviewedWrite, name: string, version: string): object {
  const { request } = write;
  const { type, version: requested } = request.served;
  const own: GroupVersionKind = { group: type.group, version: requested.name, kind: type.kind };
  const requestKind = write.kind ?? own;
  const resource = { group: type.group, version, resource: type.resource };
  return {
    kind: write.kind ?? { ...own, version },
    resource,
    subResource: request.subresource,
    requestKind,
    requestResource: { ...resource, version: requested.name },
    requestSubResource: request.subresource,
    name,
    namespace: namespaceOf(write, name),
    operation: operationOf(write),
    userInfo: userInfoOf(request.user),
    dryRun: request.dryRun,
    options: optionsOf(write),
  };
}

function userInfoOf({ username, uid, groups, extra }: UserInfo): object {
  return { username, uid: uid ?? '', groups, extra: extra ?? {} };
}

function optionsOf({ operation, request }: ReviewedWrite): object {
  const kind = { create: 'CreateOptions', update: 'UpdateOptions', delete: 'DeleteOptions' }[operation];
  const dryRun = request.dryRun ? { dryRun: ['All'] } : {};
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...dryRun,
    ...(operation === 'delete' ? {} : writeOptionsOf(request)),
  };
}

function writeOptionsOf({ manager, fieldValidation }: WriteRequest): object {
  return { fieldManager: manager, fieldValidation };
}

/** The namespace as expressions read it. Spec: Kubernetes apiserver, CreateNamespaceObject. */
export function namespaceObject(namespace: KubeObject | undefined): object | null {
  if (!namespace) return null;
  const { managedFields: _managed, ownerReferences: _owners, uid, ...metadata } = namespace.metadata;
  const { spec, status } = namespace;
  return {
    metadata: { ...metadata, UID: uid },
    ...(isObject(spec) ? { spec } : {}),
    ...(isObject(status) ? { status } : {}),
  };
}
