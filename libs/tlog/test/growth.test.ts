import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  appendEntries,
  appendLeaves,
  edgeRoot,
  edgeTiles,
  emptyEdge,
  emptyRoot,
  formatEntryBundle,
  leafHash,
  parseEntryBundle,
  parseTilePath,
  restoreEdge,
  tilePath,
  tilesForGrowth,
  tilesOf,
} from '../src/index.ts';
import { DumbTree } from './dumb-tree.ts';
import { logOfSizes, MemoryLog, messageOf, someEntries, valueOf } from './memory-log.ts';

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** MTH(D[(n * 256 + i) * 256**l : (n * 256 + i + 1) * 256**l]) for each i, as C2SP tlog-tiles says. */
function dumbTile(tree: DumbTree, level: number, index: number, width: number): Buffer {
  return Buffer.concat(
    Array.from({ length: width }, (_, i) =>
      tree.mth((index * 256 + i) * 256 ** level, (index * 256 + i + 1) * 256 ** level),
    ),
  );
}

/** All files of a log against the definition. */
function checkFiles(log: MemoryLog, tree: DumbTree, entries: readonly Uint8Array[]): void {
  for (const tile of tilesOf(log.edge.size)) {
    const bytes = log.files.get(tilePath(tile));
    assert.ok(bytes, `${tilePath(tile)} was written`);
    if (tile.level === 'entries') {
      const held = valueOf(parseEntryBundle(bytes, tile.width)).map(hex);
      assert.deepEqual(held, entries.slice(tile.index * 256, tile.index * 256 + tile.width).map(hex));
    } else {
      assert.equal(hex(bytes), hex(dumbTile(tree, tile.level, tile.index, tile.width)), tilePath(tile));
    }
  }
}

test('one leaf at a time to 600: root, tiles and what a restart makes of them', () => {
  const entries = someEntries(600);
  const tree = new DumbTree(entries);
  const log = new MemoryLog();
  for (const [position, entry] of entries.entries()) {
    log.append([entry]);
    const size = position + 1;
    assert.equal(hex(edgeRoot(log.edge)), hex(tree.mth(0, size)), `root of size ${size}`);
    const stored = edgeTiles(size).map((tile) => log.files.get(tilePath(tile)) ?? new Uint8Array(0));
    const restored = valueOf(restoreEdge(size, stored));
    assert.deepEqual(restored.peaks.map(hex), log.edge.peaks.map(hex));
    assert.deepEqual(
      restored.partials.map(hex),
      log.edge.partials.map(hex).slice(0, restored.partials.length),
    );
  }
  checkFiles(log, tree, entries);
});

test('however entries are batched and wherever it restarts, the files are those of the definition', () => {
  const entries = someEntries(1200);
  const tree = new DumbTree(entries);
  const batches = fc.array(fc.oneof(fc.nat(3), fc.nat(300), fc.constantFrom(0, 1, 255, 256, 257, 512)), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(batches, fc.boolean(), (sizes, restarts) => {
      const log = new MemoryLog();
      for (const count of sizes) {
        const from = log.edge.size;
        const batch = entries.slice(from, from + count);
        const growth = appendLeaves(log.edge, batch.map(leafHash));
        const expected = [...tilesForGrowth(from, from + batch.length)].filter(
          ({ level }) => level !== 'entries',
        );
        assert.deepEqual(
          growth.tiles.map(({ tile }) => tilePath(tile)),
          expected.map(tilePath),
        );
        log.append(batch);
        if (!restarts) continue;
        const stored = edgeTiles(log.edge.size).map(
          (tile) => log.files.get(tilePath(tile)) ?? new Uint8Array(0),
        );
        log.edge = valueOf(restoreEdge(log.edge.size, stored));
      }
      assert.equal(hex(edgeRoot(log.edge)), hex(tree.mth(0, log.edge.size)));
      checkFiles(log, tree, entries);
    }),
    { numRuns: 100 },
  );
});

test('across 65,536 entries', () => {
  const entries = someEntries(66_100);
  const tree = new DumbTree(entries);
  const log = logOfSizes(65_279, 65_280, 65_535, 65_536, 65_537, 65_792, 66_100);
  for (const { size, root } of log.checkpoints)
    assert.equal(hex(root), hex(tree.mth(0, size)), `size ${size}`);
  checkFiles(log, tree, entries);
  for (const path of log.files.keys()) {
    if (path === 'checkpoint') continue;
    const { level, index, width } = valueOf(parseTilePath(path));
    if (level === 'entries') continue;
    assert.equal(
      hex(log.files.get(path)),
      hex(dumbTile(tree, level, index, width)),
      `${path}, also when superseded`,
    );
  }
});

test('the edge that was handed in stays as it was', () => {
  const leaves = someEntries(700).map(leafHash);
  const { edge } = appendLeaves(emptyEdge, leaves.slice(0, 300));
  const before = structuredClone(edge);
  const once = appendLeaves(edge, leaves.slice(300));
  assert.deepEqual(edge, before);
  const again = appendLeaves(edge, leaves.slice(300));
  assert.equal(hex(again.root), hex(once.root));
  assert.deepEqual(again.tiles, once.tiles);
  const single = appendLeaves(emptyEdge, leaves.slice(0, 1));
  leaves[0]?.fill(0);
  assert.equal(
    hex(edgeRoot(single.edge)),
    hex(leafHash(new Uint8Array(0))),
    'nor does it keep what it was given',
  );
});

test('nothing appended is nothing to write', () => {
  const nothing = appendLeaves(emptyEdge, []);
  assert.deepEqual(nothing.tiles, []);
  assert.equal(hex(nothing.root), hex(emptyRoot()));
  const { edge } = appendLeaves(emptyEdge, someEntries(300).map(leafHash));
  assert.deepEqual(appendLeaves(edge, []).tiles, []);
  assert.equal(edgeTiles(0).length, 0);
  assert.equal(valueOf(restoreEdge(0, [])).size, 0);
});

test('refuses tiles that are not those of the edge, and leaves that are no hashes', () => {
  assert.match(
    messageOf(restoreEdge(257, [new Uint8Array(32)])),
    /1 tiles for a tree of size 257, expected 2/,
  );
  assert.match(
    messageOf(restoreEdge(257, [new Uint8Array(31), new Uint8Array(32)])),
    /tile\/0\/001\.p\/1 has 31 bytes, expected 32/,
  );
  assert.throws(() => appendLeaves(emptyEdge, [new Uint8Array(33)]), /33 bytes, expected 32/);
});

test('entries come back out of a bundle, and other bytes are refused', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 256 }), (entries) => {
      const bytes = valueOf(formatEntryBundle(entries));
      assert.deepEqual(valueOf(parseEntryBundle(bytes, entries.length)).map(hex), entries.map(hex));
      assert.match(messageOf(parseEntryBundle(bytes, entries.length + 1)), /it ends at byte/);
      assert.ok(!parseEntryBundle(Buffer.concat([bytes, Buffer.of(0)]), entries.length).ok);
      if (bytes.byteLength > 0) {
        assert.match(messageOf(parseEntryBundle(bytes.subarray(0, -1), entries.length)), /it ends at byte/);
      }
    }),
  );
  // The uint16 is big-endian.
  assert.equal(hex(valueOf(formatEntryBundle([Buffer.alloc(258, 1)]))).slice(0, 6), '010201');
  assert.equal(hex(valueOf(formatEntryBundle([Buffer.from('ab'), Buffer.from('')]))), '000261620000');
});

test('an entry of 65,535 bytes fits, one more does not', () => {
  const largest = Buffer.alloc(65_535, 1);
  assert.deepEqual(valueOf(parseEntryBundle(valueOf(formatEntryBundle([largest])), 1)).map(hex), [
    hex(largest),
  ]);
  assert.match(
    messageOf(appendEntries({ size: 0, bytes: new Uint8Array(0) }, [Buffer.alloc(1), Buffer.alloc(65_536)])),
    /entry 1 has 65536 bytes, at most 65535 fit/,
  );
  assert.equal(hex(leafHash(Buffer.alloc(65_536))), hex(new DumbTree([Buffer.alloc(65_536)]).mth(0, 1)));
});
