import { type FieldError, type Outcome, outcome } from './field-error.ts';
import { FieldSet, type FieldSetEntry } from './field-set.ts';
import { isMap, type JsonObject, type JsonValue, type MutableJsonObject, parseJson } from './json-value.ts';
import {
  compareElements,
  fieldElement,
  indexElement,
  keyElement,
  type PathElement,
  valueElement,
} from './path-element.ts';

const INTEGER = /^[+-]?\d+$/;

/**
 * Writes a set in the form of `managedFields[].fieldsV1`. Members come in the order of Kubernetes: `.`, then
 * `f:`, `k:`, `v:`, `i:`.
 *
 * @param set any set
 * @returns a new object; `{}` for the empty set
 * Spec: structured-merge-diff v6, fieldpath/serialize.go
 */
export function setToFieldsV1(set: FieldSet): JsonObject {
  return encode(set, false);
}

function encode(set: FieldSet, member: boolean): JsonObject {
  const out: MutableJsonObject = {};
  if (member) out['.'] = {};
  for (const { element, member: isMember, children } of set.entries) {
    out[element.text] = children === undefined ? {} : encode(children, isMember);
  }
  return out;
}

/**
 * Reads a set from `managedFields[].fieldsV1`. Elements of a kind not known are left out, as upstream does
 * for the sake of later versions.
 *
 * @param json the parsed `fieldsV1`
 * @returns the set, or errors whose path names the malformed element
 * Spec: structured-merge-diff v6, fieldpath/serialize.go
 */
export function fieldsV1ToSet(json: JsonValue): Outcome<FieldSet> {
  const errors: FieldError[] = [];
  return outcome(decode(json, '', errors).children ?? FieldSet.EMPTY, errors);
}

interface Decoded {
  readonly member: boolean;
  readonly children: FieldSet | undefined;
}

const LEAF: Decoded = { member: true, children: undefined };

function decode(json: JsonValue, at: string, errors: FieldError[]): Decoded {
  if (json === null) return LEAF;
  if (!isMap(json)) {
    errors.push({ path: at, message: 'expected an object' });
    return LEAF;
  }
  let member = false;
  let sorted = true;
  const entries: FieldSetEntry[] = [];
  for (const text of Object.keys(json)) {
    if (text === '.') {
      member = true;
      continue;
    }
    const element = decodeElement(text, at, errors);
    if (element === undefined) continue;
    const below = decode(json[text] ?? null, text, errors);
    const last = entries.at(-1);
    if (sorted && last !== undefined) sorted = compareElements(last.element, element) < 0;
    entries.push({ element, member: below.member, children: below.children });
  }
  if (entries.length === 0) return LEAF;
  return { member, children: sorted ? FieldSet.fromSorted(entries) : normalize(entries) };
}

/** Two spellings of one key (`k:{"a":1,"b":2}` and `k:{"b":2,"a":1}`) are one element. */
function normalize(entries: readonly FieldSetEntry[]): FieldSet {
  let set = FieldSet.EMPTY;
  for (const entry of entries) set = set.union(FieldSet.fromSorted([entry]));
  return set;
}

function decodeElement(text: string, at: string, errors: FieldError[]): PathElement | undefined {
  if (text.charAt(1) !== ':') {
    errors.push({
      path: at,
      message: `path element ${JSON.stringify(text)} does not start with a kind and a colon`,
    });
    return undefined;
  }
  const content = text.slice(2);
  switch (text.charAt(0)) {
    case 'f':
      return fieldElement(content);
    case 'v':
    case 'k':
      return decodeJsonElement(text, at, errors);
    case 'i':
      if (INTEGER.test(content)) return indexElement(Number(content));
      errors.push({ path: at, message: `path element ${JSON.stringify(text)} is not an integer` });
      return undefined;
    default:
      return undefined;
  }
}

function decodeJsonElement(text: string, at: string, errors: FieldError[]): PathElement | undefined {
  try {
    const value = parseJson(text.slice(2));
    if (text.startsWith('v')) return valueElement(value);
    if (isMap(value)) return keyElement(value);
    errors.push({ path: at, message: `path element ${JSON.stringify(text)} is not an object` });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    errors.push({ path: at, message: `path element ${JSON.stringify(text)} is not JSON: ${error.message}` });
  }
  return undefined;
}
