import { parseAllDocuments } from 'yaml';
import { type Entity, isRecord } from './entity.ts';
import { refOf, stringifyEntityRef } from './ref.ts';

/** One document of a file of entities. */
export interface EntityDocument {
  /** Of its first line, from 1. */
  readonly line: number;
  /** What it holds; undefined when it cannot be read. */
  readonly value: Record<string, unknown> | undefined;
  /** Why it cannot be read. */
  readonly error?: string;
}

/**
 * Takes a file of entities apart: YAML documents, of which empty ones are left out.
 * Spec: Backstage, descriptor format; YAML 1.2, core schema, without merge keys.
 */
export function readEntityDocuments(text: string): EntityDocument[] {
  const starts = lineStarts(text);
  return [...parseAllDocuments(text, { merge: false })].flatMap((document): EntityDocument[] => {
    const [fault] = document.errors;
    const line = lineAt(starts, fault?.pos[0] ?? document.contents?.range?.[0] ?? document.range[0]);
    if (fault) return [{ line, value: undefined, error: fault.message.split('\n')[0] ?? fault.code }];
    try {
      const value: unknown = document.toJS({ maxAliasCount: aliasesMax });
      if (value === null || value === undefined) return [];
      if (isRecord(value)) return [{ line, value }];
      return [{ line, value: undefined, error: 'expected an object at the root of the document' }];
    } catch (error) {
      // An alias without its anchor, or more of them than a file has good reason for.
      return [{ line, value: undefined, error: error instanceof Error ? error.message : String(error) }];
    }
  });
}

/** Values that aliases of a document may stand for: they can be made to fill the memory. */
const aliasesMax = 100;

/** The reference of what may be no valid entity; undefined when it has no names. */
export function refOfDocument(value: Record<string, unknown>): string | undefined {
  const { kind, metadata } = value;
  if (typeof kind !== 'string' || !isRecord(metadata) || typeof metadata['name'] !== 'string')
    return undefined;
  const { namespace } = metadata;
  if (namespace !== undefined && typeof namespace !== 'string') return undefined;
  return stringifyEntityRef(refOf({ kind, metadata: metadata as Entity['metadata'] }));
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
