import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c } from '../src/crc32c.ts';
import {
  ChunkedFrames,
  type ChunkVisitor,
  decodeChunkedReadResponse,
  decodeReadResponse,
  encodeReadRequest,
  FrameError,
  labelsOfRanges,
} from '../src/index.ts';
import { label, message } from './message-writer.ts';
import { RecordedRequest } from './recorded-request.ts';

test('a read request has the fields of prompb/remote.proto', () => {
  const encoded = encodeReadRequest(
    [
      {
        startMs: 1000,
        endMs: 61_000,
        matchers: [
          { name: '__name__', operator: '=', value: 'up' },
          { name: 'job', operator: '!~', value: 'a.*' },
        ],
        hints: { stepMs: 15_000, rangeMs: 300_000, func: 'rate', grouping: ['job'], by: true },
      },
    ],
    ['streamed_xor_chunks', 'samples'],
  );
  const expected = message(
    [
      1,
      {
        message: [
          [1, { varint: 1000 }],
          [2, { varint: 61_000 }],
          [
            3,
            {
              message: [
                [2, { text: '__name__' }],
                [3, { text: 'up' }],
              ],
            },
          ],
          [
            3,
            {
              message: [
                [1, { varint: 3 }],
                [2, { text: 'job' }],
                [3, { text: 'a.*' }],
              ],
            },
          ],
          [
            4,
            {
              message: [
                [1, { varint: 15_000 }],
                [2, { text: 'rate' }],
                [3, { varint: 1000 }],
                [4, { varint: 61_000 }],
                [5, { text: 'job' }],
                [6, { varint: 1 }],
                [7, { varint: 300_000 }],
              ],
            },
          ],
        ],
      },
    ],
    [2, { varint: 1 }],
    [2, { varint: 0 }],
  );
  assert.deepEqual(encoded, new Uint8Array(expected));
});

test('the results of a response go to the visitors of their queries', () => {
  const series = (name: string, value: number) =>
    [
      1,
      {
        message: [
          label('__name__', name),
          [
            2,
            {
              message: [
                [1, { double: value }],
                [2, { varint: 5 }],
              ],
            },
          ],
        ],
      },
    ] as const;
  const bytes = message(
    [1, { message: [series('a', 1), series('b', 2)] }],
    [1, { message: [] }],
    [1, { message: [series('c', 3)] }],
  );
  const recorded = [new RecordedRequest(), new RecordedRequest(), new RecordedRequest()];
  decodeReadResponse(bytes, (query) => recorded[query] ?? assert.fail());
  assert.deepEqual(
    recorded.map(({ all }) => all.map(({ labels, samples }) => [labels, samples[0]?.value])),
    [
      [
        ['{__name__="a"}', 1],
        ['{__name__="b"}', 2],
      ],
      [],
      [['{__name__="c"}', 3]],
    ],
  );
});

function frame(body: Uint8Array): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32c(body));
  assert.ok(body.length < 128);
  return Buffer.concat([Uint8Array.of(body.length), checksum, body]);
}

test('crc32c: the values of RFC 3720', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe306_9283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a91_36aa);
});

test('a streamed response in pieces of any size', () => {
  const body = message(
    [
      1,
      {
        message: [
          label('__name__', 'a'),
          [
            2,
            {
              message: [
                [1, { varint: 10 }],
                [2, { varint: 20 }],
                [3, { varint: 1 }],
                [4, { text: 'data' }],
              ],
            },
          ],
          [2, { message: [[3, { varint: 3 }]] }],
        ],
      },
    ],
    [2, { varint: 4 }],
  );
  const stream = Buffer.concat([frame(body), frame(body), frame(new Uint8Array())]);
  for (const pieceSize of [1, 7, stream.length]) {
    const seen: unknown[] = [];
    const visitor: ChunkVisitor = {
      series: (query, bytes, found, count) =>
        seen.push(query, labelsOfRanges(bytes, found, count).toString()) > 0,
      chunk: (encoding, data, startMs, endMs) =>
        seen.push([encoding, Buffer.from(data).toString(), startMs, endMs]),
    };
    const frames = new ChunkedFrames(1000);
    for (let at = 0; at < stream.length; at += pieceSize) {
      for (const found of frames.push(stream.subarray(at, at + pieceSize)))
        decodeChunkedReadResponse(found, visitor);
    }
    frames.finish();
    const once = [4, '{__name__="a"}', ['xor', 'data', 10, 20], ['float_histogram', '', 0, 0]];
    assert.deepEqual(seen, [...once, ...once]);
  }
});

test('streams that are cut off, damaged or too large', () => {
  const good = frame(message(label('a', 'b')));
  const cut = new ChunkedFrames(100);
  cut.push(good.subarray(0, 8));
  assert.throws(() => cut.finish(), FrameError);
  const damaged = Buffer.from(good);
  damaged[8] = 0;
  assert.throws(() => new ChunkedFrames(100).push(damaged), FrameError);
  assert.throws(() => new ChunkedFrames(3).push(good), FrameError);
  assert.throws(
    () => new ChunkedFrames(1e12).push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)),
    FrameError,
  );
});
