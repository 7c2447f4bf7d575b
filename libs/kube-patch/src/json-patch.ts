import { arrayIndex, parsePointer } from './json-pointer.ts';
import { isJsonObject, type JsonObject, jsonEqual, MAX_DEPTH, putMember } from './json-value.ts';
import { PatchRefusal, type PatchResult } from './patch-error.ts';

/** Most operations in one JSON patch; Kubernetes has the same bound. */
export const MAX_JSON_PATCH_OPERATIONS = 10_000;

/** Most values that the `copy` operations of one patch may duplicate; doubling copies reach it in 18 steps. */
export const MAX_COPIED_VALUES = 200_000;

type Container = unknown[] | JsonObject;

type PatchState = {
  root: unknown;
  /** Containers made by this patch: these may be changed, all others are copied first. */
  readonly owned: WeakSet<object>;
  copiesLeft: number;
};

/**
 * Applies a JSON patch. Nothing is applied unless all operations succeed. The input is never changed; the
 * result shares the parts that the patch did not touch with it.
 * @param doc the document, any JSON value
 * @param ops the decoded patch: an array of operations
 * @returns the patched document, or the first refusal with the index of its operation
 *
 * Spec: RFC 6902
 */
export function applyJsonPatch(doc: unknown, ops: unknown): PatchResult {
  if (!Array.isArray(ops)) {
    return refused('malformed', '', `a JSON patch is an array of operations, found ${describe(ops)}`);
  }
  if (ops.length > MAX_JSON_PATCH_OPERATIONS) {
    const message = `the JSON patch has ${ops.length} operations; at most ${MAX_JSON_PATCH_OPERATIONS} are allowed`;
    return refused('limit', '', message);
  }
  const state: PatchState = { root: doc, owned: new WeakSet(), copiesLeft: MAX_COPIED_VALUES };
  for (const [opIndex, op] of ops.entries()) {
    try {
      applyOperation(state, op);
    } catch (error) {
      if (!(error instanceof PatchRefusal)) throw error;
      const message = `operation ${opIndex}${operationName(op)}: ${error.message}`;
      return { ok: false, error: { code: error.code, message, path: error.path, opIndex } };
    }
  }
  return { ok: true, value: state.root };
}

function refused(code: 'malformed' | 'limit', path: string, message: string): PatchResult {
  return { ok: false, error: { code, path, message } };
}

function applyOperation(state: PatchState, op: unknown): void {
  if (!isJsonObject(op)) {
    throw new PatchRefusal('malformed', '', `an operation is an object, found ${describe(op)}`);
  }
  const path = pointerMember(op, 'path');
  switch (op['op']) {
    case 'add':
      return add(state, path, valueMember(op, path));
    case 'remove':
      remove(state, path);
      return;
    case 'replace':
      return replace(state, path, valueMember(op, path));
    case 'move':
      return move(state, pointerMember(op, 'from'), path);
    case 'copy': {
      const value = read(state.root, pointerMember(op, 'from'));
      return add(state, path, duplicate(state, value, path, 0));
    }
    case 'test':
      return test(state, path, valueMember(op, path));
    default:
      throw new PatchRefusal(
        'malformed',
        path,
        `"op" must be add, remove, replace, move, copy or test, found ${describe(op['op'])}`,
      );
  }
}

function pointerMember(op: JsonObject, name: 'path' | 'from'): string {
  const pointer = Object.hasOwn(op, name) ? op[name] : undefined;
  if (typeof pointer === 'string') return pointer;
  throw new PatchRefusal('malformed', '', `"${name}" must be a JSON pointer, found ${describe(pointer)}`);
}

function valueMember(op: JsonObject, path: string): unknown {
  if (Object.hasOwn(op, 'value') && op['value'] !== undefined) return op['value'];
  throw new PatchRefusal('malformed', path, '"value" is missing');
}

function add(state: PatchState, path: string, value: unknown): void {
  const tokens = parsePointer(path);
  const last = tokens.pop();
  if (last === undefined) {
    state.root = value;
    return;
  }
  const parent = writable(state, tokens, path);
  if (Array.isArray(parent)) {
    parent.splice(arrayIndex(last, parent.length, path, true), 0, value);
  } else {
    putMember(parent, last, value);
  }
}

function remove(state: PatchState, path: string): unknown {
  const tokens = parsePointer(path);
  const last = tokens.pop();
  if (last === undefined) {
    throw new PatchRefusal('not_applicable', path, 'the whole document cannot be removed');
  }
  const parent = writable(state, tokens, path);
  if (Array.isArray(parent)) {
    return parent.splice(arrayIndex(last, parent.length, path, false), 1)[0];
  }
  const value = child(parent, last, path);
  delete parent[last];
  return value;
}

function replace(state: PatchState, path: string, value: unknown): void {
  const tokens = parsePointer(path);
  const last = tokens.pop();
  if (last === undefined) {
    state.root = value;
    return;
  }
  const parent = writable(state, tokens, path);
  if (Array.isArray(parent)) {
    parent[arrayIndex(last, parent.length, path, false)] = value;
  } else {
    child(parent, last, path);
    putMember(parent, last, value);
  }
}

function move(state: PatchState, from: string, path: string): void {
  if (path.startsWith(`${from}/`)) {
    throw new PatchRefusal('not_applicable', path, `"${from}" cannot be moved into itself, to "${path}"`);
  }
  if (from === path) {
    read(state.root, from);
    return;
  }
  add(state, path, remove(state, from));
}

function test(state: PatchState, path: string, expected: unknown): void {
  const found = read(state.root, path);
  if (jsonEqual(found, expected)) return;
  throw new PatchRefusal(
    'test_failed',
    path,
    `"${path}" is ${excerpt(found)}, the test expects ${excerpt(expected)}`,
  );
}

function read(root: unknown, path: string): unknown {
  let value = root;
  for (const token of parsePointer(path)) value = child(value, token, path);
  return value;
}

function child(parent: unknown, token: string, path: string): unknown {
  if (Array.isArray(parent)) return parent[arrayIndex(token, parent.length, path, false)];
  if (!isJsonObject(parent)) {
    throw new PatchRefusal('not_applicable', path, `"${path}": ${describe(parent)} has no member "${token}"`);
  }
  if (!Object.hasOwn(parent, token)) {
    throw new PatchRefusal('not_applicable', path, `"${path}" does not exist: there is no member "${token}"`);
  }
  return parent[token];
}

/** Walks to a container, replacing each one on the way by a copy that this patch owns. */
function writable(state: PatchState, tokens: readonly string[], path: string): Container {
  let current = own(state, state.root, path);
  state.root = current;
  for (const token of tokens) {
    const next = own(state, child(current, token, path), path);
    if (Array.isArray(current)) current[Number(token)] = next;
    else putMember(current, token, next);
    current = next;
  }
  return current;
}

function own(state: PatchState, value: unknown, path: string): Container {
  if (!Array.isArray(value) && !isJsonObject(value)) {
    throw new PatchRefusal(
      'not_applicable',
      path,
      `"${path}" leads through ${describe(value)}, which has no members`,
    );
  }
  const container: Container = value;
  if (state.owned.has(container)) return container;
  const copy = Array.isArray(container) ? [...container] : { ...container };
  state.owned.add(copy);
  return copy;
}

/** Copies deeply: a shared container that this patch owns would change in both places. */
function duplicate(state: PatchState, value: unknown, path: string, depth: number): unknown {
  state.copiesLeft -= 1;
  if (state.copiesLeft < 0) {
    throw new PatchRefusal('limit', path, `the patch copies more than ${MAX_COPIED_VALUES} values`);
  }
  if (depth > MAX_DEPTH) {
    throw new PatchRefusal('limit', path, `the copied value is nested more than ${MAX_DEPTH} levels deep`);
  }
  if (Array.isArray(value)) return value.map((item) => duplicate(state, item, path, depth + 1));
  if (!isJsonObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value)) {
    putMember(copy, key, duplicate(state, value[key], path, depth + 1));
  }
  return copy;
}

function operationName(op: unknown): string {
  return isJsonObject(op) && typeof op['op'] === 'string' ? ` (${op['op'].slice(0, 20)})` : '';
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `the ${typeof value} ${excerpt(value)}`;
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
