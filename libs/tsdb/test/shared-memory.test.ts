import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { SampleBuffer } from '@plinth/prometheus-model';
import { beginChange, recordAt } from '../src/head/head-memory.ts';
import { HeadReader } from '../src/head/head-reader.ts';
import { PagePublisher } from '../src/head/page-publisher.ts';
import { type Database } from '../src/index.ts';
import { openDatabase, refOf, TemporaryDirectory } from './database-fixture.ts';

const stepMs = 15_000;
const queryThread = new URL('./query-thread.ts', import.meta.url);
const tailThread = new URL('./tail-thread.ts', import.meta.url);

async function startReader(
  database: Database,
  acknowledged: SharedArrayBuffer,
  script: URL,
): Promise<Worker> {
  const share = database.share();
  const worker = new Worker(script, {
    workerData: { share, acknowledged, stepMs },
    transferList: [share.port],
  });
  await once(worker, 'message');
  return worker;
}

test('threads that read while another one writes see whole samples, and all that were acknowledged', async () => {
  using directory = new TemporaryDirectory();
  // A tick counts as a second: memory is given back some ticks after its samples went to a block.
  const database = await openDatabase(directory.path, { windowMs: stepMs * 400 }, { queryMsMax: 4000 });
  const acknowledged = new SharedArrayBuffer(12);
  const counts = new Int32Array(acknowledged);
  const readers = [
    await startReader(database, acknowledged, queryThread),
    await startReader(database, acknowledged, queryThread),
  ];
  const answers = readers.map((worker) => once(worker, 'message'));
  const refs: { ref: number; i: number }[] = [];
  const addSeries = (i: number, begun: number): void => {
    refs.push({ ref: refOf(database, { __name__: 'm', begun: String(begun), i: String(i) }), i });
  };
  for (let i = 0; i < 20; i++) addSeries(i, 0);
  for (let k = 0; k < 6000; k++) {
    if (k % 50 === 0 && k > 0) addSeries(refs.length, k % 100 === 99 ? k + 1 : k);
    for (const { ref, i } of refs) {
      if (k % 100 === 99) database.appendStale(ref, k * stepMs);
      else database.append(ref, k * stepMs, i * 1e6 + k);
    }
    const committed = database.commit(k * stepMs);
    if (k % 100 === 50) await database.tick(k * 10);
    if (k % 20 === 0) {
      const { refusals } = await committed;
      assert.deepEqual(refusals, []);
      Atomics.store(counts, 1, k + 1);
      Atomics.store(counts, 0, refs.length);
    }
  }
  Atomics.store(counts, 2, 1);
  for (const [answer] of (await Promise.all(answers)) as [{ found?: string; reads: number }][]) {
    assert.equal(answer.found, undefined);
    assert.ok(answer.reads > 1000, `only ${answer.reads} reads`);
  }
  assert.ok(database.head.sealed.pageCount < 12, `${database.head.sealed.pageCount} pages are left`);
  await database.close();
});

test('samples that are read while their slot goes to another series are read again', async () => {
  using directory = new TemporaryDirectory();
  const database = await openDatabase(directory.path);
  const acknowledged = new SharedArrayBuffer(8);
  const counts = new Int32Array(acknowledged);
  const refs = [0, 1, 2].map((i) => refOf(database, { __name__: 'm', i: String(i) }));
  for (const [i, ref] of refs.entries()) database.append(ref, 0, i * 1e9);
  await database.commit(0);
  const worker = await startReader(database, acknowledged, tailThread);
  const answered = once(worker, 'message');
  for (let k = 1; k < 120_000; k++) {
    for (const [i, ref] of refs.entries()) database.append(ref, k, i * 1e9 + k);
    const committed = database.commit(k);
    Atomics.store(counts, 0, k);
    if (k % 7 === 0) database.head.releaseIdle(Infinity);
    if (k % 500 === 0) await committed;
  }
  Atomics.store(counts, 1, 1);
  const [answer] = (await answered) as [{ found?: string; reads: number }];
  assert.equal(answer.found, undefined);
  assert.ok(answer.reads > 1000, `only ${answer.reads} reads`);
  await database.close();
});

test('a record that is never whole again is reported, not waited for without end', () => {
  const publisher = new PagePublisher(() => undefined);
  publisher.allocate('series');
  beginChange(publisher.memory.recordsOf(0), recordAt(0));
  const reader = new HeadReader(publisher.memory, () => undefined);
  assert.throws(
    () => reader.read(0, publisher.memory.sealed, new SampleBuffer(), 0, 1),
    /has stopped in the middle/,
  );
});
