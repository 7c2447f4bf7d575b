import type { UserInfo } from '../auth/port.ts';
import type { KubeObject } from '../model/object.ts';
import { badRequest } from '../model/status-error.ts';
import { answerForm } from './accept.ts';
import { fieldValidationOf } from './body.ts';
import type { Objects, Written } from './objects.ts';
import type { ServedResource } from './registry.ts';
import type { ResourceTarget } from './request-info.ts';
import type { Exchange } from './respond.ts';
import { columnDefinitions, includeObjectOf, partialMetadata, tableRow } from './table.ts';
import type { WriteRequest } from './write-request.ts';

/** A request for a resource, after authentication and authorization, with all that answers it. */
export interface ResourceCall {
  readonly exchange: Exchange;
  readonly query: URLSearchParams;
  readonly target: ResourceTarget;
  readonly served: ServedResource;
  readonly user: UserInfo;
  readonly objects: Objects;
}

/** The call as a write. @throws StatusError 400 naming the parameter that is wrong */
export function writeRequestOf({
  exchange,
  query,
  target,
  served,
  user,
  objects,
}: ResourceCall): WriteRequest {
  return {
    served,
    namespace: target.namespace,
    name: target.name,
    subresource: target.subresource,
    user,
    origin: exchange.origin,
    manager: managerOf(query.get('fieldManager'), exchange),
    dryRun: dryRunOf(query),
    fieldValidation: fieldValidationOf(query),
    duplicates: [],
    nowMs: objects.clock.now(),
    warn: exchange.warn,
  };
}

/** Answers with an object as it now is, in the form that the client asked for. */
export function answerWritten(call: ResourceCall, written: Written): void {
  answerObject(call, written.created ? 201 : 200, written.object, () => written.text);
}

/** Answers with one object. `text` is its JSON, asked for only when the whole object is wanted. */
export function answerObject(call: ResourceCall, code: number, object: KubeObject, text: () => string): void {
  const { exchange } = call;
  const form = answerForm(exchange.request.headers.accept);
  if (form === 'object') exchange.json(code, text());
  else if (form === 'metadata') exchange.json(code, JSON.stringify(partialMetadata(object)));
  else exchange.json(code, singleRow(call, object));
}

function singleRow({ served, query, objects }: ResourceCall, object: KubeObject): string {
  const row = tableRow(served, object, includeObjectOf(query), objects.clock.now());
  const columns = JSON.stringify(columnDefinitions(served));
  const revision = JSON.stringify(object.metadata.resourceVersion);
  return `{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":${revision}},"columnDefinitions":${columns},"rows":[${row}]}`;
}

/** Spec: Kubernetes ValidateFieldManager. */
const managerCharsMax = 128;

/** Who the changed fields belong to: what the client says, or the program named in its User-Agent. */
function managerOf(parameter: string | null, { request }: Exchange): string {
  if (parameter !== null && parameter !== '') {
    if (parameter.length > managerCharsMax) {
      throw badRequest(`fieldManager: Invalid value: may not be longer than ${managerCharsMax} characters`);
    }
    if (!/^[\x20-\x7e]+$/.test(parameter)) {
      throw badRequest('fieldManager: Invalid value: should only contain printable characters');
    }
    return parameter;
  }
  // An apply has to name its manager.
  if (request.headers['content-type']?.startsWith('application/apply-patch')) return '';
  const program = request.headers['user-agent']?.split('/')[0] ?? '';
  return (program === '' ? 'unknown' : program).slice(0, managerCharsMax);
}

function dryRunOf(query: URLSearchParams): boolean {
  const values = query.getAll('dryRun').filter((value) => value !== '');
  for (const value of values) {
    if (value !== 'All') {
      throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(value)}: supported values: "All"`);
    }
  }
  return values.length > 0;
}
