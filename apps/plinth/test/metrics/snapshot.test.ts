import { deepEqual, equal, match } from 'node:assert/strict';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { textAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { api, refusalOf, secondsNow, seriesOf, valuesOf, written } from './metrics-client.ts';

describe('a snapshot of metrics', () => {
  let server: TestServer;
  const now = secondsNow();
  const path = api('/admin/tsdb/snapshot');
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  /** The directory of snapshots. */
  function snapshots(): string {
    const found = readdirSync(join(server.directory, 'data'), { recursive: true, encoding: 'utf8' });
    const place = found.find((name) => name.endsWith('metrics-snapshots'));
    if (place === undefined) throw new Error('there are no snapshots');
    return join(server.directory, 'data', place);
  }

  test('can be put in the place of the metrics', async () => {
    await written(server.admin, [seriesOf('kept', {}, [[now - 2_000, 1]])]);
    const from = server.kernel.store.logs.end('default/audit');
    const made = await server.admin.send('POST', path);
    equal(made.status, 200, made.text);
    const entries = await server.kernel.store.logs.read('default/audit', from, 10);
    const acts = entries.map(({ value }) => JSON.parse(value)).filter(({ type }) => type.endsWith('acted'));
    deepEqual(
      acts.map(({ subject, data }) => [subject, data.action, data.resource]),
      [[path, 'create', 'metrics/snapshots.telemetry.plinth.dev']],
    );
    const name = textAt(made.json, 'data', 'name');
    match(name, /^\d{8}T\d{6}Z-[0-9a-f]{16}$/);
    await written(server.admin, [seriesOf('kept', {}, [[now - 1_000, 2]])]);
    deepEqual(Object.values(await valuesOf(server.admin, 'kept', { timeMs: now })), ['2']);
    const directory = snapshots();
    const metrics = join(dirname(directory), 'metrics');
    server = await server.restart(() => {
      rmSync(metrics, { recursive: true });
      renameSync(join(directory, name), metrics);
    });
    deepEqual(Object.values(await valuesOf(server.admin, 'kept', { timeMs: now })), ['1']);
  });

  test('may leave out what is not in blocks; bad parameters and too many are refused', async () => {
    equal((await server.admin.send('PUT', `${path}?skip_head=true`)).status, 200);
    match(
      refusalOf(await server.admin.send('POST', `${path}?skip_head=maybe`)),
      /^400 bad_data: invalid parameter "skip_head"/,
    );
    for (let i = readdirSync(snapshots()).length; i < 16; i++) {
      equal((await server.admin.send('POST', path)).status, 200);
    }
    const refused = await server.admin.send('POST', path);
    equal(refused.status, 507);
    match(refused.text, /there are 16 snapshots already; move or delete/);
  });

  test('is not there for tenants, nor for those who only write', async () => {
    const { uid } = await makeTenant(server, 'shop', {});
    const client = await tenantClient(server, uid);
    const refused = await client.send('POST', api('/admin/tsdb/snapshot', '/clusters/shop'));
    equal(refused.status, 404, refused.text);
    client.close();
    equal((await server.as('somebody').send('POST', path)).status, 403);
  });
});
