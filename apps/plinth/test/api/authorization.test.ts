import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { installWidgets, widgetDefinition } from '../harness/widgets.ts';

const goldenPath = fileURLToPath(new URL('authorization.golden.json', import.meta.url));
const update = process.env['UPDATE'] === '1';

/** Requests for each verb; names are of objects that do not exist, so that what is allowed does nothing. */
const requests: Readonly<Record<string, readonly [method: string, suffix: string, contentType?: string]>> = {
  get: ['GET', '/nothing'],
  list: ['GET', '?limit=1'],
  watch: ['GET', '?watch=true&timeoutSeconds=60&fieldSelector=metadata.name%3Dnothing'],
  create: ['POST', '?dryRun=All'],
  update: ['PUT', '/nothing?dryRun=All'],
  patch: ['PATCH', '/nothing?dryRun=All', 'application/merge-patch+json'],
  delete: ['DELETE', '/nothing?dryRun=All'],
  deletecollection: ['DELETE', '?dryRun=All&labelSelector=nothing'],
};

interface Cell {
  readonly resource: string;
  readonly verb: string;
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
}

/** Paths that are no resources: what discovery, documents, health and the audit log are read at. */
const otherPaths = [
  '/',
  '/api',
  '/apis',
  '/apis/apps.test',
  '/audit',
  '/audit/checkpoint',
  '/audit/events',
  '/audit/salts?sequence=0',
  '/audit/verifier',
  '/backup',
  '/healthz',
  '/livez',
  '/metrics',
  '/nothing',
  '/openapi/v2',
  '/openapi/v3',
  '/readyz',
  '/usage',
  '/version',
];

/**
 * Every verb of every resource that discovery names, with a path in a namespace or at the cluster.
 * @param cluster path of the virtual cluster; empty for the host
 */
async function servedCells(admin: HttpsClient, cluster = ''): Promise<Cell[]> {
  const groups = listAt((await admin.get(`${cluster}/apis`)).json, 'groups').flatMap((group) =>
    listAt(group, 'versions').map((version) => `/apis/${textAt(version, 'groupVersion')}`),
  );
  const cells: Cell[] = [];
  for (const root of ['/api/v1', ...groups]) {
    for (const resource of listAt((await admin.get(`${cluster}${root}`)).json, 'resources')) {
      const [plural = '', subresource] = textAt(resource, 'name').split('/');
      const place = at(resource, 'namespaced') === true ? '/namespaces/default' : '';
      for (const verb of listAt(resource, 'verbs').map(String)) {
        const [method, suffix, contentType = 'application/json'] = requests[verb] ?? ['GET', ''];
        const path = subresource
          ? `${cluster}${root}${place}/${plural}/nothing/${subresource}?dryRun=All`
          : `${cluster}${root}${place}/${plural}${suffix}`;
        const name = `${root.replace(/^\/apis?\//, '')} ${textAt(resource, 'name')}`;
        cells.push({ resource: name, verb, method, path, contentType });
      }
    }
  }
  return cells;
}

/** What a client may do, by resource: everything that it is not refused. */
async function allowedTo(client: HttpsClient, cells: readonly Cell[]): Promise<Record<string, string[]>> {
  const allowed: Record<string, string[]> = {};
  for (const cell of cells) {
    const status = await statusOf(client, cell);
    if (status === 403) continue;
    notEqual(status, 401, `${cell.verb} ${cell.path}`);
    allowed[cell.resource] = [...(allowed[cell.resource] ?? []), cell.verb];
  }
  return allowed;
}

async function statusOf(client: HttpsClient, cell: Cell): Promise<number> {
  const body = cell.method === 'GET' || cell.method === 'DELETE' ? undefined : '{}';
  const settings = body === undefined ? {} : { body, contentType: cell.contentType };
  if (cell.verb !== 'watch') return (await client.send(cell.method, cell.path, settings)).status;
  const stream = await client.open(cell.method, cell.path);
  stream.destroy();
  return stream.statusCode ?? 0;
}

describe('authorization of every verb of every resource', () => {
  let server: TestServer;
  let cells: Cell[];
  before(async () => {
    server = await startTestServer();
    await installWidgets(server);
    await server.admin.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'reader-views' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'reader' }],
    });
    cells = await servedCells(server.admin);
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  test('there are resources to look at', () => {
    equal(cells.length > 100, true, `${cells.length}`);
  });

  test('nobody gets anything', async () => {
    for (const cell of cells) equal(await statusOf(server.nobody, cell), 401, `${cell.verb} ${cell.path}`);
  });

  test('an administrator is refused nothing', async () => {
    for (const cell of cells) {
      const status = await statusOf(server.admin, cell);
      equal(status === 401 || status === 403, false, `${cell.verb} ${cell.path}: ${status}`);
    }
  });

  test('a stranger and a reader may do what the golden file says, and nothing else', async () => {
    const clients = { stranger: server.as('stranger'), reader: server.as('reader') };
    const allowed = {
      stranger: await allowedTo(clients.stranger, cells),
      reader: await allowedTo(clients.reader, cells),
    };
    const text = `${JSON.stringify(allowed, undefined, 2)}\n`;
    if (update) writeFileSync(goldenPath, text);
    deepEqual(JSON.parse(text), JSON.parse(readFileSync(goldenPath, 'utf8')));
  });

  test('paths that are no resources', async () => {
    const paths = ['/', '/api', '/apis', '/version', '/openapi/v2', '/openapi/v3', '/metrics', '/nothing'];
    const allowed = new Set(['/api', '/apis', '/version', '/openapi/v2', '/openapi/v3']);
    const stranger = server.as('stranger');
    for (const path of paths) {
      equal((await stranger.get(path)).status, allowed.has(path) ? 200 : 403, path);
    }
  });
});

/** Clients of one tenant beside the host and another tenant. */
interface Clients {
  readonly admin: HttpsClient;
  readonly stranger: HttpsClient;
  readonly reader: HttpsClient;
  /** The administrator of another tenant. */
  readonly other: HttpsClient;
}

describe('authorization across tenants', () => {
  const root = '/clusters/acme';
  const missing = '/clusters/nothing';
  let server: TestServer;
  let clients: Clients;
  let own: Cell[];
  let ofHost: Cell[];
  before(async () => {
    server = await startTestServer();
    await installWidgets(server);
    const { uid } = await makeTenant(server, 'acme');
    const none = { groups: [] };
    clients = {
      admin: await tenantClient(server, uid),
      stranger: await tenantClient(server, uid, { user: 'stranger', ...none }),
      reader: await tenantClient(server, uid, { user: 'reader', ...none }),
      other: await tenantClient(server, (await makeTenant(server, 'globex')).uid),
    };
    const { admin } = clients;
    await admin.post(
      `${root}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`,
      widgetDefinition,
      'application/yaml',
    );
    await admin.post(`${root}/apis/rbac.authorization.k8s.io/v1/clusterrolebindings`, {
      metadata: { name: 'reader-views' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'reader' }],
    });
    ofHost = await servedCells(server.admin);
    own = await until('the kinds of the tenant to be those of the host, but for Tenants', async () => {
      const cells = await servedCells(admin, root);
      const tenants = ofHost.filter(({ path }) => path.includes('/tenants'));
      return cells.length === ofHost.length - tenants.length ? cells : undefined;
    });
  });
  after(async () => {
    for (const client of Object.values(clients)) client.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  test('in a tenant roles allow what they allow at the host', async () => {
    const golden: unknown = JSON.parse(readFileSync(goldenPath, 'utf8'));
    for (const who of ['stranger', 'reader'] as const) {
      const atHost = Object.entries(Object(at(golden, who))).filter(
        ([resource]) => !resource.includes(' tenants'),
      );
      deepEqual(await allowedTo(clients[who], own), Object.fromEntries(atHost), who);
    }
    for (const cell of own) {
      const status = await statusOf(clients.admin, cell);
      equal(status === 401 || status === 403, false, `${cell.verb} ${cell.path}: ${status}`);
    }
  });

  test('nobody gets anything, there and where there is nothing', async () => {
    for (const cell of own) {
      const nowhere = { ...cell, path: cell.path.replace(root, missing) };
      equal(await statusOf(server.nobody, cell), 401, `${cell.verb} ${cell.path}`);
      equal(await statusOf(server.nobody, nowhere), 401, `${nowhere.verb} ${nowhere.path}`);
    }
  });

  test('another tenant gets 404 for every verb of everything, as for a tenant that does not exist', async () => {
    const absent = await clients.other.get(`${missing}/api`);
    for (const cell of [...own, ...ofHost]) {
      const answer = await answerTo(clients.other, cell);
      deepEqual([answer.status, answer.text], [404, absent.text], `${cell.verb} ${cell.path}`);
    }
    // Neither does the administrator of the host, nor one of the tenant outside of it.
    for (const cell of own) {
      deepEqual((await answerTo(server.admin, cell)).text, absent.text, `${cell.verb} ${cell.path}`);
    }
    for (const cell of ofHost) {
      deepEqual((await answerTo(clients.admin, cell)).text, absent.text, `${cell.verb} ${cell.path}`);
    }
  });

  test('and for every path that is no resource', async () => {
    const absent = await clients.other.get(`${missing}/api`);
    const health = new Set(['/healthz', '/livez', '/readyz']);
    for (const path of otherPaths) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const inTenant = await clients.other.send(method, `${root}${path}`);
        deepEqual([inTenant.status, inTenant.text], [404, absent.text], `${method} ${root}${path}`);
        if (health.has(path)) continue;
        const atHost = await clients.other.send(method, path);
        deepEqual([atHost.status, atHost.text], [404, absent.text], `${method} ${path}`);
      }
    }
  });

  test('no impersonation leads out of a tenant', async () => {
    const masters = { 'Impersonate-User': 'plinth-admin', 'Impersonate-Group': 'system:masters' };
    equal((await clients.other.get(`${root}/api/v1/namespaces`, masters)).status, 404);
    equal((await clients.other.get('/api/v1/namespaces', masters)).status, 404);
    equal((await server.admin.get(`${root}/api/v1/namespaces`, masters)).status, 404);
    equal((await clients.stranger.get(`${root}/api/v1/namespaces`, masters)).status, 403);
  });
});

async function answerTo(
  client: HttpsClient,
  cell: Cell,
): Promise<{ readonly status: number; readonly text: string }> {
  const body = cell.method === 'GET' || cell.method === 'DELETE' ? undefined : '{}';
  return await client.send(
    cell.method,
    cell.path,
    body === undefined ? {} : { body, contentType: cell.contentType },
  );
}
