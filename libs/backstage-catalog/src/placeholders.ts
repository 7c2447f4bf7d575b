import { parseAllDocuments } from 'yaml';
import { isRecord } from './entity.ts';

/** A place of an entity that stands for a file. */
export interface Placeholder {
  readonly type: 'text' | 'json' | 'yaml';
  /** As written: a path from the file of the entity, or a URL. */
  readonly target: string;
}

const types: readonly string[] = ['text', 'json', 'yaml'];

/** The placeholder that an object is: one with a single key `$text`, `$json` or `$yaml`. */
function placeholderIn(value: Record<string, unknown>): Placeholder | undefined {
  const entries = Object.entries(value);
  const [key = '', target] = entries[0] ?? [];
  const type = types.find((one) => key === `$${one}`);
  if (entries.length !== 1 || type === undefined) return undefined;
  if (typeof target !== 'string') throw new PlaceholderError(`${key}: expected a path`);
  return { type: type as Placeholder['type'], target };
}

/** Why a placeholder could not be filled in. */
export class PlaceholderError extends Error {
  override name = 'PlaceholderError';
}

/**
 * Fills in the placeholders of an entity.
 * @param read the text of a file; throws PlaceholderError
 * @throws PlaceholderError when a file is not there, or not of the form that is asked for
 *
 * Spec: Backstage, descriptor format: substitutions.
 */
export function fillPlaceholders(value: unknown, read: (placeholder: Placeholder) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => fillPlaceholders(one, read));
  if (!isRecord(value)) return value;
  const placeholder = placeholderIn(value);
  if (placeholder) return parsed(placeholder, read(placeholder));
  // Objects with other keys that begin with $ are data, such as JSON schemas.
  if (Object.keys(value).some((key) => key.startsWith('$'))) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fillPlaceholders(one, read)]));
}

function parsed({ type, target }: Placeholder, text: string): unknown {
  if (type === 'text') return text;
  try {
    if (type === 'json') return JSON.parse(text);
    const [document, ...others] = parseAllDocuments(text, { merge: false });
    if (!document || others.length > 0) throw new Error(`expected one document, found ${others.length + 1}`);
    if (document.errors[0]) throw document.errors[0];
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new PlaceholderError(`$${type}: ${target} is not ${type.toUpperCase()}: ${why}`, { cause: error });
  }
}
