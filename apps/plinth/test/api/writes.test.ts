import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { at, keysAt, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { configMap, configMaps, installWidgets, makeNamespace, widget, widgets } from '../harness/widgets.ts';

const merge = 'application/merge-patch+json';
const apply = 'application/apply-patch+yaml';

describe('writes', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await installWidgets(server);
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  const read = async (path: string): Promise<unknown> => (await server.admin.get(path)).json;

  test('a stale version is refused with what to do', async () => {
    await server.admin.post(configMaps(), configMap('stale'));
    const old = await read(`${configMaps()}/stale`);
    await server.admin.patch(`${configMaps()}/stale`, '{"data":{"a":"1"}}', merge);
    const { status, json } = await server.admin.put(`${configMaps()}/stale`, old);
    equal(status, 409);
    equal(at(json, 'reason'), 'Conflict');
    match(textAt(json, 'message'), /please apply your changes to the latest version and try again/);
    deepEqual(at(json, 'details'), { name: 'stale', kind: 'configmaps' });
  });

  test('one of many racing writers with the same version wins', async () => {
    await server.admin.post(configMaps(), configMap('race'));
    const old = await read(`${configMaps()}/race`);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        server.admin.put(`${configMaps()}/race`, { ...Object(old), data: { winner: String(i) } }),
      ),
    );
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status === 409);
    deepEqual([won.length, lost.length], [1, 9]);
  });

  test('patches without a version all take effect', async () => {
    await server.admin.post(configMaps(), configMap('many'));
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        server.admin.patch(`${configMaps()}/many`, `{"data":{"k${i}":"v"}}`, merge),
      ),
    );
    ok(answers.every(({ status }) => status === 200));
    equal(keysAt(await read(`${configMaps()}/many`), 'data').length, 8);
  });

  test('a name is made from generateName', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () =>
        server.admin.post(configMaps(), { metadata: { generateName: 'made-' } }),
      ),
    );
    const names = made.map(({ json }) => textAt(json, 'metadata', 'name'));
    equal(new Set(names).size, 20);
    for (const name of names) match(name, /^made-[a-z0-9]{5}$/);
    const long = await server.admin.post(configMaps(), { metadata: { generateName: 'x'.repeat(70) } });
    equal(textAt(long.json, 'metadata', 'name').length, 63);
    equal((await server.admin.post(configMaps(), { metadata: { generateName: 'Bad_' } })).status, 422);
    equal((await server.admin.post(configMaps(), { metadata: {} })).status, 422);
  });

  test('preconditions of a deletion', async () => {
    const made = await server.admin.post(configMaps(), configMap('guarded'));
    const uid = textAt(made.json, 'metadata', 'uid');
    const resourceVersion = textAt(made.json, 'metadata', 'resourceVersion');
    const path = `${configMaps()}/guarded`;
    const attempt = (preconditions: object) => server.admin.delete(path, { preconditions });
    const wrongUid = await attempt({ uid: '00000000-0000-0000-0000-000000000000' });
    equal(wrongUid.status, 409);
    match(textAt(wrongUid.json, 'message'), /UID in precondition: 0000.*UID in object meta/);
    await server.admin.patch(path, '{"data":{"a":"1"}}', merge);
    const wrongVersion = await attempt({ uid, resourceVersion });
    equal(wrongVersion.status, 409);
    match(textAt(wrongVersion.json, 'message'), /ResourceVersion in precondition/);
    const done = await attempt({ uid });
    equal(done.status, 200);
    equal(at(done.json, 'details', 'uid'), uid);
    const wrongKind = await server.admin.delete(path, { kind: 'ConfigMap' });
    equal(wrongKind.status, 400);
  });

  test('what the server owns cannot be set by a client', async () => {
    const forged = {
      metadata: {
        name: 'forged',
        uid: '00000000-0000-0000-0000-000000000000',
        creationTimestamp: '1999-01-01T00:00:00Z',
        deletionTimestamp: '1999-01-01T00:00:00Z',
        generation: 99,
        selfLink: '/x',
      },
      spec: { size: 'small' },
      status: { phase: 'Forged' },
    };
    const { status, json } = await server.admin.post(widgets(), forged);
    equal(status, 201);
    notEqual(at(json, 'metadata', 'uid'), forged.metadata.uid);
    notEqual(at(json, 'metadata', 'creationTimestamp'), forged.metadata.creationTimestamp);
    equal(at(json, 'metadata', 'deletionTimestamp'), undefined);
    equal(at(json, 'metadata', 'generation'), 1);
    equal(at(json, 'metadata', 'selfLink'), undefined);
    equal(at(json, 'status'), undefined);
    const versioned = { metadata: { name: 'versioned', resourceVersion: '1' } };
    equal((await server.admin.post(configMaps(), versioned)).status, 400);
  });

  test('status and spec are written through their own doors', async () => {
    await server.admin.post(widgets(), widget('doors'));
    const path = `${widgets()}/doors`;
    const both = '{"spec":{"size":"large"},"status":{"phase":"Ready"}}';
    const through = await server.admin.patch(`${path}/status`, both, merge);
    equal(at(through.json, 'spec', 'size'), 'small');
    equal(at(through.json, 'status', 'phase'), 'Ready');
    equal(at(through.json, 'metadata', 'generation'), 1);
    const spec = await server.admin.patch(path, '{"spec":{"size":"large"},"status":{"phase":"Lost"}}', merge);
    equal(at(spec.json, 'status', 'phase'), 'Ready');
    equal(at(spec.json, 'metadata', 'generation'), 2);
    const labelled = await server.admin.patch(path, '{"metadata":{"labels":{"a":"b"}}}', merge);
    equal(at(labelled.json, 'metadata', 'generation'), 2);
  });

  test('a write that changes nothing writes nothing', async () => {
    await server.admin.post(configMaps(), configMap('same', { a: '1' }));
    const before = await read(`${configMaps()}/same`);
    const { revision } = server.kernel.store;
    await server.admin.put(`${configMaps()}/same`, before);
    await server.admin.patch(`${configMaps()}/same`, '{"data":{"a":"1"}}', merge);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'same' }, data: { a: '1' } };
    const first = await server.admin.patch(`${configMaps()}/same?fieldManager=t`, body, apply);
    const second = await server.admin.patch(`${configMaps()}/same?fieldManager=t`, body, apply);
    equal(at(first.json, 'metadata', 'resourceVersion'), at(second.json, 'metadata', 'resourceVersion'));
    equal(server.kernel.store.revision, revision + 1, 'only the first apply, which made an owner');
  });

  test('a dry run shows the outcome and writes nothing', async () => {
    await server.admin.post(configMaps(), configMap('wet', { a: '1' }));
    await server.admin.post(widgets(), widget('wet'));
    const { revision } = server.kernel.store;
    const dry = 'dryRun=All';
    const path = `${configMaps()}/wet`;
    const body = { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '2' } };
    const created = await server.admin.post(`${configMaps()}?${dry}`, configMap('dry'));
    equal(created.status, 201);
    equal(at(created.json, 'metadata', 'resourceVersion'), undefined);
    const answers = [
      await server.admin.put(`${path}?${dry}`, configMap('wet', { a: '2' })),
      await server.admin.patch(`${path}?${dry}`, '{"data":{"a":"2"}}', merge),
      await server.admin.patch(
        `${path}?${dry}`,
        '{"data":{"a":"2"}}',
        'application/strategic-merge-patch+json',
      ),
      await server.admin.patch(`${path}?${dry}&fieldManager=t&force=true`, body, apply),
    ];
    for (const { status, json } of answers) {
      equal(status, 200);
      equal(at(json, 'data', 'a'), '2');
    }
    const others = [
      await server.admin.patch(`${configMaps()}/new?${dry}&fieldManager=t`, body, apply),
      await server.admin.patch(`${widgets()}/wet/status?${dry}`, '{"status":{"phase":"X"}}', merge),
      await server.admin.patch(`${widgets()}/wet/scale?${dry}`, '{"spec":{"replicas":3}}', merge),
      await server.admin.delete(`${path}?${dry}`),
      await server.admin.delete(path, { dryRun: ['All'] }),
      await server.admin.delete(`${configMaps()}?${dry}`),
      await server.admin.delete(`/api/v1/namespaces/default?${dry}`),
    ];
    deepEqual(
      others.map(({ status }) => status),
      [201, 200, 200, 200, 200, 200, 403],
    );
    equal(server.kernel.store.revision, revision);
    equal((await server.admin.post(`${configMaps()}?dryRun=Some`, configMap('dry'))).status, 400);
    equal((await server.admin.post(`${configMaps()}?${dry}`, configMap('wet'))).status, 409);
  });

  test('a collection is deleted by selector', async () => {
    await makeNamespace(server, 'clear');
    for (const name of ['a', 'b', 'c']) {
      const labels = { keep: name === 'c' ? 'yes' : 'no' };
      await server.admin.post(configMaps('clear'), { metadata: { name, labels } });
    }
    const { status, json } = await server.admin.delete(`${configMaps('clear')}?labelSelector=keep%3Dno`);
    equal(status, 200);
    equal(at(json, 'kind'), 'ConfigMapList');
    equal(listAt(json, 'items').length, 2);
    const left = await read(`${configMaps('clear')}?labelSelector=keep`);
    deepEqual(
      listAt(left, 'items').map((item) => at(item, 'metadata', 'name')),
      ['c'],
    );
  });

  test('managedFields follow what was written by whom', async () => {
    const path = `${configMaps()}/owned`;
    const owned = async (): Promise<Record<string, string[]>> => {
      const entries = listAt(await read(path), 'metadata', 'managedFields');
      return Object.fromEntries(
        entries.map((entry) => [
          `${textAt(entry, 'manager')} ${textAt(entry, 'operation')}`,
          keysAt(entry, 'fieldsV1', 'f:data').filter((key) => key !== '.'),
        ]),
      );
    };
    const config = (data: object): object => ({ apiVersion: 'v1', kind: 'ConfigMap', data });
    await server.admin.post(`${configMaps()}?fieldManager=maker`, configMap('owned', { a: '1', b: '1' }));
    deepEqual(await owned(), { 'maker Update': ['f:a', 'f:b'] });
    await server.admin.patch(`${path}?fieldManager=editor`, '{"data":{"b":"2","c":"1"}}', merge);
    deepEqual(await owned(), { 'maker Update': ['f:a'], 'editor Update': ['f:b', 'f:c'] });
    const refused = await server.admin.patch(
      `${path}?fieldManager=applier`,
      config({ a: '9', d: '1' }),
      apply,
    );
    equal(refused.status, 409);
    deepEqual(at(refused.json, 'details', 'causes'), [
      { reason: 'FieldManagerConflict', message: 'conflict with "maker" using v1', field: '.data.a' },
    ]);
    const forced = `${path}?fieldManager=applier&force=true`;
    equal((await server.admin.patch(forced, config({ a: '9', d: '1' }), apply)).status, 200);
    deepEqual((await owned())['applier Apply'], ['f:a', 'f:d']);
    equal((await owned())['maker Update']?.length, 0);
    await server.admin.patch(`${path}?fieldManager=applier`, config({ a: '9' }), apply);
    equal(at(await read(path), 'data', 'd'), undefined, 'what an applier no longer names is gone');
    await server.admin.patch(path, '{"metadata":{"managedFields":[{}]}}', merge);
    equal(at(await read(path), 'metadata', 'managedFields'), undefined);
    equal((await server.admin.patch(path, config({}), apply)).status, 400, 'an applier has to have a name');
    const forcedMerge = await server.admin.patch(`${path}?force=true`, '{}', merge);
    equal(forcedMerge.status, 400);
  });

  test('what is being deleted takes nothing new and goes with its last finalizer', async () => {
    const path = `${configMaps()}/kept`;
    await server.admin.post(configMaps(), { metadata: { name: 'kept', finalizers: ['example.com/a'] } });
    const deleted = await server.admin.delete(path);
    equal(deleted.status, 200);
    ok(at(deleted.json, 'metadata', 'deletionTimestamp'));
    const added = await server.admin.patch(
      path,
      '{"metadata":{"finalizers":["example.com/a","example.com/b"]}}',
      merge,
    );
    equal(added.status, 422);
    await server.admin.patch(path, '{"metadata":{"finalizers":[]}}', merge);
    equal((await server.admin.get(path)).status, 404);
  });
});
