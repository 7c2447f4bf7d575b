import { deepEqual, equal, match } from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { changeForward, condition, counted, forward, onlyMetric } from './forward-client.ts';
import { histogramSeries, secondsNow, seriesOf, written } from './metrics-client.ts';

const version = spawnSync('prometheus', ['--version'], { encoding: 'utf8' });
const skip = version.status === 0 ? false : 'prometheus is not on the PATH';
/** Remote write 2.0 is known from 2.54 on; older ones find nothing in such a request, and take that. */
const [, major = 0, minor = 0] = (/version (\d+)\.(\d+)/.exec(version.stdout ?? '') ?? []).map(Number);
const knowsTwo = major > 2 || minor >= 54;

/** A Prometheus that takes remote write. @returns its address */
async function startPrometheus(folder: string): Promise<{ child: ChildProcess; url: string }> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'prometheus.yml'), '{}');
  const child = spawn('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
    '--web.enable-remote-write-receiver',
    '--enable-feature=native-histograms',
  ]);
  let url = '';
  let isReady = false;
  for await (const line of createInterface({ input: child.stderr })) {
    const address = /Listening on.*address=(127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (address !== undefined) url = `http://${address}`;
    isReady ||= line.includes('Server is ready to receive web requests');
    // They come in any order.
    if (isReady && url !== '') break;
  }
  child.stderr.resume();
  if (url === '') throw new Error('prometheus ended before it was ready');
  return { child, url };
}

/** What a Prometheus answers to an instant query, as `labels value`. */
async function ask(url: string, query: string, timeMs: number): Promise<readonly string[]> {
  const parameters = new URLSearchParams({ query, time: String(timeMs / 1000) });
  const response = await fetch(`${url}/api/v1/query?${parameters}`);
  const answer: unknown = await response.json();
  return listAt(answer, 'data', 'result')
    .map((one) => `${JSON.stringify(at(one, 'metric'))} ${textAt(one, 'value', 1)}`)
    .sort();
}

for (const messageVersion of ['V1.0', 'V2.0'] as const) {
  test(`a Prometheus takes what is sent on with ${messageVersion}`, { skip }, async (t) => {
    const server = await startTestServer({ capabilities: [telemetryCapability] });
    const { child, url } = await startPrometheus(join(server.directory, 'prometheus'));
    try {
      const now = secondsNow();
      await forward(server.admin, 'prometheus', {
        url: `${url}/api/v1/write`,
        messageVersion,
        sendNativeHistograms: true,
        metadataConfig: { sendInterval: '1s' },
        externalLabels: { from: 'plinth' },
        writeRelabelConfigs: onlyMetric('shop.*'),
      });
      const metadata = { type: 'counter', help: 'Orders.', unit: '' } as const;
      await written(server.admin, [
        { ...seriesOf('shop_total', { a: '1' }, [[now - 20_000, 1]]), metadata },
        seriesOf('shop_total', { a: 'ended' }, [[now - 20_000, 7]]),
        histogramSeries('shop_h', now),
      ]);
      await written(server.admin, [
        seriesOf('shop_total', { a: '1' }, [[now - 10_000, 2.5]]),
        seriesOf('shop_total', { a: 'ended' }, [[now - 10_000, 'stale']]),
      ]);
      if (messageVersion === 'V2.0' && !knowsTwo) {
        t.diagnostic(`prometheus ${major}.${minor} does not know 2.0: it is told so, and goes on with 1.0`);
        match(
          await condition(server.admin, 'prometheus', 'Ready', 'MessageVersionRefused'),
          /does not know 2\.0/,
        );
        await changeForward(server.admin, 'prometheus', { messageVersion: 'V1.0' });
      }
      const all = 'sum_over_time(shop_total[1m])';
      const expected = ['{"a":"1","from":"plinth"} 3.5', '{"a":"ended","from":"plinth"} 7'];
      await until('all samples', async () =>
        (await ask(url, all, now)).join() === expected.join() ? true : undefined,
      );
      // The mark ends the series at once.
      deepEqual(await ask(url, 'shop_total', now), ['{"__name__":"shop_total","a":"1","from":"plinth"} 2.5']);
      deepEqual(await ask(url, 'histogram_sum(shop_h)', now), ['{"from":"plinth"} 9.5']);
      // 2.0 has it with samples.
      if (messageVersion === 'V1.0') {
        await until('metadata to be taken', async () => {
          const count = await counted(server.admin, 'prometheus', 'metadata_total');
          return count !== undefined && count > 0 ? true : undefined;
        });
      }
      match(await condition(server.admin, 'prometheus', 'Complete', 'NothingLost'), /^True/);
      equal(await counted(server.admin, 'prometheus', 'samples_failed_total'), 0);
    } finally {
      await server.close();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
    deepEqual(server.faults, []);
  });
}
