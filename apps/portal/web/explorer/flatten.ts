import { isRecord, shown } from '../api/json.ts';

/** Lists of texts and numbers up to this length are shown on one line. */
const shortList = 6;

/**
 * The fields of a value with their dotted paths, as `kubectl explain` names them. Lists stay lists, but short ones of plain
 * values, which become one text.
 */
export function flattened(value: unknown, path = ''): [path: string, value: unknown][] {
  if (isRecord(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([name, below]) =>
      flattened(below, path === '' ? name : `${path}.${name}`),
    );
  }
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const isPlain = items.every((item) => typeof item !== 'object');
    return [[path, items.length <= shortList && isPlain ? items.map(shown).join(', ') : items]];
  }
  return [[path, value]];
}
