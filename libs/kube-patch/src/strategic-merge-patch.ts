import { getMember, isJsonObject, type JsonObject, MAX_DEPTH, putMember, shallowCopy } from './json-value.ts';
import { capture, PatchRefusal, type PatchResult } from './patch-error.ts';
import { fieldMeta, type PatchSchema, type ResolveRef } from './patch-schema.ts';
import {
  at,
  DELETE_FROM_LIST_PREFIX,
  ELEMENT_ORDER_PREFIX,
  isDirective,
  NOTHING,
  PATCH_DIRECTIVE,
  plainData,
  retainKeys,
} from './strategic-directive.ts';
import { deleteScalars, identity, mergeList, orderElements } from './strategic-list.ts';

/** How references between schemas are followed. */
export type StrategicMergeOptions = {
  /** Finds the schema of a `$ref`; by default no reference can be found. */
  readonly resolveRef?: ResolveRef;
};

/**
 * Applies a Kubernetes strategic merge patch. Objects merge, null deletes, and lists are replaced unless the
 * schema gives them the patch strategy `merge`; the directives `$patch`, `$retainKeys`,
 * `$setElementOrder/<list>` and `$deleteFromPrimitiveList/<list>` are obeyed. The input is never changed;
 * the result shares the untouched parts with it. Directives never end up in the result.
 * @param doc the document, a JSON object
 * @param patch the patch, a JSON object
 * @param schema the document's JSON schema with `x-kubernetes-patch-strategy` and `-merge-key`
 * @param options how to follow references in the schema
 * @returns the patched document, or why it was refused, with the field path
 *
 * Spec: Kubernetes apimachinery util/strategicpatch; design-proposals cli/preserve-order-in-strategic-merge-patch
 */
export function applyStrategicMergePatch(
  doc: unknown,
  patch: unknown,
  schema: PatchSchema,
  options: StrategicMergeOptions = {},
): PatchResult<Record<string, unknown>> {
  return capture(() => {
    if (!isJsonObject(doc))
      throw new PatchRefusal('not_applicable', '', 'the document must be a JSON object');
    if (!isJsonObject(patch)) throw new PatchRefusal('malformed', '', 'the patch must be a JSON object');
    const context: Context = { schema, resolve: options.resolveRef ?? (() => undefined), path: '', depth: 0 };
    return mergeObject(doc, patch, context);
  });
}

type Context = {
  readonly schema: PatchSchema;
  readonly resolve: ResolveRef;
  readonly path: string;
  readonly depth: number;
};

function enter(context: Context, schema: PatchSchema, path: string): Context {
  if (context.depth >= MAX_DEPTH) {
    throw new PatchRefusal('limit', path, `the patch is nested more than ${MAX_DEPTH} levels deep`);
  }
  return { schema, resolve: context.resolve, path, depth: context.depth + 1 };
}

function fieldPath(context: Context, field: string): string {
  return context.path === '' ? field : `${context.path}.${field}`;
}

function mergeObject(original: JsonObject, patch: JsonObject, context: Context): JsonObject {
  const directive = getMember(patch, PATCH_DIRECTIVE);
  if (directive === 'delete') return {};
  if (directive === 'replace') return membersOf(patch);
  if (directive !== undefined && directive !== 'merge') {
    const message = `"${PATCH_DIRECTIVE}" must be "merge", "replace" or "delete", found ${JSON.stringify(directive)}`;
    throw new PatchRefusal('malformed', context.path, at(context.path) + message);
  }
  const result = shallowCopy(original);
  retainKeys(result, patch, context.path);
  const done = applyElementOrders(result, patch, context);
  for (const key of Object.keys(patch)) {
    if (key.startsWith(DELETE_FROM_LIST_PREFIX)) deleteFromList(result, patch, key, context);
    else if (!isDirective(key) && !done.has(key)) mergeField(result, key, patch[key], context);
  }
  return result;
}

/** The members of a `$patch: replace` object, without its directives. */
function membersOf(patch: JsonObject): JsonObject {
  const members: JsonObject = {};
  for (const key of Object.keys(patch)) {
    if (isDirective(key) || patch[key] === null) continue;
    const data = plainData(patch[key]);
    if (data !== NOTHING) putMember(members, key, data);
  }
  return members;
}

function mergeField(result: JsonObject, key: string, value: unknown, context: Context): void {
  const current = getMember(result, key);
  if (value === null) {
    delete result[key];
  } else if (isJsonObject(current) && isJsonObject(value)) {
    const meta = fieldMeta(context.schema, key, false, context.resolve);
    const inner = enter(context, meta.schema, fieldPath(context, key));
    putMember(
      result,
      key,
      meta.strategy === 'replace' ? membersOf(value) : mergeObject(current, value, inner),
    );
  } else if (Array.isArray(current) && Array.isArray(value)) {
    putMember(result, key, mergeListField(current, value, key, context));
  } else {
    const data = plainData(value);
    if (data === NOTHING) delete result[key];
    else putMember(result, key, data);
  }
}

function mergeListField(current: unknown[], value: unknown[], key: string, context: Context): unknown[] {
  const meta = fieldMeta(context.schema, key, true, context.resolve);
  if (meta.strategy !== 'merge') return value.map(plainData).filter((item) => item !== NOTHING);
  const path = fieldPath(context, key);
  const inner = enter(context, meta.schema, `${path}[]`);
  const mergeElement = (original: JsonObject, patch: JsonObject) => mergeObject(original, patch, inner);
  return mergeList(current, value, meta.mergeKey, mergeElement, path);
}

function deleteFromList(result: JsonObject, patch: JsonObject, directive: string, context: Context): void {
  const key = directive.slice(DELETE_FROM_LIST_PREFIX.length);
  const path = fieldPath(context, key);
  const toDelete = patch[directive];
  if (!Array.isArray(toDelete)) {
    throw new PatchRefusal('malformed', path, `${at(path)}"${directive}" must be a list of scalars`);
  }
  const current = getMember(result, key);
  if (Array.isArray(current)) putMember(result, key, deleteScalars(current, toDelete, path));
}

/** Merges and orders every list for which the patch has a `$setElementOrder`; returns the fields it dealt with. */
function applyElementOrders(result: JsonObject, patch: JsonObject, context: Context): Set<string> {
  const done = new Set<string>();
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(ELEMENT_ORDER_PREFIX)) continue;
    const key = directive.slice(ELEMENT_ORDER_PREFIX.length);
    const path = fieldPath(context, key);
    const order = patch[directive];
    if (!Array.isArray(order))
      throw new PatchRefusal('malformed', path, `${at(path)}"${directive}" must be a list`);
    const current = getMember(result, key);
    const patchList = getMember(patch, key);
    if (current !== undefined && !Array.isArray(current)) {
      throw new PatchRefusal(
        'not_applicable',
        path,
        `${at(path)}"${directive}" orders a list, the field is none`,
      );
    }
    if (patchList === null) continue;
    if (patchList !== undefined && !Array.isArray(patchList)) {
      throw new PatchRefusal(
        'malformed',
        path,
        `${at(path)}"${directive}" orders a list, the patch has none`,
      );
    }
    if (current === undefined && patchList === undefined) continue;
    orderField(result, { key, path, order, current, patchList }, context);
    done.add(key);
  }
  return done;
}

type OrderedField = {
  readonly key: string;
  readonly path: string;
  readonly order: readonly unknown[];
  readonly current: unknown[] | undefined;
  readonly patchList: unknown[] | undefined;
};

function orderField(result: JsonObject, field: OrderedField, context: Context): void {
  const { key, path, order, current, patchList } = field;
  const { mergeKey } = fieldMeta(context.schema, key, true, context.resolve);
  checkOrder(patchList ?? [], order, mergeKey, path);
  const merged =
    patchList === undefined
      ? (current ?? [])
      : current === undefined
        ? patchList.map(plainData).filter((item) => item !== NOTHING)
        : mergeListField(current, patchList, key, context);
  const before = orderBefore(current ?? [], patchList ?? [], mergeKey, path);
  putMember(result, key, orderElements(merged, order, before, mergeKey, path));
}

/**
 * The order of the list before the merge, by which elements that `$setElementOrder` does not name find their
 * place. Elements that the patch adds count as having stood in the places of those that it deletes: so it
 * comes out of apimachinery, and its tests hold it to that.
 */
function orderBefore(
  current: readonly unknown[],
  patchList: readonly unknown[],
  mergeKey: string | undefined,
  path: string,
): unknown[] {
  if (mergeKey === undefined) return [...current];
  const isDeletion = (item: unknown) => isJsonObject(item) && getMember(item, PATCH_DIRECTIVE) === 'delete';
  const deleted = new Set(patchList.filter(isDeletion).map((item) => identity(item, mergeKey, path)));
  const kept = current.filter((item) => !deleted.has(identity(item, mergeKey, path)));
  const known = new Set(kept.map((item) => identity(item, mergeKey, path)));
  const added = patchList.filter(
    (item) =>
      !(isJsonObject(item) && Object.hasOwn(item, PATCH_DIRECTIVE)) &&
      !known.has(identity(item, mergeKey, path)),
  );
  return [...kept, ...added.slice(0, current.length - kept.length)];
}

/** The patch's elements must be named in the order list, and in the same sequence. */
function checkOrder(
  patchList: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string | undefined,
  path: string,
): void {
  if (order.length === 0) return;
  let next = 0;
  for (const element of patchList) {
    if (isJsonObject(element) && Object.hasOwn(element, PATCH_DIRECTIVE)) continue;
    const key = identity(element, mergeKey, path);
    while (next < order.length && identity(order[next], mergeKey, path) !== key) next += 1;
    if (next >= order.length) {
      const directive = `${ELEMENT_ORDER_PREFIX}${path.slice(path.lastIndexOf('.') + 1)}`;
      const message = `element ${JSON.stringify(key)} of the patch is missing or out of order in "${directive}"`;
      throw new PatchRefusal('malformed', path, at(path) + message);
    }
    next += 1;
  }
}
