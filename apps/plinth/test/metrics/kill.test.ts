import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@plinth/kernel';
import { readCredentials, ServerProcess } from '../faults/server-process.ts';
import { at, HttpsClient, listAt } from '../harness/https-client.ts';
import { until } from '../harness/until.ts';
import { ask } from './metrics-client.ts';
import { NumbersWriter } from './numbers-writer.ts';

const kills = Number(process.env['PLINTH_METRICS_KILLS'] ?? 3);
const writers = 4;
const stepMs = 100;

/** Every acknowledged sample is there, and after them at most the one that was not answered. */
async function check(writer: NumbersWriter, client: HttpsClient): Promise<void> {
  const query = `numbers{writer="${writer.name}"}[1h]`;
  const time = String((writer.timeOf(0) + 3_599_999) / 1000);
  const { status, text, json } = await ask(client, '/query', { query, time });
  equal(status, 200, text);
  const series = listAt(json, 'data', 'result');
  equal(series.length, writer.series.length);
  for (const one of series) {
    const values = listAt(one, 'values').map((point) => Number(at(point, 1)));
    deepEqual(
      values,
      Array.from(values, (_, i) => i + 1),
    );
    const more = values.length - writer.acknowledged;
    ok(more === 0 || more === 1, `${values.length} samples, ${writer.acknowledged} acknowledged`);
  }
}

test(`kill -9 at ${kills} random instants of ingest loses no acknowledged sample`, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-metrics-kill-'));
  const data = join(directory, 'data');
  // Newer than what a head takes that has just been written to, and never in the future.
  const startMs = systemClock.now() - 3_000_000;
  const all = Array.from({ length: writers }, (_, i) => new NumbersWriter(String(i), startMs, stepMs));
  let server = await ServerProcess.start(data);
  try {
    const readyMs: number[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const credentials = readCredentials(join(data, 'kubeconfig'));
      const clients = all.map(() => new HttpsClient(server.url, credentials));
      let writes = 0;
      const goal = randomInt(5, 400);
      const writing = Promise.all(
        all.map((writer, i) => writer.write(clients[i] ?? server.admin, () => void writes++)),
      );
      await Promise.race([until(`${goal} writes`, () => (writes >= goal ? true : undefined)), writing]);
      ok(writes >= goal, `the server went away after ${writes} writes: ${server.errors}`);
      await server.end('SIGKILL');
      await writing;
      for (const client of clients) client.close();
      server = await ServerProcess.start(data);
      readyMs.push(server.readyMs);
      for (const writer of all) await check(writer, server.admin);
      equal(server.errors, '');
    }
    const samples = all.reduce((sum, writer) => sum + writer.samples, 0);
    t.diagnostic(`${samples} acknowledged samples; ready again in ${readyMs.map(Math.round).join(', ')} ms`);
  } finally {
    await server.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});
