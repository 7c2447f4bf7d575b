import { createHash, type Hash, hash } from 'node:crypto';
import { isObject } from '../model/json.ts';
import type { LogEntry } from '../store/port.ts';
import type { LoadedObject } from '../store/store-target.ts';
import { damaged } from './backup-error.ts';

/** SHA-256, 64 hexadecimal digits. */
export function sha256Of(content: Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/** An entry with the log that it is of. */
export interface LoggedEntry extends LogEntry {
  readonly log: string;
}

/** An object as a line: its value as text, or sealed in base64. */
export function objectLine({ key, revision, value }: LoadedObject): string {
  return typeof value === 'string'
    ? `${JSON.stringify({ key, revision, value })}\n`
    : `${JSON.stringify({ key, revision, sealed: Buffer.from(value).toString('base64') })}\n`;
}

/** An entry as a line. */
export function entryLine({ log, sequence, value, opening }: LoggedEntry): string {
  return `${JSON.stringify({ log, sequence, value, opening })}\n`;
}

/** @throws BackupError `backup.damaged` */
export function parseObjects(name: string, content: Uint8Array): LoadedObject[] {
  return linesOf(name, content).map((line, i) => {
    const { key, revision, value, sealed } = fieldsOf(name, i, line);
    const isText = typeof value === 'string' && sealed === undefined;
    const isSealed = value === undefined && typeof sealed === 'string';
    if (typeof key !== 'string' || !isRevision(revision) || (!isText && !isSealed)) {
      throw damaged(`${name}, line ${i + 1} is no object`);
    }
    return { key, revision, value: isText ? value : Buffer.from(String(sealed), 'base64') };
  });
}

/** @throws BackupError `backup.damaged` */
export function parseEntries(name: string, content: Uint8Array): LoggedEntry[] {
  return linesOf(name, content).map((line, i) => {
    const { log, sequence, value, opening } = fieldsOf(name, i, line);
    const hasOpening = typeof opening === 'string';
    if (typeof log !== 'string' || !isSequence(sequence) || typeof value !== 'string') {
      throw damaged(`${name}, line ${i + 1} is no entry`);
    }
    if (!hasOpening && opening !== undefined)
      throw damaged(`${name}, line ${i + 1} has an opening that is no text`);
    return hasOpening ? { log, sequence, value, opening } : { log, sequence, value };
  });
}

function linesOf(name: string, content: Uint8Array): string[] {
  const lines = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    .toString('utf8')
    .split('\n');
  if (lines.pop() !== '') throw damaged(`the last line of ${name} is cut off`);
  return lines;
}

function fieldsOf(name: string, index: number, line: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw damaged(`${name}, line ${index + 1} is not JSON`, error);
  }
  if (!isObject(value)) throw damaged(`${name}, line ${index + 1} is not an object`);
  return value;
}

function isRevision(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function isSequence(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/**
 * A digest over objects in the order of their revisions. Two stores with the same digest hold the same keys at the same
 * revisions with the same values.
 */
export class ObjectDigest {
  readonly #hash: Hash = createHash('sha256');
  #last = 0;
  count = 0;
  sealed = 0;

  /**
   * @param value absent for a sealed one: what it is sealed as differs each time
   * @throws BackupError `backup.damaged` when the revisions do not grow
   */
  add(key: string, revision: number, value: string | undefined): void {
    if (revision <= this.#last) throw damaged(`revision ${revision} of ${key} stands behind ${this.#last}`);
    this.#last = revision;
    this.count++;
    if (value === undefined) this.sealed++;
    this.#hash.update(`${JSON.stringify([key, revision, value ?? null])}\n`);
  }

  /** 64 hexadecimal digits; nothing can be added afterwards. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
