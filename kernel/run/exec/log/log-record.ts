import { isUtf8 } from 'node:buffer';
import { isObject } from '../../../model/json.ts';
import type { OutputStream } from '../../../ports/processes.ts';

/** How an attempt at a step ended, as its log has it. */
export interface LogOutcome {
  readonly exitCode?: number;
  readonly signal?: string;
  readonly timedOut?: boolean;
  readonly cancelled?: boolean;
  /** Plinth was killed meanwhile. Written when the step begins anew. */
  readonly interrupted?: boolean;
  /** Why the program could not be run. */
  readonly message?: string;
}

/**
 * One line of a log. Times are milliseconds since the Unix epoch.
 *
 * - `start`: an attempt at the step begins.
 * - `output`: what the program printed, in order of arrival: whole lines where possible. Bytes that are not UTF-8 are
 *   in `base64` in place of `text`.
 * - `lost`: so many bytes of output are missing here, because the log could not be written.
 * - `end`: the attempt is over.
 */
export type LogRecord =
  | { readonly kind: 'start'; readonly atMs: number; readonly step: string; readonly attempt: number }
  | {
      readonly kind: 'output';
      readonly atMs: number;
      readonly stream: OutputStream;
      readonly text?: string;
      readonly base64?: string;
    }
  | { readonly kind: 'lost'; readonly atMs: number; readonly bytes: number }
  | ({ readonly kind: 'end'; readonly atMs: number } & LogOutcome);

/** A place in a log where nothing can be read any more: the middle of a long one, or a damaged line. */
export interface LogGap {
  readonly kind: 'gap';
  readonly bytes: number;
}

/** The record of some output. */
export function outputRecord(atMs: number, stream: OutputStream, bytes: Buffer): LogRecord {
  return isUtf8(bytes)
    ? { kind: 'output', atMs, stream, text: bytes.toString('utf8') }
    : { kind: 'output', atMs, stream, base64: bytes.toString('base64') };
}

/** The bytes of an `output` record. */
export function outputBytes(record: { readonly text?: string; readonly base64?: string }): Buffer {
  return record.base64 === undefined ? Buffer.from(record.text ?? '') : Buffer.from(record.base64, 'base64');
}

/** A record as its line. Line feeds within are escaped, so that a line feed is always the end of a record. */
export function recordLine(record: LogRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

/** The record of a line; undefined when the line is damaged. */
export function parseRecord(line: string): LogRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // The damage is what the caller is told.
  }
  return isObject(value) && isRecord(value) ? value : undefined;
}

function isRecord(value: Record<string, unknown>): value is Record<string, unknown> & LogRecord {
  if (typeof value['atMs'] !== 'number') return false;
  switch (value['kind']) {
    case 'start':
      return typeof value['step'] === 'string' && typeof value['attempt'] === 'number';
    case 'output':
      return (
        (value['stream'] === 'stdout' || value['stream'] === 'stderr') &&
        (typeof value['text'] === 'string' || typeof value['base64'] === 'string')
      );
    case 'lost':
      return typeof value['bytes'] === 'number';
    case 'end':
      return true;
    default:
      return false;
  }
}
