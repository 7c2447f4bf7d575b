import { crc32 } from 'node:zlib';
import { CorruptBlockError } from './corrupt-block-error.ts';
import { type FileSystem, readWhole } from './file-system.ts';

/** JSON with a checksum of its content: `{"crc32": 123, "content": {...}}`. */
export function checkedJson(content: unknown): Uint8Array {
  const text = JSON.stringify(content);
  return new TextEncoder().encode(`{"crc32":${crc32(text)},"content":${text}}\n`);
}

/**
 * Reads what `checkedJson` made.
 * @param directory - that the file is in.
 * @throws CorruptBlockError when the content is not what was written; the file system's error when there is no file.
 */
export function readCheckedJson(files: FileSystem, directory: string, name: string): Record<string, unknown> {
  const bytes = readWhole(files, `${directory}/${name}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new CorruptBlockError(directory, name, 0, 'is no JSON', { cause });
  }
  const { crc32: expected, content } = recordOf(parsed);
  const found = crc32(JSON.stringify(content) ?? '');
  if (found !== expected) {
    throw new CorruptBlockError(directory, name, 0, `has CRC-32 ${found}, expected ${String(expected)}`);
  }
  return recordOf(content);
}

/** The fields of an object; none for anything else. */
export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
