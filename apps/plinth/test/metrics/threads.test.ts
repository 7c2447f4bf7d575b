import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { telemetryCapability } from '@plinth/telemetry';
import { at, type HttpsClient } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { api, ask, remoteWrite, secondsNow, seriesOf, valueOf, written } from './metrics-client.ts';

describe('threads of metrics that end', () => {
  let server: TestServer;
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  const now = secondsNow();
  const root = '/clusters/acme';
  let tenant: HttpsClient;
  before(async () => {
    process.on('worker', note);
    server = await startTestServer({ capabilities: [telemetryCapability] });
    await written(server.admin, [seriesOf('kept', {}, [[now - 20_000, 1]])]);
    tenant = await tenantClient(server, (await makeTenant(server, 'acme')).uid);
    await written(tenant, [seriesOf('kept', {}, [[now - 20_000, 2]])], { root });
  });
  after(async () => {
    process.off('worker', note);
    tenant.close();
    await server.close();
    // Each end is told of, and nothing else is.
    ok(server.faults.length > 0);
  });

  test('whichever it is, metrics are served again soon, with all that was acknowledged', async () => {
    const names = ['plinth-metrics-query', 'plinth-metrics-writer', 'plinth-metrics-blocks'];
    for (const [i, thread] of names.entries()) {
      const worker = workers.findLast(({ threadName }) => threadName === thread);
      ok(worker, `there is no ${thread} among ${workers.map(({ threadName }) => threadName).join()}`);
      await worker.terminate();
      const name = `after_${i}`;
      await until(`a write after the end of ${thread}`, async () => {
        const { status } = await remoteWrite(server.admin, [seriesOf(name, {}, [[now, i]])]);
        ok(status === 204 || status >= 500, `${status}`);
        return status === 204 ? true : undefined;
      });
      await until(`an answer after the end of ${thread}`, async () => {
        const { status, headers, text } = await ask(server.admin, '/query', {
          query: name,
          time: String(now / 1000),
        });
        equal(headers['content-type'], 'application/json');
        if (status !== 200) match(text, /^\{"status":"error","errorType":"(?:unavailable|internal)"/);
        return status === 200 ? true : undefined;
      });
      equal(await valueOf(server.admin, name, { timeMs: now }), String(i));
      await until(`a deletion after the end of ${thread}`, async () => {
        const path = `${api('/admin/tsdb/delete_series')}?match[]=none`;
        const { status } = await server.admin.send('POST', path);
        ok(status === 204 || status >= 500, `${status}`);
        return status === 204 ? true : undefined;
      });
      equal(await valueOf(server.admin, 'kept', { timeMs: now }), '1');
      // Tenants share the threads.
      const sample = seriesOf('own', {}, [[now - 10_000 + i * 1_000, i]]);
      await until(`a write of the tenant after the end of ${thread}`, async () =>
        (await remoteWrite(tenant, [sample], { root })).status === 204 ? true : undefined,
      );
      await until(`an answer to the tenant after the end of ${thread}`, async () => {
        const query = { query: 'count_over_time(own[1m]) + on () kept', time: String(now / 1000) };
        const { status, json } = await ask(tenant, '/query', query, root);
        if (status !== 200) return undefined;
        equal(at(json, 'data', 'result', 0, 'value', 1), String(i + 3));
        return true;
      });
    }
    deepEqual(
      await Promise.all(names.map((_, i) => valueOf(server.admin, `after_${i}`, { timeMs: now }))),
      names.map((_, i) => String(i)),
    );
  });
});
