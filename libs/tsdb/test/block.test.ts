import assert from 'node:assert/strict';
import fs from 'node:fs';
import { type TestContext, test } from 'node:test';
import { Labels, Matcher } from '@plinth/prometheus-model';
import fc from 'fast-check';
import { type BlockReader, openBlock } from '../src/block/block-reader.ts';
import { nameBlock, writeBlock } from '../src/block/block-writer.ts';
import { CorruptBlockError } from '../src/block/corrupt-block-error.ts';
import { PageCache } from '../src/block/page-cache.ts';
import { verifyBlock } from '../src/block/verify-block.ts';
import {
  metric,
  type Point,
  type Points,
  plain,
  pointsOf,
  readPoints,
  selectPoints,
  seriesOf,
  temporaryDirectory,
  unsyncedFiles,
} from './block-samples.ts';

const labelValue = fc.constantFrom('', 'a', 'b', 'ab', 'é', '\u{1f600}', '\uffff', 'x'.repeat(200));
const labels = fc
  .record(
    { __name__: fc.constantFrom('up', 'requests_total'), job: labelValue, 'http.method': labelValue },
    { noNullPrototype: true },
  )
  .map((record) => Labels.of(record));
const point: fc.Arbitrary<Point> = fc.oneof(
  { weight: 4, arbitrary: fc.nat(1000) },
  fc.double(),
  fc.nat(20).map((histogram) => ({ histogram })),
  fc.constant('stale' as const),
);
const series = fc.tuple(
  labels,
  fc.array(fc.tuple(fc.integer({ min: -50_000, max: 100_000 }), point), { maxLength: 40 }),
);
const allPoints: fc.Arbitrary<Points> = fc
  .array(series, { maxLength: 12 })
  .map((several) => pointsOf(...several));
const matcher = fc
  .tuple(
    fc.constantFrom('__name__', 'job', 'http.method', 'absent'),
    fc.constantFrom('=' as const, '!=' as const, '=~' as const, '!~' as const),
    fc.oneof(labelValue, fc.constantFrom('up', '.*', '.+', 'a|b', '', 'a|', 'a.*', 'requests.*')),
  )
  .map(([name, operator, value]) => new Matcher(name, operator, value));

function written(directory: string, points: Points, cacheBytes = 1 << 20): BlockReader | undefined {
  const block = writeBlock(unsyncedFiles, seriesOf(points), directory);
  if (!block) return undefined;
  fs.rmSync(`${directory}/block`, { recursive: true, force: true });
  nameBlock(unsyncedFiles, block, directory, 'block');
  return openBlock(unsyncedFiles, `${directory}/block`, new PageCache(cacheBytes));
}

test('selections agree with a search through all points', (t) => {
  const directory = temporaryDirectory(t);
  const instant = fc.integer({ min: -60_000, max: 110_000 });
  fc.assert(
    fc.property(
      allPoints,
      fc.array(matcher, { maxLength: 3 }),
      instant,
      instant,
      (points, matchers, one, other) => {
        const reader = written(directory, points);
        const stored = selectPoints(points, [], -Infinity, Infinity);
        assert.equal(reader === undefined, stored.size === 0);
        if (!reader) return;
        try {
          const selection = { matchers, startMs: Math.min(one, other), endMs: Math.max(one, other) };
          const expected = selectPoints(stored, matchers, selection.startMs, selection.endMs);
          const selected = reader.select(selection);
          assert.deepEqual(plain(readPoints(selected)), plain(expected));
          assert.deepEqual(plain(readPoints(reader.series())), plain(stored));
          const everything = { matchers, startMs: -Infinity, endMs: Infinity };
          const matching = [...selectPoints(stored, matchers, -Infinity, Infinity).values()].map(
            (s) => s.labels,
          );
          const names = new Set(matching.flatMap((each) => [...each].map(({ name }) => name)));
          assert.deepEqual(reader.labelNames(everything), [...names].sort());
          const jobs = new Set(matching.map((each) => each.get('job')).filter((value) => value !== ''));
          assert.deepEqual(new Set(reader.labelValues('job', everything)), jobs);
          verifyBlock(unsyncedFiles, reader.directory);
        } finally {
          reader.close();
        }
      },
    ),
    { numRuns: 150 },
  );
});

/** Enough for several pages and for chunks that go over their ends. */
function manyPoints(): Points {
  let state = 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return pointsOf(
    ...Array.from({ length: 60 }, (_, i) => {
      const points = Array.from({ length: 700 }, (_, j): [number, Point] => [j * 15_000, random()]);
      return [metric('load', { host: `host-${i}` }), points] as const;
    }),
  );
}

test('chunks that go over the end of a page are read, with hardly any memory for pages', (t) => {
  const points = manyPoints();
  const reader = written(temporaryDirectory(t), points, 1);
  assert.ok(reader);
  assert.ok(reader.meta.chunkBytes > 4 * 65_536);
  assert.deepEqual(plain(readPoints(reader.series())), plain(points));
  const one = [new Matcher('host', '=', 'host-33')];
  assert.equal(readPoints(reader.select({ matchers: one, startMs: 0, endMs: 15_000 })).size, 1);
  reader.close();
  assert.throws(() => readPoints(reader.series()), /after the block was closed/);
});

test('pages are held up to a bound, and the one used longest ago goes first', () => {
  const cache = new PageCache(30);
  const owner = {};
  const reads: number[] = [];
  const get = (index: number): void => {
    cache.get(owner, index, () => {
      reads.push(index);
      return new Uint8Array(10);
    });
  };
  for (const index of [1, 2, 3, 1, 4, 1, 2]) get(index);
  assert.deepEqual(reads, [1, 2, 3, 4, 2]);
  assert.equal(cache.sizeBytes, 30);
  cache.drop(owner);
  assert.equal(cache.sizeBytes, 0);
});

test('a block stays readable after its directory is removed', (t) => {
  const directory = temporaryDirectory(t);
  const points = manyPoints();
  const reader = written(directory, points);
  assert.ok(reader);
  fs.rmSync(`${directory}/block`, { recursive: true });
  assert.deepEqual(plain(readPoints(reader.series())), plain(points));
  reader.close();
});

test('series out of order are refused', (t) => {
  const [one, other] = [metric('a'), metric('b')];
  const source = seriesOf(pointsOf([one, [[1, 1]]], [other, [[1, 1]]]));
  assert.throws(
    () => writeBlock(unsyncedFiles, source.reverse(), temporaryDirectory(t)),
    /"a".* does not come after .*"b"/,
  );
});

/** Opens and reads all of a block; the points, or the place that is reported as broken. */
function readOrReport(directory: string): unknown {
  let reader: BlockReader | undefined;
  try {
    reader = openBlock(unsyncedFiles, directory);
    return plain(readPoints(reader.series()));
  } catch (error) {
    assert.ok(error instanceof CorruptBlockError, String(error));
    assert.equal(error.block, directory);
    return error;
  } finally {
    reader?.close();
  }
}

function tamper(
  t: TestContext,
  change: (bytes: Buffer, at: number) => Buffer,
): { found: number; harmless: number } {
  const directory = temporaryDirectory(t);
  const points = pointsOf(
    [
      metric('a', { job: 'x' }),
      [
        [0, 1],
        [15_000, 2],
        [30_000, 'stale'],
        [45_000, { histogram: 3 }],
      ],
    ],
    [
      metric('b', { job: 'y' }),
      [
        [0, 0.1 + 0.2],
        [15_000, -0],
        [30_000, Number.NaN],
      ],
    ],
  );
  const reader = written(directory, points);
  assert.ok(reader);
  reader.close();
  const block = `${directory}/block`;
  const expected = plain(points);
  assert.deepEqual(readOrReport(block), expected);
  let found = 0;
  let harmless = 0;
  for (const file of fs.readdirSync(block)) {
    const original = fs.readFileSync(`${block}/${file}`);
    for (let at = 0; at < original.length; at++) {
      fs.writeFileSync(`${block}/${file}`, change(Buffer.from(original), at));
      const result = readOrReport(block);
      if (result instanceof CorruptBlockError) {
        assert.equal(result.file, file, `byte ${at} of ${file}`);
        assert.throws(() => verifyBlock(unsyncedFiles, block), CorruptBlockError);
        found++;
      } else {
        assert.deepEqual(result, expected, `byte ${at} of ${file}`);
        harmless++;
      }
    }
    fs.writeFileSync(`${block}/${file}`, original);
  }
  return { found, harmless };
}

test('a byte that is changed is reported or harmless, never another sample', (t) => {
  const { found, harmless } = tamper(t, (bytes, at) => {
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
    return bytes;
  });
  assert.ok(found > 500, `${found} found`);
  // Padding between the sections of the index, and the end of a line.
  assert.ok(harmless < 20, `${harmless} harmless`);
});

test('a file that is cut off is reported or harmless', (t) => {
  const { found, harmless } = tamper(t, (bytes, at) => bytes.subarray(0, at));
  assert.ok(found > 500, `${found} found`);
  assert.ok(harmless < 3, `${harmless} harmless`);
});
