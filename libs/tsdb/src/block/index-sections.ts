import { crc32 } from 'node:zlib';
import { CorruptBlockError } from './corrupt-block-error.ts';

/*
 * The index file: magic and version, five sections, and their table. Words have 32 bits, little-endian; sections begin at multiples of
 * four bytes, so that they are read in place.
 *
 *     magic | version | symbols | seriesOffsets | series | labels | postings | table | CRC-32 of the table
 *
 * The table has for each section its offset, length and CRC-32.
 */

/** Name of the index file in a block. */
export const indexFile = 'index';

/** Parts of the index, in order. */
export const sectionNames = ['symbols', 'seriesOffsets', 'series', 'labels', 'postings'] as const;

export type SectionName = (typeof sectionNames)[number];

const magic = 0x58495354;
const version = 1;
const headerWords = 2;
const entryWords = 3;
const tableBytes = (sectionNames.length * entryWords + 1) * 4;

/** Puts the sections together. */
export function joinSections(sections: Readonly<Record<SectionName, Uint8Array>>): Uint8Array {
  const sizes = sectionNames.map((name) => padded(sections[name].length));
  const bytes = new Uint8Array(headerWords * 4 + sizes.reduce((sum, size) => sum + size, 0) + tableBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, version, true);
  const tableAt = bytes.length - tableBytes;
  let at = headerWords * 4;
  for (const [i, name] of sectionNames.entries()) {
    const section = sections[name];
    bytes.set(section, at);
    const entry = [at, section.length, crc32(section)];
    for (const [j, word] of entry.entries()) view.setUint32(tableAt + (i * entryWords + j) * 4, word, true);
    at += padded(section.length);
  }
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(tableAt, bytes.length - 4)), true);
  return bytes;
}

function padded(size: number): number {
  return (size + 3) & ~3;
}

/**
 * Takes the sections apart, each checked.
 * @param block - directory of the block, for errors.
 * @throws CorruptBlockError that names the section and its offset.
 */
export function splitSections(
  block: string,
  bytes: Uint8Array<ArrayBuffer>,
): Record<SectionName, Uint8Array<ArrayBuffer>> {
  const tableAt = bytes.length - tableBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (tableAt < headerWords * 4 || view.getUint32(0, true) !== magic) {
    throw new CorruptBlockError(block, indexFile, 0, 'is no index');
  }
  const found = view.getUint32(4, true);
  if (found !== version) {
    throw new CorruptBlockError(block, indexFile, 4, `has version ${found}, expected ${version}`);
  }
  expectChecksum('table', tableAt, bytes.subarray(tableAt, -4), view.getUint32(bytes.length - 4, true));
  const sectionOf = (name: SectionName): Uint8Array<ArrayBuffer> => {
    const entryAt = tableAt + sectionNames.indexOf(name) * entryWords * 4;
    const from = view.getUint32(entryAt, true);
    const section = bytes.subarray(from, from + view.getUint32(entryAt + 4, true));
    expectChecksum(name, from, section, view.getUint32(entryAt + 8, true));
    return section;
  };
  return {
    symbols: sectionOf('symbols'),
    seriesOffsets: sectionOf('seriesOffsets'),
    series: sectionOf('series'),
    labels: sectionOf('labels'),
    postings: sectionOf('postings'),
  };

  function expectChecksum(part: string, at: number, content: Uint8Array, expected: number): void {
    const actual = crc32(content);
    if (actual === expected) return;
    throw new CorruptBlockError(block, indexFile, at, `${part} has CRC-32 ${actual}, expected ${expected}`);
  }
}

/** A section that is an array of words, in place. */
export function wordsOf(section: Uint8Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  return new Uint32Array(section.buffer, section.byteOffset, section.byteLength >>> 2);
}
