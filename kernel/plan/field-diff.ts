import { equalJson, isObject } from '../model/json.ts';

/** A field that differs between two states of an object. */
export interface FieldChange {
  /** Names of the fields on the way; items of lists count as segments in brackets. */
  readonly segments: readonly string[];
  /** Absent when there is no such value. */
  readonly before?: unknown;
  readonly after?: unknown;
}

type Schema = Readonly<Record<string, unknown>>;

/** Fields that say which object it is, or that the server sets. */
const identity: ReadonlySet<string> = new Set([
  'apiVersion',
  'kind',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'metadata.creationTimestamp',
  'metadata.generateName',
]);

/**
 * The fields in which two states of an object differ, down to single values. Lists that are maps by their schema are
 * compared by their keys, sets by their members; other lists differ as a whole, as one manager owns them as a whole.
 *
 * @param schema the OpenAPI schema of the kind
 */
export function diffFields(before: unknown, after: unknown, schema: unknown): FieldChange[] {
  const changes: FieldChange[] = [];
  compare(before, after, isObject(schema) ? schema : {}, [], changes);
  return changes.filter(({ segments }) => !identity.has(segments.join('.')));
}

/** A path as people write it: `spec.ports[name=web].port`, `metadata.labels[app.kubernetes.io/name]`. */
export function pathText(segments: readonly string[]): string {
  return segments
    .map((segment, i) => {
      if (segment.startsWith('[')) return segment;
      if (!/^[A-Za-z_$][\w$-]*$/.test(segment)) return `[${segment}]`;
      return i === 0 ? segment : `.${segment}`;
    })
    .join('');
}

/** Whether a path is, or lies below, one of the patterns, in which `*` stands for any field or item. */
export function isBelow(segments: readonly string[], patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('.');
    if (parts.length > segments.length) return false;
    return parts.every((part, i) => part === '*' || part === segments[i]);
  });
}

function compare(
  before: unknown,
  after: unknown,
  schema: Schema,
  segments: readonly string[],
  changes: FieldChange[],
): void {
  if (equalJson(before, after)) return;
  const records = [before, after].filter((value) => value !== undefined);
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
  if (!isAtomic && records.every(isObject) && records.some((value) => Object.keys(value).length > 0)) {
    compareMembers(recordOf(before), recordOf(after), schema, segments, changes);
    return;
  }
  const keys = listKeys(schema);
  if (keys && records.every(isKeyed(keys))) {
    compareItems(listOf(before), listOf(after), keys, schema, segments, changes);
    return;
  }
  if (schema['x-kubernetes-list-type'] === 'set' && records.every(Array.isArray)) {
    compareSet(listOf(before), listOf(after), segments, changes);
    return;
  }
  changes.push({
    segments,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  });
}

function compareMembers(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  schema: Schema,
  segments: readonly string[],
  changes: FieldChange[],
): void {
  const properties = recordOf(schema['properties']);
  const additional = recordOf(schema['additionalProperties']);
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) {
    const child = isObject(properties[name]) ? properties[name] : additional;
    const left = Object.hasOwn(before, name) ? before[name] : undefined;
    const right = Object.hasOwn(after, name) ? after[name] : undefined;
    compare(left, right, child, [...segments, name], changes);
  }
}

function compareItems(
  before: readonly unknown[],
  after: readonly unknown[],
  keys: readonly string[],
  schema: Schema,
  segments: readonly string[],
  changes: FieldChange[],
): void {
  const item = recordOf(schema['items']);
  const left = new Map(before.map((value) => [keyText(value, keys), value]));
  const right = new Map(after.map((value) => [keyText(value, keys), value]));
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    compare(left.get(key), right.get(key), item, [...segments, key], changes);
  }
}

function compareSet(
  before: readonly unknown[],
  after: readonly unknown[],
  segments: readonly string[],
  changes: FieldChange[],
): void {
  const lacks = (list: readonly unknown[], value: unknown): boolean =>
    !list.some((one) => equalJson(one, value));
  for (const value of before) {
    if (lacks(after, value))
      changes.push({ segments: [...segments, `[=${JSON.stringify(value)}]`], before: value });
  }
  for (const value of after) {
    if (lacks(before, value))
      changes.push({ segments: [...segments, `[=${JSON.stringify(value)}]`], after: value });
  }
}

function listKeys(schema: Schema): string[] | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map') return undefined;
  const keys = schema['x-kubernetes-list-map-keys'];
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : undefined;
}

/** A list of which every item has one of the keys at least; the others have defaults. */
function isKeyed(keys: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    Array.isArray(value) &&
    value.every((item) => isObject(item) && keys.some((key) => item[key] !== undefined)) &&
    new Set(value.map((item) => keyText(item, keys))).size === value.length;
}

function keyText(item: unknown, keys: readonly string[]): string {
  const fields = recordOf(item);
  return `[${keys
    .filter((key) => fields[key] !== undefined)
    .map((key) => `${key}=${String(fields[key])}`)
    .join(',')}]`;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
