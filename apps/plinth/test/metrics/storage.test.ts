import { deepEqual, equal, match } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { hastyClock } from './hasty-clock.ts';
import { remoteWrite, secondsNow, seriesOf, valuesOf, written } from './metrics-client.ts';

describe('a MetricsStorage', () => {
  let server: TestServer;
  const now = secondsNow();
  const path = '/apis/plinth.dev/v1alpha1/metricsstorages';
  const object = (spec: object): object => ({ metadata: { name: 'default' }, spec });
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability], clock: hastyClock });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  test('says how late samples may come, to its own virtual cluster alone', async () => {
    const late = object({ tsdb: { outOfOrderTimeWindow: '30m' } });
    equal((await server.admin.post(path, late)).status, 201);
    const at = (minutes: number) => [seriesOf('late', {}, [[now - minutes * 60_000, minutes]])];
    await written(server.admin, at(0));
    await written(server.admin, at(20));
    equal(Object.values(await valuesOf(server.admin, 'late', { timeMs: now - 20 * 60_000 }))[0], '20');
    match((await remoteWrite(server.admin, at(40))).text, /^too old sample/);
    const { uid } = await makeTenant(server, 'shop', {});
    const client = await tenantClient(server, uid);
    const root = '/clusters/shop';
    await written(client, at(0), { root });
    match((await remoteWrite(client, at(20), { root })).text, /^out of order sample/);
    client.close();
  });

  test('counts while the metrics are open', async () => {
    const { uid } = await makeTenant(server, 'live', {});
    const client = await tenantClient(server, uid);
    const root = '/clusters/live';
    const at = (minutes: number) => [seriesOf('late', {}, [[now - minutes * 60_000, minutes]])];
    await written(client, at(0), { root });
    match((await remoteWrite(client, at(20), { root })).text, /^out of order sample/);
    const late = object({ tsdb: { outOfOrderTimeWindow: '30m' } });
    equal((await client.post(`${root}${path}`, late)).status, 201);
    await until('a late sample', async () => {
      const { status } = await remoteWrite(client, at(20), { root });
      return status === 204 ? true : undefined;
    });
    client.close();
  });

  test('that could not be is refused', async () => {
    const refused = await server.admin.put(`${path}/default`, object({ retention: '5m' }));
    match(refused.text, /spec\.retention: Invalid value: .*5m.*: must be from 2h to 100y/);
    const other = { metadata: { name: 'other' }, spec: {} };
    match((await server.admin.post(path, other)).text, /metadata\.name.*must be default/);
  });
});
