import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTilePath, verifyLog } from '../src/index.ts';
import { logOfSizes, type MemoryLog, valueOf } from './memory-log.ts';

/** The entry that the changed byte of a file belongs to, found out without the library's own search. */
function entryOfByte(path: string, original: Uint8Array, offset: number): number {
  const { level, index } = valueOf(parseTilePath(path));
  if (level !== 'entries') return (index * 256 + Math.floor(offset / 32)) * 256 ** level;
  let entry = index * 256;
  for (let at = 0; ; entry++) {
    at += 2 + Buffer.from(original).readUInt16BE(at);
    if (offset < at) return entry;
  }
}

/** Changes one byte, and expects that exactly this place is told. */
async function tamper(log: MemoryLog, path: string, offset: number, change: number): Promise<void> {
  const original = log.files.get(path);
  assert.ok(original);
  log.files.set(path, original.with(offset, (original[offset] ?? 0) ^ change));
  const verdict = await verifyLog({
    read: log.read,
    verifiers: [log.keys.verifier],
    present: log.files.keys(),
  });
  log.files.set(path, original);
  const place = `byte ${offset} of ${path}, xor ${change}`;
  assert.ok(!verdict.ok, `${place} was not noticed`);
  assert.equal(verdict.difference.path, path, `${place}: ${verdict.difference.message}`);
  if (verdict.difference.kind === 'superseded' || path === 'checkpoint') return;
  assert.equal(verdict.difference.entryIndex, entryOfByte(path, original, offset), place);
}

function placesOf(log: MemoryLog): { path: string; offset: number }[] {
  return [...log.files].flatMap(([path, bytes]) => Array.from(bytes, (_, offset) => ({ path, offset })));
}

test('every byte of every file of small logs', async () => {
  for (const sizes of [[0], [1], [2, 5], [1, 2, 3]]) {
    const log = logOfSizes(...sizes);
    for (const { path, offset } of placesOf(log)) await tamper(log, path, offset, 1 << (offset % 8));
  }
});

test('random bytes of larger logs, with the partial tiles that they left behind', async () => {
  for (const [sizes, count] of [
    [[255], 200],
    [[100, 256], 200],
    [[256, 257], 200],
    [[3, 200, 256, 300, 600], 500],
    [[700, 1100, 1800], 100],
  ] as const) {
    const log = logOfSizes(...sizes);
    const files = [...log.files.keys()];
    // By file first: else large bundles would take nearly all draws.
    const place = fc.constantFrom(...files).chain((path) =>
      fc.record({
        path: fc.constant(path),
        offset: fc.nat((log.files.get(path)?.byteLength ?? 1) - 1),
        change: fc.integer({ min: 1, max: 255 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(place, async ({ path, offset, change }) => await tamper(log, path, offset, change)),
      { numRuns: count },
    );
  }
});

test('random bytes of a log with three levels of tiles', async () => {
  const log = logOfSizes(65_700);
  const paths = [
    'checkpoint',
    'tile/2/000.p/1',
    'tile/1/000',
    'tile/0/077',
    'tile/entries/200',
    'tile/entries/256.p/164',
  ];
  for (const path of paths) await tamper(log, path, (log.files.get(path)?.byteLength ?? 1) >> 1, 0x10);
});

test('files cut, lengthened or exchanged', async () => {
  const log = logOfSizes(600, 1100);
  const expectNoticed = async (what: string): Promise<void> => {
    const verdict = await verifyLog({
      read: log.read,
      verifiers: [log.keys.verifier],
      present: log.files.keys(),
    });
    assert.ok(!verdict.ok, `${what} was not noticed`);
  };
  const files = [...log.files];
  for (const [position, [path, bytes]] of files.entries()) {
    for (const changed of [
      bytes.subarray(1),
      bytes.subarray(0, -1),
      new Uint8Array(0),
      Buffer.concat([bytes, Buffer.alloc(1)]),
    ]) {
      log.files.set(path, changed);
      await expectNoticed(`${path} of ${changed.byteLength} instead of ${bytes.byteLength} bytes`);
    }
    const [other = '', otherBytes = bytes] = files[(position + 1) % files.length] ?? [];
    log.files.set(path, otherBytes).set(other, bytes);
    await expectNoticed(`${path} exchanged with ${other}`);
    log.files.set(path, bytes).set(other, otherBytes);
  }
});
