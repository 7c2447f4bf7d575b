import { isObject } from '../model/json.ts';
import { commitment } from './event.ts';

/** An opening as an export tells it: who acted, by the sequence of the entry that is committed to it. */
export interface ExportedOpening {
  readonly sequence: number;
  readonly actor: { readonly salt: string; readonly text: string };
}

/** The opening of an actor as a line of an export; undefined when an entry has none, or it is erased. */
export function exportOpening(sequence: number, opening: unknown): string | undefined {
  const actor = isObject(opening) ? opening['actor'] : undefined;
  if (!isObject(actor)) return undefined;
  const { salt, text } = actor;
  if (typeof salt !== 'string' || typeof text !== 'string') return undefined;
  return openingLine({ sequence, actor: { salt, text } });
}

/**
 * Checks a line of an export against the entry that it claims to open.
 * @param line without its newline
 * @param event the entry's text; undefined when the log has no such entry
 * @returns what is wrong; undefined when the line opens the entry
 */
export function openingProblem(
  line: string,
  event: (sequence: number) => string | undefined,
): string | undefined {
  const opening = parseOpening(line);
  if (!opening || openingLine(opening) !== line) return 'is not an opening as it was exported';
  const { sequence, actor } = opening;
  const text = event(sequence);
  if (text === undefined) return `opens entry ${sequence}, which the log does not have`;
  const entry: unknown = JSON.parse(text);
  const data = isObject(entry) ? entry['data'] : undefined;
  const committed = isObject(data) ? data['actor'] : undefined;
  if (committed === commitment(actor.salt, actor.text)) return undefined;
  return `does not open entry ${sequence}: the log is committed to somebody else`;
}

/** The sequence that a line claims; undefined when it is none. */
export function sequenceOfOpening(line: string): number | undefined {
  return parseOpening(line)?.sequence;
}

function parseOpening(line: string): ExportedOpening | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // The caller says that the line is no opening.
  }
  if (!isObject(value) || !isObject(value['actor'])) return undefined;
  const { sequence, actor } = value;
  const { salt, text } = actor;
  if (!Number.isSafeInteger(sequence) || typeof salt !== 'string' || typeof text !== 'string')
    return undefined;
  return { sequence: Number(sequence), actor: { salt, text } };
}

function openingLine({ sequence, actor: { salt, text } }: ExportedOpening): string {
  return JSON.stringify({ sequence, actor: { salt, text } });
}
