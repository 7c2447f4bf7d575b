import { isRecord } from '../api/json.ts';

/**
 * What server-side apply is to be told when somebody edits an object: the fields that they changed, and those that the same
 * manager has applied before and would lose by leaving them out. Nobody else's fields are taken over by saying them again.
 *
 * @param before the object as it was shown
 * @param after the object as it was edited
 * @param owned `fieldsV1` of the manager, when it has applied the object before
 * Spec: Kubernetes, Server-Side Apply; structured-merge-diff, FieldsV1.
 */
export function intentOf(before: unknown, after: unknown, owned: unknown): unknown {
  return merged(extracted(owned, after), changed(before, after));
}

/** The fields of `after` that are not as in `before`; a list that changes counts as a whole. */
function changed(before: unknown, after: unknown): unknown {
  if (!isRecord(before) || !isRecord(after)) return isSame(before, after) ? undefined : after;
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(after)) {
    const part = Object.hasOwn(before, name) ? changed(before[name], value) : value;
    if (part !== undefined) fields[name] = part;
  }
  return Object.keys(fields).length === 0 ? undefined : fields;
}

/** The parts of a value that a set of fields names. */
function extracted(set: unknown, value: unknown): unknown {
  if (!isRecord(set) || value === undefined) return undefined;
  const below = Object.entries(set).filter(([name]) => name !== '.');
  if (below.length === 0) return value;
  if (isRecord(value)) {
    const fields: Record<string, unknown> = {};
    for (const [name, part] of below) {
      const field = name.startsWith('f:') ? name.slice(2) : undefined;
      if (field === undefined || !Object.hasOwn(value, field)) continue;
      fields[field] = extracted(part, value[field]);
    }
    return fields;
  }
  if (!Array.isArray(value)) return value;
  const items: unknown[] = value;
  return items.filter((item) => below.some(([name]) => isItem(name, item)));
}

/** Whether an item of a list is the one that a path element names: by its keys, or by its value. */
function isItem(element: string, item: unknown): boolean {
  const wanted: unknown = /^[kv]:/.test(element) ? JSON.parse(element.slice(2)) : undefined;
  if (element.startsWith('v:')) return isSame(wanted, item);
  if (!isRecord(wanted) || !isRecord(item)) return false;
  return Object.entries(wanted).every(([key, value]) => isSame(item[key], value));
}

function merged(kept: unknown, wanted: unknown): unknown {
  if (wanted === undefined) return kept;
  if (!isRecord(kept) || !isRecord(wanted)) return wanted;
  const fields = { ...kept };
  for (const [name, value] of Object.entries(wanted)) fields[name] = merged(kept[name], value);
  return fields;
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
