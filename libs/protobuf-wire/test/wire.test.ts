import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { WireError, WireReader, WireWriter } from '../src/index.ts';

const safeInteger = fc.maxSafeInteger();

test('reads what another implementation wrote', () => {
  const values = fc.record({
    u32: fc.nat({ max: 0xffff_ffff }),
    i32: fc.integer(),
    i64: safeInteger,
    double: fc.double(),
    float: fc.float(),
    text: fc.string({ unit: 'grapheme' }),
    flag: fc.boolean(),
  });
  fc.assert(
    fc.property(values, (value) => {
      const writer = new BinaryWriter();
      writer.uint32(value.u32).int32(value.i32).sint32(value.i32).int64(value.i64).sint64(value.i64);
      writer.double(value.double).float(value.float).string(value.text).bool(value.flag);
      writer.fixed32(value.u32).fixed64(Math.abs(value.i64)).sfixed64(value.i64);
      const reader = new WireReader(writer.finish());
      assert.equal(reader.uint32(), value.u32);
      assert.equal(reader.int32(), value.i32);
      assert.equal(reader.sint32(), value.i32);
      assert.equal(reader.int64(), value.i64 + 0);
      assert.equal(reader.sint64(), value.i64 + 0);
      assert.equal(reader.double(), value.double);
      assert.equal(reader.float(), value.float);
      assert.equal(reader.text(), value.text);
      assert.equal(reader.bool(), value.flag);
      assert.equal(reader.fixed32(), value.u32);
      assert.equal(reader.fixed64(), Math.abs(value.i64));
      assert.equal(reader.sfixed64(), value.i64 + 0);
      assert.equal(reader.atEnd, true);
    }),
  );
});

test('writes what another implementation reads', () => {
  const values = fc.record({
    u32: fc.nat({ max: 0xffff_ffff }),
    i64: safeInteger,
    double: fc.double(),
    text: fc.string({ unit: 'grapheme', maxLength: 300 }),
    deltas: fc.array(safeInteger, { maxLength: 40 }),
  });
  fc.assert(
    fc.property(values, (value) => {
      const writer = new WireWriter();
      const outer = writer.begin(1);
      writer.uint32(1, value.u32).int64(2, value.i64).sint64(3, value.i64).double(4, value.double);
      const inner = writer.begin(5);
      writer.text(1, value.text);
      writer.end(inner);
      writer.packedSint64(6, value.deltas);
      writer.end(outer);
      const reader = new BinaryReader(writer.finish());
      assert.deepEqual(reader.tag(), [1, WireType.LengthDelimited]);
      assert.equal(reader.uint32(), reader.len - reader.pos);
      reader.tag();
      assert.equal(reader.uint32(), value.u32);
      reader.tag();
      assert.equal(Number(reader.int64()), value.i64 + 0);
      reader.tag();
      assert.equal(Number(reader.sint64()), value.i64 + 0);
      reader.tag();
      assert.equal(reader.double(), value.double);
      assert.deepEqual(reader.tag(), [5, WireType.LengthDelimited]);
      reader.uint32();
      reader.tag();
      assert.equal(reader.string(), value.text);
      reader.tag();
      const end = reader.uint32() + reader.pos;
      const deltas: number[] = [];
      while (reader.pos < end) deltas.push(Number(reader.sint64()));
      assert.deepEqual(
        deltas,
        value.deltas.map((delta) => delta + 0),
      );
    }),
  );
});

test('nothing is lost where the buffer grows, wherever that is', () => {
  for (let filled = 0; filled < 300; filled++) {
    for (const text of ['', 'ü', 'x'.repeat(127), 'x'.repeat(128)]) {
      const writer = new WireWriter();
      writer.delimited(1, new Uint8Array(filled).fill(7));
      const outer = writer.begin(2);
      writer.text(3, text);
      writer.end(outer);
      const reader = new WireReader(writer.finish());
      reader.tag();
      assert.ok(reader.delimited().every((byte) => byte === 7));
      reader.tag();
      reader.enter();
      reader.tag();
      assert.equal(reader.text(), text, `after ${filled} bytes`);
    }
  }
});

test('64-bit integers at their limits become the nearest double', () => {
  const all = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
  assert.equal(new WireReader(all).int64(), -1);
  assert.equal(new WireReader(all).uint64(), 2 ** 64);
  assert.equal(new WireReader(all).sint64(), -(2 ** 63));
  assert.equal(new WireReader(all).uint32(), 0xffff_ffff);
  const minimum = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01);
  assert.equal(new WireReader(minimum).bigint64(), -(2n ** 63n));
  assert.equal(
    new WireReader(
      new WireWriter()
        .int64(1, 2 ** 53 - 1)
        .finish()
        .subarray(1),
    ).bigint64(),
    2n ** 53n - 1n,
  );
});

test('malformed bytes are refused with their offset', () => {
  const cases: [bytes: number[], read: (reader: WireReader) => unknown, reason: string, offset: number][] = [
    [[0x80], (reader) => reader.uint32(), 'a varint is cut off', 0],
    [Array<number>(11).fill(0x80), (reader) => reader.uint32(), 'a varint is longer than 10 bytes', 0],
    [Array<number>(11).fill(0xff), (reader) => reader.int64(), 'a varint is longer than 10 bytes', 0],
    [[1, 2, 3], (reader) => reader.double(), 'a 64-bit value is cut off', 0],
    [[5, 1, 2], (reader) => reader.delimited(), 'a length of 5, but 2 bytes are left', 0],
    [
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      (reader) => reader.enter(),
      'a length of 4294967295, but 0 bytes are left',
      0,
    ],
    [[0x02, 0], (reader) => reader.tag(), 'a field has the number 0', 0],
    [[0x0f], (reader) => reader.skip(reader.tag()), 'field 1 has the wire type 7', 1],
    [[0x0c], (reader) => reader.skip(reader.tag()), 'field 1 has the wire type 4', 1],
    [
      Array<number>(100).fill(0x0b),
      (reader) => reader.skip(reader.tag()),
      'groups are nested too deeply',
      65,
    ],
    [[0x08, 1], (reader) => reader.skip(reader.tag(), 0b10), 'wire type 0 for field 1', 1],
  ];
  for (const [bytes, read, reason, offset] of cases) {
    assert.throws(
      () => read(new WireReader(Uint8Array.from(bytes))),
      (error) => {
        assert.ok(error instanceof WireError);
        assert.deepEqual(
          [error.message, error.offset],
          [`malformed protobuf at byte ${offset}: ${reason}`, offset],
        );
        return true;
      },
    );
  }
});

test('unknown fields of every wire type are passed over', () => {
  const writer = new WireWriter();
  writer.uint32(1, 300).double(2, 1).text(3, 'three');
  const group = [0x23, 0x08, 0x01, 0x2b, 0x2c, 0x24];
  const bytes = Uint8Array.from([...writer.finish(), ...group, 0x2d, 1, 2, 3, 4]);
  const reader = new WireReader(bytes);
  for (let fields = 0; fields < 5; fields++) reader.skip(reader.tag());
  assert.equal(reader.atEnd, true);
});
