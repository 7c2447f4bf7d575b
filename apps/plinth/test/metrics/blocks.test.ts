import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { at, type HttpsClient, listAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { hastyClock } from './hasty-clock.ts';
import { ask, secondsNow, seriesOf, valueOf, written } from './metrics-client.ts';

const minuteMs = 60_000;
const minutes = 600;
const root = '/clusters/acme';

describe('samples that are brought to blocks', () => {
  let server: TestServer;
  let tenant: HttpsClient;
  let uid = '';
  const now = secondsNow();
  const startMs = now - minutes * minuteMs;
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability], clock: hastyClock });
    ({ uid } = await makeTenant(server, 'acme'));
    tenant = await tenantClient(server, uid);
  });
  after(async () => {
    tenant.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  const blocks = (): string[] => {
    const directory = join(server.directory, 'data', 'tenants', 'acme');
    if (!existsSync(directory)) return [];
    return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('meta.json'),
    );
  };
  const numbers = async (): Promise<number[]> => {
    const { json } = await ask(tenant, '/query', { query: 'numbers[11h]', time: String(now / 1000) }, root);
    return listAt(json, 'data', 'result', 0, 'values').map((point) => Number(at(point, 1)));
  };
  const expected = Array.from({ length: minutes }, (_, i) => i);

  test('queries see blocks and head as one, while samples come in and after a restart', async () => {
    for (let from = 0; from < minutes; from += 30) {
      const samples = Array.from(
        { length: 30 },
        (_, i) => [startMs + (from + i) * minuteMs, from + i] as const,
      );
      await written(tenant, [seriesOf('numbers', {}, samples)], { root });
      deepEqual(await numbers(), expected.slice(0, from + 30));
    }
    await until('a block', () => (blocks().length > 0 ? true : undefined));
    deepEqual(await numbers(), expected);
    tenant.close();
    server = await server.restart();
    tenant = await tenantClient(server, uid);
    deepEqual(await numbers(), expected);
    equal(await valueOf(tenant, 'sum_over_time(numbers[11h])', { timeMs: now, root }), '179700');
  });

  test('what is deleted is gone from blocks and head', async () => {
    const parameters = new URLSearchParams({
      'match[]': 'numbers',
      start: String((startMs + 10 * minuteMs) / 1000),
      end: String((startMs + 589 * minuteMs) / 1000),
    });
    const path = `${root}/prometheus/api/v1/admin/tsdb/delete_series?${parameters}`;
    equal((await tenant.send('POST', path)).status, 204);
    const left = [...expected.slice(0, 10), ...expected.slice(590)];
    deepEqual(await numbers(), left);
    tenant.close();
    server = await server.restart();
    tenant = await tenantClient(server, uid);
    deepEqual(await numbers(), left);
    ok(blocks().length > 0);
  });
});
