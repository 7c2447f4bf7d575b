import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { installWidgets } from '../harness/widgets.ts';

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

/** Every verb of every resource that discovery names, with a path in a namespace or at the cluster. */
async function servedCells(admin: HttpsClient): Promise<Cell[]> {
  const groups = listAt((await admin.get('/apis')).json, 'groups').flatMap((group) =>
    listAt(group, 'versions').map((version) => `/apis/${textAt(version, 'groupVersion')}`),
  );
  const cells: Cell[] = [];
  for (const root of ['/api/v1', ...groups]) {
    for (const resource of listAt((await admin.get(root)).json, 'resources')) {
      const [plural = '', subresource] = textAt(resource, 'name').split('/');
      const place = at(resource, 'namespaced') === true ? '/namespaces/default' : '';
      for (const verb of listAt(resource, 'verbs').map(String)) {
        const [method, suffix, contentType = 'application/json'] = requests[verb] ?? ['GET', ''];
        const path = subresource
          ? `${root}${place}/${plural}/nothing/${subresource}?dryRun=All`
          : `${root}${place}/${plural}${suffix}`;
        const name = `${root.replace(/^\/apis?\//, '')} ${textAt(resource, 'name')}`;
        cells.push({ resource: name, verb, method, path, contentType });
      }
    }
  }
  return cells;
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
    const allowed: Record<string, Record<string, string[]>> = { stranger: {}, reader: {} };
    for (const [who, client] of Object.entries(clients)) {
      for (const cell of cells) {
        if ((await statusOf(client, cell)) === 403) continue;
        const own = allowed[who] ?? {};
        own[cell.resource] = [...(own[cell.resource] ?? []), cell.verb];
      }
    }
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
