import { ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { telemetryCapability } from '@plinth/telemetry';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { forward, onlyMetric, removeForward } from './forward-client.ts';
import { remoteWrite, secondsNow, seriesOf } from './metrics-client.ts';
import { WriteReceiver } from './write-receiver.ts';

describe('threads that end while metrics are sent on', () => {
  let server: TestServer;
  let receiver: WriteReceiver;
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  before(async () => {
    process.on('worker', note);
    server = await startTestServer({ capabilities: [telemetryCapability] });
    receiver = await WriteReceiver.start();
  });
  after(async () => {
    process.off('worker', note);
    await server.close();
    await receiver.close();
  });

  test('whichever it is, all that was acknowledged arrives', async () => {
    const now = secondsNow() - 10_000;
    await forward(server.admin, 'steady', { url: receiver.url, writeRelabelConfigs: onlyMetric('steady') });
    let last = 0;
    const write = async (): Promise<void> => {
      await until('a write', async () => {
        const { status } = await remoteWrite(server.admin, [
          seriesOf('steady', {}, [[now + last + 1, last + 1]]),
        ]);
        return status === 204 ? true : undefined;
      });
      last++;
    };
    for (const thread of ['plinth-metrics-forward', 'plinth-metrics-writer', 'plinth-metrics-forward']) {
      for (let i = 0; i < 10; i++) await write();
      const worker = workers.findLast(({ threadName }) => threadName === thread);
      ok(worker, `there is no ${thread} among ${workers.map(({ threadName }) => threadName).join()}`);
      await worker.terminate();
      ok(server.faults.length > 0, 'the end is told of');
      for (let i = 0; i < 10; i++) await write();
      await until(`the last sample after the end of ${thread}`, () =>
        receiver.samplesOf('{__name__="steady"}').includes(`${now + last} ${last}`) ? true : undefined,
      );
      const values = new Set(
        receiver.samplesOf('{__name__="steady"}').map((one) => Number(one.split(' ')[1])),
      );
      ok(values.size === last, `${values.size} of ${last}`);
    }
    await removeForward(server.admin, 'steady');
  });

  test('the thread ends with the last forward', async () => {
    const threads = (): Worker[] =>
      workers.filter(({ threadName, threadId }) => threadName === 'plinth-metrics-forward' && threadId > 0);
    await until('it to end', () => (threads().length === 0 ? true : undefined));
  });
});
