import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isObject } from '../../model/json.ts';
import { systemRandom } from '../../ports/random.ts';
import { restoreBackup } from '../restore.ts';
import { PairWriters, pairs } from './pair-writers.ts';
import { archiveOf, openPlane, place } from './plane.ts';

function numberOf(value: string | undefined): number {
  const parsed: unknown = JSON.parse(value ?? '{}');
  return isObject(parsed) ? Number(parsed['number'] ?? 0) : 0;
}

test('a backup under load holds one revision: no half commit, and nothing acknowledged before is missing', async (t) => {
  const plane = await openPlane();
  const { store } = plane;
  for (let i = 0; i < 20_000; i += 500) {
    await store.commit(
      Array.from({ length: 500 }, (_, k) => ({
        type: 'put' as const,
        key: `default/core/filler/n/${i + k}`,
        value: () => JSON.stringify({ text: 'x'.repeat(1_000) }),
      })),
    );
  }
  const writers = new PairWriters(store, 32);
  await writers.until(500);
  const before = new Map(writers.acknowledged);
  const [commitsBefore, startedAt] = [writers.commits, performance.now()];
  const held: { revision: number; list: string | undefined } = { revision: store.revision, list: undefined };
  held.list = JSON.stringify(store.list(pairs).objects);
  const dataDirectory = join(place(), 'data');
  const restored = await restoreBackup({
    source: archiveOf(plane, true),
    dataDirectory,
    random: systemRandom,
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const rate = (writers.commits - commitsBefore) / seconds;
  await writers.stop();
  assert.equal(restored.manifest.revision, held.revision, 'the revision of the moment when it was asked for');
  await plane.close();
  const again = await openPlane(dataDirectory);
  assert.equal(JSON.stringify(again.store.list(pairs).objects), held.list);
  const entries = await again.store.logs.read('default/audit', 0, 1_000_000);
  const last = new Map<number, number>();
  for (const { value } of entries) {
    const [writer = 0, number = 0] = value.split(' ').map(Number);
    assert.equal(number, (last.get(writer) ?? 0) + 1, 'no entry is missing');
    last.set(writer, number);
  }
  for (const [writer, number] of before) {
    const left = numberOf(again.store.get(`${pairs}n/${writer}-left`)?.value);
    const right = numberOf(again.store.get(`${pairs}n/${writer}-right`)?.value);
    assert.equal(left, right, `pair ${writer} is half there`);
    assert.ok(left >= number, `pair ${writer} was acknowledged at ${number} and is at ${left}`);
    assert.equal(last.get(writer), left, `the last entry of pair ${writer}`);
  }
  await again.close();
  assert.ok(rate > 100, `${rate} commits/s while it was backed up`);
  t.diagnostic(
    `${restored.manifest.objects} objects, ${restored.bytes} bytes in ${seconds.toFixed(1)} s with restore; ` +
      `${Math.round(rate)} commits of two objects per second meanwhile`,
  );
});
