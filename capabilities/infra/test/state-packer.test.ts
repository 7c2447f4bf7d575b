import { deepEqual, equal, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@plinth/kernel';
import { packThreadBytes } from '../src/limits.ts';
import { StatePacker } from '../src/state/state-packer.ts';
import { packState, unpackState } from '../src/state/state-packing.ts';

const state = (serial: number, padBytes: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      version: 4,
      terraform_version: '1.11.4',
      serial,
      lineage: 'l',
      resources: [{}, {}],
      pad: 'é'.repeat(padBytes),
    }),
  );

test('large states are packed in a thread as they are here, several at once, and again later', async () => {
  const packer = new StatePacker(systemClock);
  for (const round of [0, 1]) {
    const states = [1, 2, 3].map((serial) => state(serial + round, packThreadBytes));
    const here = await Promise.all(states.map(packState));
    const there = await Promise.all(states.map(async (one) => await packer.pack(Buffer.from(one))));
    deepEqual(
      there.map(({ header, md5, sha256, sizeBytes }) => ({ header, md5, sha256, sizeBytes })),
      here.map(({ header, md5, sha256, sizeBytes }) => ({ header, md5, sha256, sizeBytes })),
    );
    const [first] = there;
    deepEqual(await unpackState(Buffer.concat(first?.chunks ?? []), 0), states[0]);
  }
});

test('small ones are packed at once, and what is no state is refused from both', async () => {
  const packer = new StatePacker(systemClock);
  equal((await packer.pack(state(7, 10))).header.serial, 7);
  const refusal = { name: 'StateError', message: /^version: expected 4, found nothing/ };
  await rejects(packer.pack(Buffer.from('{}')), refusal);
  await rejects(packer.pack(Buffer.from(JSON.stringify({ pad: 'x'.repeat(packThreadBytes) }))), refusal);
  equal((await packer.pack(state(8, packThreadBytes))).header.serial, 8);
});
