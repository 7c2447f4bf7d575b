import { CelEvaluationError } from '../problem.ts';
import { LazyObject } from './lazy-object.ts';
import { type Read, readDynamic } from './read.ts';
import { Uint } from './uint.ts';

/** A key such that equal keys are one: ints, uints and whole doubles are bigints. */
export type MapKey = string | bigint | boolean;

/** A map that an expression made. */
export class MapValue {
  readonly entries: ReadonlyMap<MapKey, readonly [key: unknown, value: unknown]>;

  constructor(entries: ReadonlyMap<MapKey, readonly [unknown, unknown]>) {
    this.entries = entries;
  }
}

/** A JSON object whose properties are read with `read`. */
export class JsonMap {
  readonly source: Readonly<Record<string, unknown>>;
  readonly read: Read;

  constructor(source: Readonly<Record<string, unknown>>, read: Read) {
    this.source = source;
    this.read = read;
  }
}

/** A JSON object as it is. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A map: a JSON object, or one that an expression made, or whose properties are worked out when they are read. */
export type MapLike = JsonObject | JsonMap | MapValue | LazyObject;

/** Whether a value is an object of JSON, that is, no instance of a class. */
export function isJsonObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether a value is a map or an object. */
export function isMap(value: unknown): value is MapLike {
  return (
    isJsonObject(value) ||
    value instanceof MapValue ||
    value instanceof JsonMap ||
    value instanceof LazyObject
  );
}

/** The form in which a value is a key, or undefined when no map can have it as one. */
function mapKey(value: unknown): MapKey | undefined {
  switch (typeof value) {
    case 'string':
    case 'bigint':
    case 'boolean':
      return value;
    case 'number':
      return Number.isInteger(value) ? BigInt(value) : undefined;
    default:
      return value instanceof Uint ? value.value : undefined;
  }
}

/** Number of entries. */
export function mapSize(map: MapLike): number {
  if (map instanceof MapValue) return map.entries.size;
  if (map instanceof LazyObject) return map.names.size;
  return Object.keys(map instanceof JsonMap ? map.source : map).length;
}

/** The value under a key, or undefined when there is none. */
export function mapGet(map: MapLike, key: unknown): unknown {
  if (map instanceof MapValue) {
    const normal = mapKey(key);
    return normal === undefined ? undefined : map.entries.get(normal)?.[1];
  }
  if (typeof key !== 'string') return undefined;
  if (map instanceof LazyObject) {
    const value = map.get(key);
    return value === undefined ? undefined : readDynamic(value);
  }
  const [source, read]: [JsonObject, Read] =
    map instanceof JsonMap ? [map.source, map.read] : [map, readDynamic];
  if (!Object.hasOwn(source, key)) return undefined;
  const found = source[key];
  return found === undefined ? undefined : read(found);
}

/** The keys, in the order of insertion. */
export function mapKeys(map: MapLike): readonly unknown[] {
  if (map instanceof MapValue) return Array.from(map.entries.values(), ([key]) => key);
  if (map instanceof LazyObject) return [...map.names.keys()];
  return Object.keys(map instanceof JsonMap ? map.source : map);
}

/** Adds an entry to a map under construction. @throws CelEvaluationError for a key that is no key, or a second one. */
export function insertEntry(
  entries: Map<MapKey, readonly [unknown, unknown]>,
  key: unknown,
  value: unknown,
): void {
  const normal = typeof key === 'number' ? undefined : mapKey(key);
  if (normal === undefined) throw new CelEvaluationError('unsupported key type');
  if (entries.has(normal)) throw new CelEvaluationError(`Failed with repeated key: ${String(normal)}`);
  entries.set(normal, [key, value]);
}
