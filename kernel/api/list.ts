import {
  evaluateFirst,
  type FieldSelector,
  type JsonPath,
  type LabelSelector,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseJsonPath,
  parseLabelSelector,
  type SelectorResult,
} from '@plinth/kube-selector';
import type { KubeObject } from '../model/object.ts';
import { badRequest, expired, StatusError } from '../model/status-error.ts';
import { type Store, type StoredObject, StoreError } from '../store/port.ts';
import { prefixOf } from './keys.ts';
import type { ServedResource } from './registry.ts';
import { parseStored } from './versions.ts';

/** Which objects of a resource a list or a watch is about. */
export interface Selection {
  readonly served: ServedResource;
  /** Empty: all namespaces. */
  readonly namespace: string;
  /** The one name that a field selector asks for, so that it can be read directly. */
  readonly name: string | undefined;
  /** Undefined: every object. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
}

/** Reads `labelSelector` and `fieldSelector`. @throws StatusError 400 naming what is wrong with them. */
export function parseSelection(served: ServedResource, namespace: string, query: URLSearchParams): Selection {
  const labels = parseOrRefuse('labelSelector', query.get('labelSelector'), parseLabelSelector);
  const fields = parseOrRefuse('fieldSelector', query.get('fieldSelector'), parseFieldSelector);
  const name = fields?.requirements.find((r) => r.field === 'metadata.name' && r.operator === '=')?.value;
  return { served, namespace, name, matches: matcherOf(served, labels, fields) };
}

function parseOrRefuse<T>(
  parameter: string,
  text: string | null,
  parse: (text: string) => SelectorResult<T>,
): T | undefined {
  if (text === null || text === '') return undefined;
  const parsed = parse(text);
  if (parsed.ok) return parsed.value;
  throw badRequest(`${parameter} ${JSON.stringify(text)}: ${parsed.error.message}`);
}

/** Parses a label selector. @throws StatusError 400 */
export function labelSelectorOrThrow(text: string): LabelSelector {
  return (
    parseOrRefuse('labelSelector', text, parseLabelSelector) ?? { requirements: [], matchesNothing: false }
  );
}

function matcherOf(
  served: ServedResource,
  labels: LabelSelector | undefined,
  fields: FieldSelector | undefined,
): Selection['matches'] {
  if (!labels && !fields) return undefined;
  const fieldOf = fields ? fieldReader(served, fields) : undefined;
  return (object) =>
    (!labels || matchesLabels(labels, object.metadata.labels ?? {})) &&
    (!fields || !fieldOf || matchesFields(fields, (field) => fieldOf(object, field)));
}

function fieldReader(
  served: ServedResource,
  fields: FieldSelector,
): (object: KubeObject, field: string) => string {
  const paths = new Map<string, JsonPath>();
  for (const { field } of fields.requirements) {
    if (field === 'metadata.name' || (field === 'metadata.namespace' && served.type.namespaced)) continue;
    if (!served.version.selectableFields.some((known) => known.replace(/^\./, '') === field)) {
      throw badRequest(unknownField(served, field));
    }
    const path = parseJsonPath(`.${field}`);
    if (path.ok) paths.set(field, path.value);
  }
  return (object, field) => {
    if (field === 'metadata.name') return object.metadata.name;
    if (field === 'metadata.namespace') return object.metadata.namespace ?? '';
    const path = paths.get(field);
    const value = path && evaluateFirst(path, object);
    if (value === undefined || value === null) return '';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
}

/** Spec: k8s.io/apimachinery DefaultMetaV1FieldSelectorConversion, and what kinds with fields of their own say. */
function unknownField(served: ServedResource, field: string): string {
  const { selectableFields } = served.version;
  if (selectableFields.length === 0 && served.type.origin === 'builtin') {
    return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
  }
  return `field label not supported: ${field}`;
}

/** Where a list starts and ends. Spec: Kubernetes API concepts, Retrieving large results sets in chunks. */
export interface ListRequest {
  readonly selection: Selection;
  /** 0: no limit. */
  readonly limit: number;
  /** The revision to list at; undefined: the newest. */
  readonly atRevision: number | undefined;
  readonly after: string | undefined;
}

export interface ListPage {
  readonly objects: readonly StoredObject[];
  readonly revision: number;
  readonly continueToken: string | undefined;
  readonly remaining: number | undefined;
}

/** Reads `limit`, `continue`, `resourceVersion` and `resourceVersionMatch`. */
export function parseListRequest(selection: Selection, query: URLSearchParams, store: Store): ListRequest {
  const limit = wholeNumber(query, 'limit') ?? 0;
  const token = query.get('continue');
  if (token) {
    const { revision, after } = readToken(token);
    return { selection, limit, atRevision: revision, after };
  }
  const revision = revisionOf(query.get('resourceVersion'));
  const match = query.get('resourceVersionMatch');
  if (match && revision === undefined) {
    throw badRequest('resourceVersionMatch is forbidden unless resourceVersion is provided');
  }
  if (match === 'Exact' && revision !== undefined) {
    if (revision === 0) throw badRequest('resourceVersionMatch "Exact" is forbidden for resourceVersion "0"');
    return { selection, limit, atRevision: revision, after: undefined };
  }
  if (match && match !== 'NotOlderThan') {
    throw badRequest(
      `resourceVersionMatch: Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan"`,
    );
  }
  if (revision !== undefined && revision > store.revision) throw tooNew(revision, store.revision);
  return { selection, limit, atRevision: undefined, after: undefined };
}

/** Reads a whole number of the query. @throws StatusError 400 */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be a whole number, 0 or more`);
  }
  return value;
}

/** Reads a resourceVersion; undefined when there is none. @throws StatusError 400 */
export function revisionOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: must be one that this server gave out`,
    );
  }
  return Number(text);
}

/** 504: the client has seen a newer state than this server has, for example before a restore. */
export function tooNew(asked: number, present: number): StatusError {
  return new StatusError(504, 'Timeout', `Too large resource version: ${asked}, current: ${present}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** One page of a list. @throws StatusError 410 when its revision has been compacted away. */
export function listPage(store: Store, tenant: string, request: ListRequest): ListPage {
  const { selection, limit } = request;
  const prefix = prefixOf(tenant, selection.served.type, selection.namespace);
  try {
    if (selection.matches) return selectPage(store, prefix, request, selection.matches);
    const page = store.list(prefix, {
      ...(request.atRevision === undefined ? {} : { atRevision: request.atRevision }),
      ...(request.after === undefined ? {} : { after: request.after }),
      ...(limit > 0 ? { limit } : {}),
    });
    const last = page.objects.at(-1);
    const more = page.remaining !== undefined && page.remaining > 0 && last !== undefined;
    return {
      objects: page.objects,
      revision: page.revision,
      continueToken: more ? writeToken(page.revision, last.key) : undefined,
      remaining: more ? page.remaining : undefined,
    };
  } catch (error) {
    throw listError(error, request.atRevision);
  }
}

/** How many objects a selecting list looks at in one step. */
const selectStep = 500;

/** A page of the objects that a selector picks: goes on until the page is full or the list ends. */
function selectPage(
  store: Store,
  prefix: string,
  request: ListRequest,
  matches: (object: KubeObject) => boolean,
): ListPage {
  const { name } = request.selection;
  const picked: StoredObject[] = [];
  let { after, atRevision } = request;
  for (;;) {
    const page = store.list(prefix, {
      ...(atRevision === undefined ? {} : { atRevision }),
      ...(after === undefined ? {} : { after }),
      limit: selectStep,
    });
    atRevision = page.revision;
    for (const stored of page.objects) {
      after = stored.key;
      if (name !== undefined && !stored.key.endsWith(`/${name}`)) continue;
      if (!matches(parseStored(stored))) continue;
      picked.push(stored);
      if (request.limit > 0 && picked.length === request.limit) {
        const more = stored !== page.objects.at(-1) || (page.remaining ?? 0) > 0;
        const continueToken = more ? writeToken(page.revision, stored.key) : undefined;
        return { objects: picked, revision: page.revision, continueToken, remaining: undefined };
      }
    }
    if (!page.remaining) {
      return { objects: picked, revision: page.revision, continueToken: undefined, remaining: undefined };
    }
  }
}

function listError(error: unknown, atRevision: number | undefined): unknown {
  if (!(error instanceof StoreError)) return error;
  if (error.code === 'compacted') {
    return expired(
      `The provided continue parameter or resourceVersion is too old (${atRevision ?? ''}); list again without it to get a consistent list`,
    );
  }
  if (error.code === 'future') return tooNew(atRevision ?? 0, error.actual ?? 0);
  return error;
}

function writeToken(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString(
    'base64url',
  );
}

function readToken(token: string): { revision: number; after: string } {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof read === 'object' && read !== null && 'rv' in read && 'start' in read) {
      const { rv, start } = read;
      if (typeof rv === 'number' && typeof start === 'string') return { revision: rv, after: start };
    }
  } catch {
    // Falls through to the refusal: a token that is not ours is the client's error, whatever is in it.
  }
  throw badRequest(
    'continue key is not valid: it must be the token of an earlier list; list again without it',
  );
}
