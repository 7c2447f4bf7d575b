import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { test } from 'node:test';
import { receiveMessageOnPort, Worker } from 'node:worker_threads';
import { Matcher } from '@plinth/prometheus-model';
import { attachDatabase, type DatabaseReader } from '../src/index.ts';
import { ThreadError } from '../src/threads/request-channel.ts';
import { everything, samplesOf, TemporaryDirectory } from './database-fixture.ts';
import { WriterClient } from './writer-client.ts';

/** The threads of a program: one that writes, one that keeps blocks. */
class Threads implements AsyncDisposable {
  readonly client: WriterClient;
  readonly #workers: Worker[];

  constructor() {
    const requests = new MessageChannel();
    const blocks = new MessageChannel();
    this.client = new WriterClient(requests.port1);
    this.#workers = [
      new Worker(new URL('./writer-entry.ts', import.meta.url), {
        workerData: { port: requests.port2, blocks: blocks.port1 },
        transferList: [requests.port2, blocks.port1],
      }),
      new Worker(new URL('./block-entry.ts', import.meta.url), {
        workerData: { port: blocks.port2 },
        transferList: [blocks.port2],
      }),
    ];
  }

  async attach(database: string): Promise<DatabaseReader> {
    return attachDatabase(await this.client.share(database), {
      files: fs,
      receive: receiveMessageOnPort,
      onCorrupt: assert.fail,
    });
  }

  async write(database: string, text: string, nowMs: number): Promise<unknown> {
    const { committed, decoded } = await this.client.write(
      database,
      'lines',
      new TextEncoder().encode(text).buffer,
      nowMs,
    );
    assert.deepEqual(committed.refusals, []);
    return decoded;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect();
    for (const worker of this.#workers) await worker.terminate();
  }
}

test('one thread writes, one makes blocks, and this one reads both', { timeout: 60_000 }, async () => {
  using directory = new TemporaryDirectory();
  await using threads = new Threads();
  const { client } = threads;
  const options = { hashSeed: 1, limits: { windowMs: 100_000 }, queryMsMax: 0 };
  await client.open('one', `${directory.path}/one`, options);
  await client.open('two', `${directory.path}/two`, options);
  const reader = await threads.attach('one');
  assert.deepEqual(await threads.write('one', 'm 0 0 0\n', 0), { bytes: 8 });
  assert.deepEqual(samplesOf(reader, everything), { '{__name__="m", i="0"}': '0:0' });
  for (let second = 1; second < 420; second++) {
    const lines = ['a', 'b', 'c'].map((i) => `m ${i} ${second * 1000} ${second}\n`);
    await threads.write('one', lines.join(''), second * 1000);
  }
  const expected = samplesOf(reader, everything);
  assert.equal(Object.values(expected).join(' ').split(' ').length, 1 + 3 * 419);
  for (let k = 0; k < 3; k++) {
    await client.tick('one', k);
    assert.deepEqual(samplesOf(reader, everything), expected);
  }
  assert.deepEqual(
    fs.readdirSync(`${directory.path}/one/blocks`).length,
    2,
    'the list and one block of three windows',
  );
  const { series, refusals } = await client.stats('one');
  assert.deepEqual([series, refusals], [3, {}]);

  await client.deleteSeries('one', [new Matcher('i', '=', 'a')], 0, 1e9);
  assert.deepEqual(Object.keys(samplesOf(reader, everything)).length, 3);
  assert.deepEqual(samplesOf(await threads.attach('two'), everything), {});
  await client.snapshot('one', `${directory.path}/copy`);
  await client.open('copy', `${directory.path}/copy`, options);
  assert.deepEqual(samplesOf(await threads.attach('copy'), everything), samplesOf(reader, everything));
  await client.close('copy');
  await client.close('one');
});

test('a malformed body writes nothing, and errors reach the one who asked', { timeout: 60_000 }, async () => {
  using directory = new TemporaryDirectory();
  await using threads = new Threads();
  await threads.client.open('one', directory.path, { hashSeed: 1 });
  const reader = await threads.attach('one');
  const errorOf = (asked: Promise<unknown>): Promise<unknown> =>
    asked.then(
      () => 'no error',
      (error: unknown) => (error instanceof ThreadError ? [error.errorName, error.message] : error),
    );
  assert.deepEqual(await errorOf(threads.write('one', 'm 0 1 1\nm 0', 1)), [
    'SyntaxError',
    'line without an end',
  ]);
  assert.deepEqual(samplesOf(reader, everything), {});
  await threads.write('one', 'm 0 1 1\n', 1);
  assert.deepEqual(samplesOf(reader, everything), { '{__name__="m", i="0"}': '1:1' });
  assert.deepEqual(await errorOf(threads.write('none', '', 1)), ['Error', 'database none: is not open']);
  assert.deepEqual(await errorOf(threads.client.open('one', directory.path, { hashSeed: 1 })), [
    'Error',
    'database one: is open already',
  ]);
});
