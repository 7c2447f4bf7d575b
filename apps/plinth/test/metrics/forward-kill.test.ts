import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@plinth/kernel';
import { readCredentials, ServerProcess } from '../faults/server-process.ts';
import { HttpsClient } from '../harness/https-client.ts';
import { until } from '../harness/until.ts';
import { condition, forward, onlyMetric } from './forward-client.ts';
import { NumbersWriter } from './numbers-writer.ts';
import { WriteReceiver } from './write-receiver.ts';

const kills = Number(process.env['PLINTH_FORWARD_KILLS'] ?? 2);
const writers = 4;
const stepMs = 10;

const labelsOf = ({ i, writer }: NumbersWriter['series'][number]): string =>
  `{__name__="numbers", i="${i}", writer="${writer}"}`;

/** Each acknowledged number arrived, and none overtook another when it first came. @returns how many came again */
function check(writer: NumbersWriter, receiver: WriteReceiver): number {
  let again = 0;
  for (const labels of writer.series.map(labelsOf)) {
    const values = receiver.samplesOf(labels).map((one) => Number(one.split(' ')[1]));
    const first = [...new Set(values)];
    again += values.length - first.length;
    deepEqual(
      first.slice(0, writer.acknowledged),
      Array.from({ length: writer.acknowledged }, (_, at) => at + 1),
      labels,
    );
  }
  return again;
}

/** Whether the last acknowledged number of each series is there. */
function hasArrived(writer: NumbersWriter, receiver: WriteReceiver): boolean {
  const wanted = `${writer.timeOf(writer.acknowledged)} ${writer.acknowledged}`;
  return writer.series.every((labels) => receiver.samplesOf(labelsOf(labels)).includes(wanted));
}

test(`kill -9 at ${kills} random instants, and a receiver that goes away: every acknowledged sample arrives`, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-forward-kill-'));
  const data = join(directory, 'data');
  const startMs = systemClock.now() - 3_000_000;
  const all = Array.from({ length: writers }, (_, i) => new NumbersWriter(String(i), startMs, stepMs));
  const receiver = await WriteReceiver.start();
  const { port } = receiver;
  let server = await ServerProcess.start(data);
  try {
    await forward(server.admin, 'killed', {
      url: receiver.url,
      writeRelabelConfigs: onlyMetric('numbers'),
      queueConfig: {
        minShards: 2,
        maxShards: 4,
        maxSamplesPerSend: 500,
        batchSendDeadline: '50ms',
        maxBackoff: '50ms',
      },
    });
    for (let kill = 0; kill < kills; kill++) {
      const credentials = readCredentials(join(data, 'kubeconfig'));
      const clients = all.map(() => new HttpsClient(server.url, credentials));
      let writes = 0;
      const goal = randomInt(50, 400);
      const writing = Promise.all(
        all.map((writer, i) => writer.write(clients[i] ?? server.admin, () => void writes++)),
      );
      const written = (count: number): Promise<unknown> =>
        Promise.race([until(`${count} writes`, () => (writes >= count ? true : undefined)), writing]);
      await written(randomInt(0, goal));
      // What it has taken it knows when it is back; the answers under way are lost.
      await receiver.close();
      await written(randomInt(0, goal));
      if (kill % 2 === 0) await receiver.listen(port);
      await written(goal);
      ok(writes >= goal, `the server went away after ${writes} writes: ${server.errors}`);
      await server.end('SIGKILL');
      await writing;
      for (const client of clients) client.close();
      if (kill % 2 === 1) await receiver.listen(port);
      server = await ServerProcess.start(data);
      equal(server.errors, '');
    }
    await until('the last samples', () => (all.every((one) => hasArrived(one, receiver)) ? true : undefined));
    // The cursor has got past them when nothing waits.
    await condition(server.admin, 'killed', 'Ready', 'Forwarding');
    const again = all.reduce((sum, writer) => sum + check(writer, receiver), 0);
    const samples = all.reduce((sum, writer) => sum + writer.samples, 0);
    t.diagnostic(
      `${samples} acknowledged samples arrived, ${again} of them more than once, over ${kills} kills`,
    );
  } finally {
    await server.end('SIGKILL');
    await receiver.close().catch(() => undefined);
    rmSync(directory, { recursive: true, force: true });
  }
});
