import type { WireReader } from '@plinth/protobuf-wire';

/** Whether the double that begins at an offset is the mark of staleness, whose bits are 0x7ff0000000000002. */
export function isStaleAt(bytes: Uint8Array, offset: number): boolean {
  return (
    bytes[offset + 7] === 0x7f &&
    bytes[offset + 6] === 0xf0 &&
    bytes[offset] === 0x02 &&
    bytes[offset + 1] === 0 &&
    bytes[offset + 2] === 0 &&
    bytes[offset + 3] === 0 &&
    bytes[offset + 4] === 0 &&
    bytes[offset + 5] === 0
  );
}

/** The fields of one sample; 1.0 and 2.0 have the same ones, but that 1.0 has no start timestamp. */
export class SampleFields {
  timestampMs = 0;
  value = 0;
  isStale = false;
  startTimestampMs = 0;

  /** Reads a `Sample` that follows its tag. */
  read(reader: WireReader): void {
    const outerEnd = reader.enter();
    this.timestampMs = 0;
    this.value = 0;
    this.isStale = false;
    this.startTimestampMs = 0;
    while (reader.position < reader.end) {
      const tag = reader.tag();
      if (tag === 0x09) {
        this.value = reader.double();
        this.isStale = Number.isNaN(this.value) && isStaleAt(reader.bytes, reader.position - 8);
      } else if (tag === 0x10) {
        this.timestampMs = reader.int64();
      } else if (tag === 0x18) {
        this.startTimestampMs = reader.int64();
      } else {
        reader.skip(tag, 0b110);
      }
    }
    reader.leave(outerEnd);
  }
}
