import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { Cluster } from './cluster.ts';
import { listOf } from './follower.ts';
import { describeLatency, measureWrites } from './latency.ts';
import { readCredentials } from './server-process.ts';
import { within } from './within.ts';

const path = '/api/v1/namespaces/default/configmaps';
const big = '/api/v1/namespaces/kube-system/configmaps';
const bigObjects = 10_000;
/** A request is served within this, whatever others do; far above what is measured, so that it tells waiting from starving. */
const starvedMs = 3_000;
/** The server lets a client take this long for a request, and looks every 30 s. */
const requestMsMax = 95_000;
const long = process.env['PLINTH_OVERLOAD_LONG'] === '1';

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
});
after(() => cluster.close());

test('a client that floods with big lists does not starve writes', async (t) => {
  await measureWrites(cluster.admin, { path: big, prefix: 'big', count: bigObjects, concurrency: 64 });
  const options = { path, count: 800, concurrency: 8 };
  const alone = await measureWrites(cluster.admin, { ...options, prefix: 'alone' });
  const flood = await Flood.start(cluster, 10);
  try {
    await within(20_000, 'the flood', () => flood.lists >= 5 || undefined);
    const before = flood.lists;
    const beside = await measureWrites(cluster.admin, { ...options, prefix: 'beside' });
    t.diagnostic(`without the flood: ${describeLatency(alone)}`);
    t.diagnostic(`beside ${flood.lists - before} lists of ${bigObjects}: ${describeLatency(beside)}`);
    assert.ok(beside.p99 < starvedMs, describeLatency(beside));
    await within(20_000, 'lists to go on, too', () => flood.lists > before || undefined);
    assert.deepEqual(flood.wrong, []);
  } finally {
    flood.end();
  }
});

test('requests whose bodies never come hold up nobody', async (t) => {
  const slow = await Promise.all(Array.from({ length: 1_100 }, () => SlowBody.open(cluster)));
  try {
    const beside = await measureWrites(cluster.admin, { path, prefix: 'loris', count: 300, concurrency: 8 });
    t.diagnostic(`beside ${slow.length} bodies that do not come: ${describeLatency(beside)}`);
    assert.ok(beside.p99 < starvedMs, describeLatency(beside));
    const { items } = await listOf(cluster, big);
    assert.ok(items.length >= bigObjects);
    if (long)
      await within(
        requestMsMax,
        'the slow to be cut off',
        () => slow.every((one) => one.closed) || undefined,
      );
  } finally {
    for (const one of slow) one.close();
  }
});

/** A child process that lists without an end. */
class Flood {
  readonly wrong: string[] = [];
  lists = 0;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(on: Cluster, atOnce: number): Promise<Flood> {
    const script = fileURLToPath(new URL('./list-flood-child.ts', import.meta.url));
    const kubeconfig = join(on.dataDirectory, 'kubeconfig');
    const child = spawn(process.execPath, [script, on.server.url, kubeconfig, big, String(atOnce)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
    const flood = new Flood(child);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter((one) => one !== '')) {
        flood.lists++;
        if (!/^200 \d{7,}$/.test(line)) flood.wrong.push(line);
      }
    });
    return flood;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}

/** A request that announces a body and sends one byte of it. */
class SlowBody {
  closed = false;
  readonly #socket: TLSSocket;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => (this.closed = true));
    socket.resume();
  }

  static open(on: Cluster): Promise<SlowBody> {
    const { ca, cert, key } = readCredentials(join(on.dataDirectory, 'kubeconfig'));
    const port = Number(new URL(on.server.url).port);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca, cert, key }, () => {
        socket.write(`POST ${path} HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\n`);
        socket.write('Content-Length: 1000\r\n\r\n{', () => resolve(new SlowBody(socket)));
      });
      socket.once('error', reject);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
