import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { chunkBytes } from '../src/limits.ts';
import { packState, unpackState } from '../src/state/state-packing.ts';

const state = (pad: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      version: 4,
      terraform_version: '1.11.4',
      serial: 3,
      lineage: 'l',
      resources: [{}],
      pad,
    }),
  );

test('a state comes back byte for byte, with the digests that clients compare', async () => {
  const bytes = state('é'.repeat(1_000));
  const packed = await packState(bytes);
  deepEqual(await unpackState(Buffer.concat(packed.chunks), bytes.length), bytes);
  equal(packed.md5, createHash('md5').update(bytes).digest('base64'));
  equal(packed.sha256, createHash('sha256').update(bytes).digest('hex'));
  deepEqual([packed.header.serial, packed.sizeBytes, packed.chunks.length], [3, bytes.length, 1]);
  ok((packed.chunks[0]?.length ?? 0) < 300, 'it is compressed');
});

test('a large state is kept in entries of a bounded size', async () => {
  const noise = createHash('shake256', { outputLength: 9 * chunkBytes })
    .update('noise')
    .digest('base64');
  const bytes = state(noise);
  const { chunks } = await packState(bytes);
  ok(chunks.length > 2 && chunks.every(({ length }) => length <= chunkBytes), String(chunks.length));
  deepEqual(await unpackState(Buffer.concat(chunks), 0), bytes);
});

test('what is no state is not packed', async () => {
  await rejects(packState(Buffer.from('{}')), {
    name: 'StateError',
    message: /^version: expected 4, found nothing/,
  });
});
