import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import type { HttpsClient } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { remoteWrite, secondsNow, seriesOf, valueOf, written } from './metrics-client.ts';

describe('quotas of a tenant', () => {
  let server: TestServer;
  const clients: HttpsClient[] = [];
  const now = secondsNow();
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
  });
  after(async () => {
    for (const client of clients) client.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  async function tenant(name: string, capabilities: Readonly<Record<string, number>>): Promise<HttpsClient> {
    const { uid } = await makeTenant(server, name, { quotas: { capabilities } });
    const client = await tenantClient(server, uid);
    clients.push(client);
    return client;
  }

  /** So many series, each with one sample. */
  const many = (name: string, count: number): ReturnType<typeof seriesOf>[] =>
    Array.from({ length: count }, (_, i) => seriesOf(name, { i: String(i) }, [[now, i]]));

  test('samples beyond what may come in a second are refused until the debt is paid', async () => {
    const slow = await tenant('slow', { 'telemetry.samplesPerSecond': 10 });
    const free = await tenant('free', {});
    const root = '/clusters/slow';
    // What comes at once is taken whole, and makes the debt.
    await written(slow, many('a', 300), { root });
    const refused = await remoteWrite(slow, many('b', 1), { root });
    equal(refused.status, 429);
    match(refused.text, /^the quota of 10 samples per second is used up; try again in \d+ s\n$/);
    const after = Number(refused.headers['retry-after']);
    ok(after > 10 && after < 40, `Retry-After: ${after}`);
    equal(await valueOf(slow, 'count(a)', { timeMs: now, root }), '300');
    await written(free, many('a', 300), { root: '/clusters/free' });
    await written(free, many('b', 300), { root: '/clusters/free' });
  });

  test('what is refused for another reason counts too', async () => {
    const noisy = await tenant('noisy', { 'telemetry.samplesPerSecond': 10 });
    const root = '/clusters/noisy';
    const old = Array.from({ length: 300 }, (_, i) => seriesOf('old', { i: String(i) }, [[1_000, 1]]));
    await written(noisy, many('a', 1), { root });
    equal((await remoteWrite(noisy, old, { root })).status, 400);
    equal((await remoteWrite(noisy, old, { root })).status, 429);
  });

  test('series beyond their number are refused, and the rest is kept', async () => {
    const small = await tenant('small', { 'telemetry.series': 5 });
    const root = '/clusters/small';
    await written(small, many('a', 5), { root });
    const refused = await remoteWrite(small, many('a', 7), { root, version: '2.0' });
    match(`${refused.status} ${refused.text}`, /^400 too many series \(2\)/);
    equal(refused.headers['x-prometheus-remote-write-samples-written'], '5');
    equal(await valueOf(small, 'count({__name__=~".+"})', { timeMs: now, root }), '5');
  });

  test('a quota of nothing is no quota without bound', async () => {
    const none = await tenant('none', { 'telemetry.series': 0, 'telemetry.samplesPerSecond': 1 });
    const root = '/clusters/none';
    match((await remoteWrite(none, many('a', 5), { root })).text, /^too many series \(4\)/);
    const closed = await tenant('closed', { 'telemetry.samplesPerSecond': 0 });
    equal((await remoteWrite(closed, many('a', 1), { root: '/clusters/closed' })).status, 429);
  });
});
