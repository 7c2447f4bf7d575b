import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compressSync, uncompressSync } from 'snappy';
import { compressSnappy, decompressSnappy, SnappyBlocks, SnappyError } from '../src/index.ts';

function codeOf(bytes: Uint8Array, sizeBytesMax: number): string {
  try {
    decompressSnappy(bytes, sizeBytesMax);
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof SnappyError);
    return error.code;
  }
}

test('a block as the specification writes it', () => {
  // A literal of 4 bytes and a copy of 6 from 4 before.
  const block = Uint8Array.of(10, 0x0c, 0x61, 0x62, 0x63, 0x64, 0x09, 0x04);
  assert.equal(Buffer.from(decompressSnappy(block, 10)).toString(), 'abcdabcdab');
});

test('the limit is that of the result, and the size that the block claims is enough to refuse it', () => {
  const zeros = new Uint8Array(1_000_000);
  const block = compressSnappy(zeros);
  assert.ok(block.length < 60_000);
  assert.equal(codeOf(block, 999_999), 'too_large');
  assert.equal(decompressSnappy(block, 1_000_000).length, 1_000_000);
  assert.equal(codeOf(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), 32 * 1024 * 1024), 'too_large');
});

test('a size that no block of this length can reach is refused before anything is allocated', () => {
  assert.equal(codeOf(Uint8Array.of(0x80, 0x80, 0x80, 0x08, 0x00), 32 * 1024 * 1024), 'malformed');
});

test('malformed blocks', () => {
  const good = compressSnappy(Buffer.from('hello hello hello hello'));
  assert.equal(codeOf(good.subarray(0, good.length - 1), 100), 'malformed');
  assert.equal(codeOf(new Uint8Array(), 100), 'malformed');
  assert.equal(codeOf(Uint8Array.of(0x80), 100), 'malformed');
  assert.equal(codeOf(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 2 ** 40), 'malformed');
  assert.equal(codeOf(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f), 2 ** 40), 'malformed');
  assert.equal(decompressSnappy(Uint8Array.of(0), 100).length, 0);
  assert.equal(codeOf(Uint8Array.of(0, 0, 0), 100), 'malformed');
});

test('the framed format is another one', () => {
  assert.equal(codeOf(Buffer.from('ff060000734e61507059', 'hex'), 1_000_000), 'malformed');
});

/** Bytes with repetitions near and far, so that blocks have copies of all kinds, also such that overlap. */
const repetitive = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.integer({ min: 1, max: 40 })), {
    maxLength: 60,
  })
  .map((parts) => Buffer.concat(parts.flatMap(([bytes, times]) => Array<Uint8Array>(times).fill(bytes))));

test('agrees with the native library, on good blocks and on damaged ones', () => {
  const blocks = new SnappyBlocks(1_000_000);
  const outcome = (decompress: () => Uint8Array | string): string => {
    try {
      return Buffer.from(decompress()).toString('base64');
    } catch {
      return 'refused';
    }
  };
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 });
  fc.assert(
    fc.property(repetitive, flips, (content, damage) => {
      const block = new Uint8Array(compressSync(content));
      assert.ok(Buffer.from(blocks.decompress(block)).equals(content));
      // Not in the size, which the library allocates before it looks further.
      for (const [at, value] of damage) block[Math.min(block.length - 1, 4 + (at % block.length))] = value;
      if (content.length > 0) {
        const native = outcome(() => uncompressSync(block));
        assert.equal(
          outcome(() => blocks.decompress(block)),
          native,
        );
      }
    }),
    { numRuns: 300 },
  );
});

test('blocks of more than a window, and literals of all lengths', () => {
  const blocks = new SnappyBlocks(1_000_000);
  for (const size of [1, 59, 60, 61, 255, 256, 257, 65_535, 65_536, 65_537, 300_000]) {
    const content = Uint8Array.from({ length: size }, (_, i) => (i * i * 2_654_435_761) >>> 24);
    assert.ok(Buffer.from(blocks.decompress(compressSnappy(content))).equals(content), String(size));
  }
  // A copy with an offset of four bytes, which the library never writes.
  const far = Uint8Array.of(8, 0x0c, 1, 2, 3, 4, 0x0f, 4, 0, 0, 0);
  assert.deepEqual([...blocks.decompress(far)], [1, 2, 3, 4, 1, 2, 3, 4]);
});
