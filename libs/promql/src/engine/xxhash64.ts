const mask = (1n << 64n) - 1n;
const prime1 = 11400714785074694791n;
const prime2 = 14029467366897019727n;
const prime3 = 1609587929392839161n;
const prime4 = 9650029242287828579n;
const prime5 = 2870177450012600261n;

/** Spec: xxHash, XXH64 with seed 0. */
export function xxhash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash = prime5;
  if (bytes.length >= 32) {
    const lanes = [wrapped(prime1 + prime2), prime2, 0n, wrapped(-prime1)];
    for (; at + 32 <= bytes.length; at += 32) {
      for (const [i, lane] of lanes.entries()) {
        lanes[i] = round(lane, view.getBigUint64(at + i * 8, true));
      }
    }
    const [one = 0n, two = 0n, three = 0n, four = 0n] = lanes;
    hash = rotated(one, 1n) + rotated(two, 7n) + rotated(three, 12n) + rotated(four, 18n);
    for (const lane of lanes) hash = wrapped((hash ^ round(0n, lane)) * prime1 + prime4);
  }
  hash = wrapped(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) {
    const mixed = hash ^ round(0n, view.getBigUint64(at, true));
    hash = wrapped(rotated(mixed, 27n) * prime1 + prime4);
  }
  if (at + 4 <= bytes.length) {
    const mixed = hash ^ wrapped(BigInt(view.getUint32(at, true)) * prime1);
    hash = wrapped(rotated(mixed, 23n) * prime2 + prime3);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    const mixed = hash ^ wrapped(BigInt(bytes[at] ?? 0) * prime5);
    hash = wrapped(rotated(mixed, 11n) * prime1);
  }
  hash = wrapped((hash ^ (hash >> 33n)) * prime2);
  hash = wrapped((hash ^ (hash >> 29n)) * prime3);
  return hash ^ (hash >> 32n);
}

function round(lane: bigint, input: bigint): bigint {
  return wrapped(rotated(wrapped(lane + input * prime2), 31n) * prime1);
}

function rotated(value: bigint, bits: bigint): bigint {
  const whole = wrapped(value);
  return wrapped((whole << bits) | (whole >> (64n - bits)));
}

function wrapped(value: bigint): bigint {
  return value & mask;
}
