import type { Labels } from '@plinth/prometheus-model';

const encoder = new TextEncoder();

/** Makes the bytes and ranges that the head takes from labels that are texts. */
export class LabelEncoder {
  bytes = new Uint8Array(4096);
  ranges = new Int32Array(256);

  /** @returns how many labels there are; `bytes` and `ranges` hold them until the next call. */
  encode(labels: Labels): number {
    if (this.ranges.length < labels.size * 4) this.ranges = new Int32Array(labels.size * 8);
    let at = 0;
    let end = 0;
    for (const { name, value } of labels) {
      for (const text of [name, value]) {
        this.#reserve(end + text.length * 3);
        this.ranges[at++] = end;
        end += encoder.encodeInto(text, this.bytes.subarray(end)).written;
        this.ranges[at++] = end;
      }
    }
    return labels.size;
  }

  #reserve(size: number): void {
    if (size <= this.bytes.length) return;
    const larger = new Uint8Array(size * 2);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}
