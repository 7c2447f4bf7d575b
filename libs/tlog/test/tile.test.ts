import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  edgeTiles,
  expectedPaths,
  parseTilePath,
  type Tile,
  tilePath,
  tilesForGrowth,
  tilesOf,
  tileWidth,
} from '../src/index.ts';
import { messageOf, valueOf } from './memory-log.ts';

test('paths of the specification', () => {
  const cases: ReadonlyArray<readonly [string, Tile]> = [
    ['tile/0/000', { level: 0, index: 0, width: 256 }],
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/4/001.p/5', { level: 4, index: 1, width: 5 }],
    ['tile/5/x123/x456/078.p/2', { level: 5, index: 123_456_078, width: 2 }],
    ['tile/entries/x003/x057/500', { level: 'entries', index: 3_057_500, width: 256 }],
    ['tile/entries/999.p/255', { level: 'entries', index: 999, width: 255 }],
    ['tile/63/x001/000.p/1', { level: 63, index: 1000, width: 1 }],
    ['tile/0/x009/x007/x199/x254/x740/991', { level: 0, index: Number.MAX_SAFE_INTEGER, width: 256 }],
  ];
  for (const [path, tile] of cases) {
    assert.equal(tilePath(tile), path);
    assert.deepEqual(valueOf(parseTilePath(path)), tile);
  }
});

test('refuses what is no path of a tile', () => {
  for (const path of [
    '',
    'checkpoint',
    'tile/0',
    'tile/0/',
    'tile/0/0',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/123/456',
    'tile/3/5/123/456/078',
    'tile/-1/000',
    'tile/00/000',
    'tile/01/000',
    'tile/64/000',
    'tile/100/000',
    'tile/data/000',
    'tile/0/x000/001',
    'tile/0/x000/x000/001',
    'tile/0/x001',
    'tile/0/000.p/0',
    'tile/0/000.p/01',
    'tile/0/000.p/256',
    'tile/0/000.p/999',
    'tile/0/000.p/',
    'tile/0/000.p',
    'tile/0/000.P/1',
    'tile/0/000.p/1/',
    '/tile/0/000',
    'tile/0/000\n',
    'tile/0/../000',
    'tile/0/x00１/000',
    'tile/0/x009/x007/x199/x254/x740/992',
    `tile/0/${'x999/'.repeat(40)}999`,
  ]) {
    assert.match(messageOf(parseTilePath(path)), /tile path/, path);
  }
  for (const tile of [
    { level: 64, index: 0, width: 1 },
    { level: -1, index: 0, width: 1 },
    { level: 0.5, index: 0, width: 1 },
    { level: 0, index: -1, width: 1 },
    { level: 0, index: 2 ** 53, width: 1 },
    { level: 0, index: 0, width: 0 },
    { level: 0, index: 0, width: 257 },
  ]) {
    assert.throws(() => tilePath(tile), RangeError);
  }
});

test('every tile has one path', () => {
  const tiles = fc.record({
    level: fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const)),
    index: fc.maxSafeNat(),
    width: fc.integer({ min: 1, max: 256 }),
  });
  fc.assert(
    fc.property(tiles, (tile) =>
      assert.deepEqual({ ...valueOf(parseTilePath(tilePath(tile))) }, { ...tile }),
    ),
  );
});

test('the sizes that the specification names', () => {
  const count = (tiles: readonly Tile[], level: Tile['level'], isFull: boolean): number =>
    tiles.filter((tile) => tile.level === level && (tile.width === 256) === isFull).length;
  const tiles = [...tilesOf(70_000)];
  assert.deepEqual(
    [0, 1, 2].map((level) => [count(tiles, level, true), count(tiles, level, false)]),
    [
      [273, 1],
      [1, 1],
      [0, 1],
    ],
  );
  assert.equal(tiles.filter(({ level }) => level === 'entries').length, 274);
  assert.deepEqual(edgeTiles(70_000), [
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ]);
  assert.deepEqual(
    [...expectedPaths(256)],
    ['checkpoint', 'tile/entries/000', 'tile/0/000', 'tile/1/000.p/1'],
  );
  assert.deepEqual([...expectedPaths(0)], ['checkpoint']);
  assert.deepEqual(edgeTiles(65_536), [{ level: 2, index: 0, width: 1 }]);
});

/** The paths of a size, from the specification's sentences alone. */
function dumbPaths(size: number): Set<string> {
  const paths = new Set<string>();
  for (let level = 0; level < 7; level++) {
    const hashes = Number(BigInt(size) / 256n ** BigInt(level));
    for (let first = 0; first < hashes; first += 256) {
      const width = Math.min(256, hashes - first);
      const suffix = width === 256 ? '' : `.p/${width}`;
      const digits = String(first / 256).padStart(9, '0');
      const groups = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)];
      while (groups.length > 1 && groups[0] === '000') groups.shift();
      const index = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
      paths.add(`tile/${level}/${index}${suffix}`);
      if (level === 0) paths.add(`tile/entries/${index}${suffix}`);
    }
  }
  return paths;
}

test('the tiles of a size, and those of a growth, are those of the definition', () => {
  const sizes = fc.oneof(
    fc.nat(1000),
    fc.nat(200_000),
    fc.constantFrom(255, 256, 257, 65_535, 65_536, 65_537, 131_072, 196_608),
  );
  const check = (from: number, to: number): void => {
    const [before, after] = [dumbPaths(from), dumbPaths(to)];
    const written = [...tilesForGrowth(from, to)].map(tilePath);
    assert.deepEqual(new Set(written), after.difference(before));
    assert.equal(new Set(written).size, written.length, 'no tile twice');
    for (const tile of tilesForGrowth(from, to)) {
      assert.equal(tileWidth(to, tile.level, tile.index), tile.width);
      assert.equal(tileWidth(to, tile.level, tile.index + 100_000), 0);
    }
  };
  for (let size = 0; size <= 600; size++) {
    assert.deepEqual(new Set([...tilesOf(size)].map(tilePath)), dumbPaths(size));
    check(size, size + 1);
    check(size, size);
  }
  fc.assert(
    fc.property(sizes, sizes, (a, b) => check(Math.min(a, b), Math.max(a, b))),
    { numRuns: 150 },
  );
});

test('a growth at 2^53 is counted without its past', () => {
  const to = Number.MAX_SAFE_INTEGER;
  const written = [...tilesForGrowth(to - 1, to)].map(tilePath);
  assert.deepEqual(written, [
    'tile/entries/x035/x184/x372/x088/831.p/255',
    'tile/0/x035/x184/x372/x088/831.p/255',
  ]);
  assert.equal(edgeTiles(to).length, 7);
  assert.throws(() => [...tilesForGrowth(2, 1)], /size 2 cannot grow to 1/);
  assert.throws(() => [...tilesOf(-1)], RangeError);
});
