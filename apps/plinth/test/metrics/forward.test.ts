import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { condition, counted, forward, onlyMetric, removeForward } from './forward-client.ts';
import { histogramSeries, sampleHistogram, secondsNow, seriesOf, written } from './metrics-client.ts';
import { WriteReceiver } from './write-receiver.ts';

describe('metrics that are sent on', () => {
  let server: TestServer;
  let receiver: WriteReceiver;
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
    receiver = await WriteReceiver.start();
  });
  after(async () => {
    await server.close();
    await receiver.close();
    deepEqual(server.faults, []);
  });

  for (const version of ['V1.0', 'V2.0'] as const) {
    test(`${version}: floats, marks, histograms and metadata arrive as they came`, async () => {
      const now = secondsNow();
      const name = `sent_${version.slice(1, 2)}_total`;
      const forwardName = `all-${version.slice(1, 2)}`;
      await forward(server.admin, forwardName, {
        url: receiver.url,
        messageVersion: version,
        sendNativeHistograms: true,
        metadataConfig: { sendInterval: '50ms' },
        writeRelabelConfigs: [{ sourceLabels: ['__name__'], regex: `${name}.*`, action: 'keep' }],
      });
      const from = receiver.requests.length;
      const known = { type: 'counter', help: 'Requests.', unit: '' } as const;
      await written(server.admin, [
        { ...seriesOf(name, { job: 'a' }, [[now - 3_000, 1]]), metadata: known },
        seriesOf(name, { job: 'ended' }, [
          [now - 3_000, -0],
          [now - 2_000, 'stale'],
        ]),
        seriesOf(name, { job: 'odd' }, [
          [now - 3_000, Number.NaN],
          [now - 2_000, Number.NEGATIVE_INFINITY],
        ]),
        histogramSeries(`${name}_h`, now),
      ]);
      await written(server.admin, [
        { ...seriesOf(name, { job: 'a' }, [[now - 1_000, 2]]), metadata: known },
        seriesOf('else', {}, [[now, 1]]),
      ]);
      const series = (labels: string): readonly string[] =>
        receiver.samplesOf(`{__name__="${name}"${labels}}`);
      await until('all samples', () => (series(', job="a"').length === 2 ? true : undefined));
      deepEqual(series(', job="a"'), [`${now - 3_000} 1`, `${now - 1_000} 2`]);
      deepEqual(series(', job="ended"'), [`${now - 3_000} 0`, `${now - 2_000} stale`]);
      deepEqual(series(', job="odd"'), [`${now - 3_000} NaN`, `${now - 2_000} -Infinity`]);
      deepEqual(receiver.samplesOf(`{__name__="${name}_h"}`), [`${now} h5`]);
      deepEqual(receiver.samplesOf('{__name__="else"}'), []);
      const requests = receiver.requests.slice(from);
      deepEqual(
        requests.flatMap(({ histograms }) => histograms.map(({ fields }) => fields)),
        [sampleHistogram.fields],
      );
      const headers = requests[0]?.headers;
      deepEqual(
        ['user-agent', 'content-encoding', 'content-type', 'x-prometheus-remote-write-version'].map(
          (header) => headers?.[header],
        ),
        version === 'V1.0'
          ? ['Plinth/0.1.0', 'snappy', 'application/x-protobuf', '0.1.0']
          : [
              'Plinth/0.1.0',
              'snappy',
              'application/x-protobuf;proto=io.prometheus.write.v2.Request',
              '2.0.0',
            ],
      );
      let last = 4;
      await until('metadata', async () => {
        // 2.0 has it with samples, once the forward knows it.
        await written(server.admin, [seriesOf(name, { job: 'a' }, [[now + ++last, 3]])]);
        const told = receiver.requests.slice(from).flatMap(({ metadata }) => metadata);
        return told.includes(`${name} counter Requests. `) ? true : undefined;
      });
      ok(((await counted(server.admin, forwardName, 'samples_dropped_total', 'dropped_series')) ?? 0) > 0);
      equal(await counted(server.admin, forwardName, 'histograms_total'), 1);
      match(await condition(server.admin, forwardName, 'Ready', 'Forwarding'), /^True: /);
      match(await condition(server.admin, forwardName, 'Complete', 'NothingLost'), /^True: /);
      await removeForward(server.admin, forwardName);
    });
  }

  test('what comes while the receiver is away arrives when it is back, in order, also over a restart', async () => {
    const now = secondsNow();
    const away = await WriteReceiver.start();
    const { port, url } = away;
    const write = async (i: number): Promise<void> =>
      await written(server.admin, [seriesOf('away', {}, [[now - 1_000 + i, i]])]);
    const arrived = async (count: number): Promise<void> => {
      await until(`${count} samples`, () => {
        const last = away.samplesOf('{__name__="away"}').at(-1);
        return last === `${now - 1_000 + count} ${count}` ? true : undefined;
      });
      // Each at least once: after a restart some come again, as they came before.
      const times = away.samplesOf('{__name__="away"}').map((one) => Number(one.split(' ')[1]));
      deepEqual(
        [...new Set(times)],
        Array.from({ length: count }, (_, i) => i + 1),
      );
    };
    await forward(server.admin, 'away', { url, writeRelabelConfigs: onlyMetric('away') });
    await write(1);
    await arrived(1);
    await away.close();
    for (let i = 2; i <= 20; i++) await write(i);
    match(await condition(server.admin, 'away', 'Ready', 'Unreachable'), /connection refused$/);
    server = await server.restart();
    for (let i = 21; i <= 40; i++) await write(i);
    await away.listen(port);
    await arrived(40);
    match(await condition(server.admin, 'away', 'Ready', 'Forwarding'), /^True: /);
    match(await condition(server.admin, 'away', 'Complete', 'NothingLost'), /^True: /);
    await removeForward(server.admin, 'away');
    await away.close();
  });

  test('a receiver that is slow holds up neither writes nor other forwards', async () => {
    const now = secondsNow();
    const slow = await WriteReceiver.start();
    slow.always = 'silence';
    const queueConfig = {
      batchSendDeadline: '20ms',
      minShards: 1,
      maxShards: 1,
      capacity: 100,
      maxSamplesPerSend: 10,
    };
    await forward(server.admin, 'slow', {
      url: slow.url,
      queueConfig,
      metadataConfig: { send: false },
      writeRelabelConfigs: onlyMetric('flood'),
    });
    await forward(server.admin, 'fast', { url: receiver.url, writeRelabelConfigs: onlyMetric('flood') });
    const startedAt = performance.now();
    for (let i = 1; i <= 50; i++) {
      const series = Array.from({ length: 100 }, (_, j) =>
        seriesOf('flood', { j: String(j) }, [[now + i, i]]),
      );
      await written(server.admin, series);
    }
    const tookMs = performance.now() - startedAt;
    await until('all at the other receiver', () =>
      receiver.samplesOf('{__name__="flood", j="99"}').length === 50 ? true : undefined,
    );
    ok(tookMs < 10_000, `50 writes took ${Math.round(tookMs)} ms`);
    const pending = await until('the queue to be full', async () => {
      const count = await counted(server.admin, 'slow', 'samples_pending');
      return count !== undefined && count >= 100 ? count : undefined;
    });
    // What is beyond it stays on disk.
    ok(pending <= 200, `${pending} samples in memory`);
    ok(((await counted(server.admin, 'slow', 'log_bytes_pending')) ?? 0) > 10_000);
    equal(slow.requests.length, 1);
    await removeForward(server.admin, 'slow');
    await removeForward(server.admin, 'fast');
    await slow.close();
  });

  test('relabeling and external labels', async () => {
    const now = secondsNow();
    await forward(server.admin, 'relabeled', {
      url: receiver.url,
      externalLabels: { cluster: 'north', job: 'not this one' },
      headers: { 'X-Scope-OrgID': 'team-a' },
      writeRelabelConfigs: [
        ...onlyMetric('shop_.*'),
        { sourceLabels: ['instance'], regex: 'secret.*', action: 'drop' },
        { sourceLabels: ['cluster', 'job'], separator: '/', targetLabel: 'origin' },
        { regex: 'instance', action: 'labeldrop' },
      ],
    });
    await written(server.admin, [
      seriesOf('shop_a', { job: 'x', instance: 'one' }, [[now, 1]]),
      seriesOf('shop_b', { job: 'x', instance: 'secret-1' }, [[now, 2]]),
    ]);
    const labels = '{__name__="shop_a", cluster="north", job="x", origin="north/x"}';
    await until('the sample', () => (receiver.samplesOf(labels).length > 0 ? true : undefined));
    deepEqual(
      [...receiver.taken.keys()].filter((key) => key.includes('shop_b')),
      [],
    );
    equal(receiver.requests.at(-1)?.headers['x-scope-orgid'], 'team-a');
    await removeForward(server.admin, 'relabeled');
  });

  test('credentials come from a Secret, and are used as soon as they change', async () => {
    const now = secondsNow();
    await forward(server.admin, 'secretive', {
      url: receiver.url,
      authorization: { credentials: { name: 'receiver', key: 'token' } },
      writeRelabelConfigs: onlyMetric('secretive'),
    });
    match(await condition(server.admin, 'secretive', 'Ready', 'CredentialsInvalid'), /^False: .*receiver/);
    await written(server.admin, [seriesOf('secretive', {}, [[now, 1]])]);
    const secrets = '/api/v1/namespaces/default/secrets';
    const made = await server.admin.post(secrets, {
      metadata: { name: 'receiver' },
      stringData: { token: 'one' },
    });
    equal(made.status, 201, made.text);
    const labels = '{__name__="secretive"}';
    await until('what waited for the Secret', () =>
      receiver.samplesOf(labels).length === 1 ? true : undefined,
    );
    equal(receiver.requests.at(-1)?.headers.authorization, 'Bearer one');
    const patch = JSON.stringify({ stringData: { token: 'two' } });
    equal(
      (await server.admin.patch(`${secrets}/receiver`, patch, 'application/merge-patch+json')).status,
      200,
    );
    let i = 0;
    await until('the new token', async () => {
      await written(server.admin, [seriesOf('secretive', {}, [[now + ++i, 1]])]);
      return receiver.requests.at(-1)?.headers.authorization === 'Bearer two' ? true : undefined;
    });
    await removeForward(server.admin, 'secretive');
  });
});
