import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { defineCapability } from '@plinth/kernel';
import type { HttpsClient } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';

/** A request of an endpoint; what it names is not there, so that it changes nothing. */
interface Cell {
  readonly method: string;
  readonly path: string;
  /** A right, nothing but a credential, or a URL that was given to somebody. */
  readonly needs: 'right' | 'credential' | 'url';
}

/** What stands for names in paths: things that could be there. */
const names: Readonly<Record<string, string>> = {
  namespace: 'default',
  organization: 'default',
  workspace: 'ws-default.nothing',
  version: '1.0.0',
  output: 'wsout-default.nothing.1.one',
  hostname: 'example.com',
  platform: 'linux_amd64',
  file: '1.0.0.json',
};

describe('rights to every endpoint of what Terraform asks', () => {
  const cells: Cell[] = [];
  /** The capability, whose endpoints are looked at when it is opened first: in the host. */
  const observed = defineCapability({
    ...infraCapability,
    async open(context) {
      const parts = await infraCapability.open(context);
      if (context.tenant === 'default') {
        for (const { methods, path, access, grant } of (parts.protocols ?? []).flatMap(
          ({ endpoints }) => endpoints,
        )) {
          const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? 'nothing');
          const needs = grant ? 'url' : access === 'known' ? 'credential' : 'right';
          for (const method of methods) cells.push({ method, path: filled, needs });
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
    tenant = await tenantClient(server, (await makeTenant(server, 'acme')).uid);
    other = await tenantClient(server, (await makeTenant(server, 'globex')).uid);
  });
  after(async () => {
    for (const client of [tenant, other]) client.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  const send = async ({ method, path }: Cell, client: HttpsClient, root = ''): Promise<number> => {
    const body = method === 'GET' ? {} : { body: '{}' };
    return (await client.send(method, `${root}${path}`, body)).status;
  };
  const sentBy = async (client: HttpsClient, root = ''): Promise<[cell: Cell, status: number][]> => {
    const sent: [Cell, number][] = [];
    for (const cell of cells) sent.push([cell, await send(cell, client, root)]);
    return sent;
  };

  test('there are endpoints of each kind', () => {
    ok(cells.length > 45, `${cells.length}`);
    for (const needs of ['right', 'credential', 'url'])
      ok(
        cells.some((cell) => cell.needs === needs),
        needs,
      );
  });

  test('nobody gets anything, at the host and in a tenant', async () => {
    for (const root of ['', '/clusters/acme', '/clusters/nothing']) {
      for (const [{ method, path }, status] of await sentBy(server.nobody, root)) {
        equal(status, 401, `${method} ${root}${path}`);
      }
    }
  });

  test('who has no right is refused what needs one, and finds nothing where a URL is needed', async () => {
    const expected = { right: [403], url: [404], credential: [200, 204, 404] };
    for (const [{ method, path, needs }, status] of await sentBy(server.as('stranger'))) {
      ok(expected[needs].includes(status), `${method} ${path}: ${status}`);
    }
  });

  test('an administrator is refused nothing but what needs a URL', async () => {
    for (const [client, root] of [
      [server.admin, ''],
      [tenant, '/clusters/acme'],
    ] as const) {
      for (const [{ method, path, needs }, status] of await sentBy(client, root)) {
        if (needs === 'url') equal(status, 404, `${method} ${root}${path}`);
        else ok(status !== 401 && status !== 403 && status < 500, `${method} ${root}${path}: ${status}`);
      }
    }
  });

  test('another tenant gets 404, and so do the host in a tenant and a tenant at the host', async () => {
    for (const [client, root] of [
      [other, '/clusters/acme'],
      [server.admin, '/clusters/acme'],
      [tenant, ''],
    ] as const) {
      for (const [{ method, path }, status] of await sentBy(client, root)) {
        equal(status, 404, `${method} ${root}${path}`);
      }
    }
  });
});
