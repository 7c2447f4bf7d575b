import { isRecord } from '@plinth/backstage-catalog';
import { StatusError } from '@plinth/kernel';

/** What entities are asked for by; keys and values in lower case. */
export type Predicate =
  | { readonly all: readonly Predicate[] }
  | { readonly any: readonly Predicate[] }
  | { readonly not: Predicate }
  /** Whether the key has one of the values; any value where none is given. */
  | { readonly key: string; readonly values?: readonly string[] }
  | { readonly key: string; readonly prefix: string };

/** Predicates within each other, and in one: what is asked costs what it names. */
const depthMax = 16;
const partsMax = 1_000;

/** @throws StatusError 400 */
function malformed(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

/**
 * The predicate of parameters `filter=KEY=VALUE,KEY`: parts of one parameter hold together, and one of the parameters is enough.
 * @throws StatusError 400
 */
export function parseFilters(filters: readonly string[]): Predicate | undefined {
  const sets = filters.map(parseFilter).filter((set) => set !== undefined);
  return sets.length === 0 ? undefined : { any: sets };
}

function parseFilter(filter: string): Predicate | undefined {
  const values = new Map<string, string[] | undefined>();
  for (const part of filter.split(',').map((text) => text.trim())) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const key = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (key === '') throw malformed(`filter: ${part}: expected KEY or KEY=VALUE`);
    const known = values.get(key);
    if (equals < 0) values.set(key, known);
    else
      values.set(key, [
        ...(known ?? []),
        part
          .slice(equals + 1)
          .trim()
          .toLowerCase(),
      ]);
  }
  if (values.size === 0) return undefined;
  return { all: [...values].map(([key, of]) => (of === undefined ? { key } : { key, values: of })) };
}

/**
 * The predicate of a query in JSON: `$all`, `$any`, `$not`, and fields with a value, `$exists`, `$in`, `$hasPrefix` or
 * `$contains`.
 * @throws StatusError 400
 */
export function parseQuery(query: unknown): Predicate {
  let parts = 0;
  const read = (value: unknown, depth: number): Predicate => {
    if (++parts > partsMax || depth > depthMax)
      throw malformed(`query: at most ${partsMax} conditions, ${depthMax} within each other`);
    if (!isRecord(value)) throw malformed(`query: expected an object, found ${JSON.stringify(value)}`);
    if ('$not' in value) return { not: read(value['$not'], depth + 1) };
    for (const [operator, name] of [
      ['$all', 'all'],
      ['$any', 'any'],
    ] as const) {
      const list = value[operator];
      if (list === undefined) continue;
      if (!Array.isArray(list)) throw malformed(`query: ${operator}: expected a list`);
      const of = list.map((one) => read(one, depth + 1));
      return name === 'all' ? { all: of } : { any: of };
    }
    return {
      all: Object.entries(value).map(([key, condition]) => fieldPredicate(key.toLowerCase(), condition)),
    };
  };
  return read(query, 0);
}

function isSimple(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function fieldPredicate(key: string, condition: unknown): Predicate {
  if (isSimple(condition)) return { key, values: [String(condition).toLowerCase()] };
  const { $exists, $in, $hasPrefix, $contains } = isRecord(condition) ? condition : {};
  if (typeof $exists === 'boolean') return $exists ? { key } : { not: { key } };
  if (Array.isArray($in) && $in.every(isSimple))
    return { key, values: $in.map((one) => String(one).toLowerCase()) };
  if (typeof $hasPrefix === 'string') return { key, prefix: $hasPrefix.toLowerCase() };
  if (isSimple($contains)) return { key, values: [String($contains).toLowerCase()] };
  if (key === 'relations' && isRecord($contains)) return relationPredicate($contains);
  throw malformed(
    `query: ${key}: expected a value, $exists, $in, $hasPrefix or $contains, found ${JSON.stringify(condition)}`,
  );
}

function relationPredicate({ type, targetRef, ...others }: Record<string, unknown>): Predicate {
  const asked = isRecord(targetRef) ? targetRef['$in'] : targetRef;
  const targets: unknown[] = Array.isArray(asked) ? asked : [asked];
  const texts = targets.filter((one) => typeof one === 'string');
  const isAny = targetRef === undefined;
  if (
    typeof type !== 'string' ||
    Object.keys(others).length > 0 ||
    (!isAny && (texts.length === 0 || texts.length < targets.length))
  )
    throw malformed('query: relations: expected {type, targetRef}, targetRef a reference or {"$in": [...]}');
  const key = `relations.${type.toLowerCase()}`;
  return isAny ? { key } : { key, values: texts.map((one) => one.toLowerCase()) };
}
