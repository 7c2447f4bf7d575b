import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { defineCapability, type HttpAccess } from '@plinth/kernel';
import { telemetryCapability } from '@plinth/telemetry';
import type { HttpsClient } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { allowMetrics } from './metrics-client.ts';

/** A request that is let in or not; what it asks for is nonsense, so that it changes nothing. */
interface Cell {
  readonly method: string;
  readonly path: string;
  readonly verb: HttpAccess['verb'];
  readonly resource: string;
}

/** A snapshot takes space on the disk of the host: it has a right of its own, and tenants have it not at all. */
const ofHost = 'metrics/snapshots';

describe('rights to every endpoint of metrics', () => {
  const cells: Cell[] = [];
  /** The capability, whose endpoints are looked at when it is opened first: in the host. */
  const observed = defineCapability({
    ...telemetryCapability,
    async open(context) {
      const parts = await telemetryCapability.open(context);
      if (context.tenant === 'default') {
        for (const { methods, path, access } of (parts.protocols ?? []).flatMap(
          ({ endpoints }) => endpoints,
        )) {
          if (access === 'known') throw new Error(`${path} asks for no right`);
          const filled = path.replaceAll(/\{\w+\}/g, 'nothing');
          for (const method of methods) cells.push({ method, path: filled, ...access });
        }
      }
      return parts;
    },
  });
  let server: TestServer;
  let tenant: HttpsClient;
  let other: HttpsClient;
  before(async () => {
    server = await startTestServer({ capabilities: [observed] });
    await allowMetrics(server.admin, 'reader', ['get']);
    await allowMetrics(server.admin, 'writer', ['create']);
    await allowMetrics(server.admin, 'deleter', ['delete']);
    tenant = await tenantClient(server, (await makeTenant(server, 'acme')).uid);
    other = await tenantClient(server, (await makeTenant(server, 'globex')).uid);
    await allowMetrics(tenant, 'reader', ['get'], '/clusters/acme');
  });
  after(async () => {
    for (const client of [tenant, other]) client.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  const send = ({ method, path }: Cell, client: HttpsClient, root = ''): ReturnType<HttpsClient['send']> => {
    const body = method === 'GET' ? {} : { body: 'nonsense=1', contentType: 'text/plain' };
    return client.send(method, `${root}${path}`, body);
  };
  /** Looks at all endpoints at once. */
  const each = async (look: (cell: Cell) => Promise<void>): Promise<void> => {
    await Promise.all(cells.map(look));
  };
  const label = ({ method, path }: Cell): string => `${method} ${path}`;

  test('there are endpoints that read, write and delete', () => {
    ok(cells.length >= 30, `${cells.length}`);
    deepEqual([...new Set(cells.map(({ verb }) => verb))].sort(), ['create', 'delete', 'get']);
  });

  test('nobody is known to none, a stranger may do nothing', async () => {
    const stranger = server.as('stranger');
    await each(async (cell) => {
      equal((await send(cell, server.nobody)).status, 401, label(cell));
      equal((await send(cell, stranger)).status, 403, label(cell));
    });
  });

  for (const [user, verb] of [
    ['reader', 'get'],
    ['writer', 'create'],
    ['deleter', 'delete'],
  ] as const) {
    test(`a ${user} may ${verb} and nothing else`, async () => {
      const client = server.as(user);
      await each(async (cell) => {
        const { status } = await send(cell, client);
        const isAllowed = cell.verb === verb && cell.resource !== ofHost;
        equal(status === 403, !isAllowed, `${label(cell)}: ${status}`);
        ok(status !== 401 && status !== 404 && status < 500, `${label(cell)}: ${status}`);
      });
    });
  }

  test('an administrator may do everything, each in the own virtual cluster', async () => {
    await each(async (cell) => {
      for (const [client, root] of [
        [server.admin, ''],
        [tenant, '/clusters/acme'],
      ] as const) {
        const { status } = await send(cell, client, root);
        if (cell.resource === ofHost && root !== '') equal(status, 404, label(cell));
        else ok(![401, 403, 404].includes(status) && status < 500, `${root} ${label(cell)}: ${status}`);
      }
    });
  });

  test('for anybody else there is no such virtual cluster', async () => {
    const absent = await other.get('/clusters/nothing/prometheus/api/v1/query?query=1');
    equal(absent.status, 404);
    const reader = server.as('reader');
    await each(async (cell) => {
      for (const [client, root] of [
        [other, '/clusters/acme'],
        [other, ''],
        [tenant, ''],
        [server.admin, '/clusters/acme'],
        [reader, '/clusters/acme'],
      ] as const) {
        const { status, text } = await send(cell, client, root);
        deepEqual([status, text], [404, absent.text], `${root} ${label(cell)}`);
      }
      equal((await send(cell, server.nobody, '/clusters/acme')).status, 401, label(cell));
    });
  });

  test('a header that names a tenant is not believed', async () => {
    const answer = await other.get('/clusters/globex/prometheus/api/v1/labels', { 'X-Scope-OrgID': 'acme' });
    deepEqual(answer.json, { status: 'success', data: [] });
  });
});
