import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { at, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { summary, WatchReader } from '../harness/watch-reader.ts';
import { configMap, configMaps, makeNamespace } from '../harness/widgets.ts';

const merge = 'application/merge-patch+json';

describe('watches', () => {
  let server: TestServer;
  let counter = 0;
  before(async () => {
    server = await startTestServer();
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  /** The ConfigMaps of a namespace of the test's own, in which nothing else happens. */
  async function ownConfigMaps(): Promise<string> {
    const name = `watch-${++counter}`;
    await makeNamespace(server, name);
    const path = configMaps(name);
    await until('the CA to be published', async () =>
      (await server.admin.get(`${path}/kube-root-ca.crt`)).status === 200 ? true : undefined,
    );
    await server.admin.delete(`${path}/kube-root-ca.crt`);
    await until('the CA to be published again', async () =>
      (await server.admin.get(`${path}/kube-root-ca.crt`)).status === 200 ? true : undefined,
    );
    return path;
  }

  async function revision(path: string): Promise<string> {
    return textAt((await server.admin.get(path)).json, 'metadata', 'resourceVersion');
  }

  test('every change after a list, in order, and nothing else', async () => {
    const path = await ownConfigMaps();
    await server.admin.post(path, configMap('before'));
    const from = await revision(path);
    await server.admin.post(path, configMap('a'));
    const watch = await WatchReader.open(server.admin, `${path}?resourceVersion=${from}`);
    await server.admin.patch(`${path}/a`, '{"data":{"x":"1"}}', merge);
    await server.admin.patch(`${path}/a`, '{"data":{"x":"1"}}', merge);
    await server.admin.delete(`${path}/a`);
    await server.admin.post(path, configMap('b'));
    deepEqual(summary(await watch.first(4)), ['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED b']);
    const revisions = watch.events.map(({ object }) => Number(textAt(object, 'metadata', 'resourceVersion')));
    deepEqual(
      revisions,
      revisions.toSorted((a, b) => a - b),
    );
    equal(at(watch.events[2]?.object, 'data', 'x'), '1', 'a deletion carries the last state');
    watch.close();
  });

  test('without a version the present objects come first', async () => {
    const path = await ownConfigMaps();
    await server.admin.post(path, configMap('a'));
    for (const query of ['', '?resourceVersion=0', '?resourceVersion=']) {
      const watch = await WatchReader.open(server.admin, path + query);
      deepEqual(summary(await watch.first(2)), ['ADDED a', 'ADDED kube-root-ca.crt'], query);
      watch.close();
    }
  });

  test('a selecting watch sees objects come and go', async () => {
    const path = await ownConfigMaps();
    const from = await revision(path);
    const watch = await WatchReader.open(server.admin, `${path}?labelSelector=on&resourceVersion=${from}`);
    await server.admin.post(path, configMap('a'));
    const label = (value: string | null): string => JSON.stringify({ metadata: { labels: { on: value } } });
    await server.admin.patch(`${path}/a`, label('1'), merge);
    await server.admin.patch(`${path}/a`, label('2'), merge);
    await server.admin.patch(`${path}/a`, label(null), merge);
    await server.admin.patch(`${path}/a`, label('3'), merge);
    await server.admin.delete(`${path}/a`);
    const expected = ['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED a', 'DELETED a'];
    deepEqual(summary(await watch.first(5)), expected);
    equal(
      at(watch.events[2]?.object, 'metadata', 'labels', 'on'),
      '2',
      'what leaves is shown as it last fitted',
    );
    watch.close();
  });

  test('one object by its name', async () => {
    const path = await ownConfigMaps();
    await server.admin.post(path, configMap('a'));
    await server.admin.post(path, configMap('b'));
    for (const one of [`${path}/a`, `${path}?fieldSelector=metadata.name%3Da`]) {
      const watch = await WatchReader.open(server.admin, one);
      await server.admin.patch(`${path}/b`, `{"data":{"x":"${one.length}"}}`, merge);
      await server.admin.patch(`${path}/a`, `{"data":{"x":"${one.length}"}}`, merge);
      deepEqual(summary(await watch.first(2)), ['ADDED a', 'MODIFIED a']);
      watch.close();
    }
  });

  test('a version that has been compacted away is answered 410 in the stream', async () => {
    const path = await ownConfigMaps();
    const from = await revision(path);
    await server.admin.post(path, configMap('a'));
    await server.kernel.store.compact(server.kernel.store.revision);
    const watch = await WatchReader.open(server.admin, `${path}?resourceVersion=${from}`);
    const [event] = await watch.first(1);
    equal(event?.type, 'ERROR');
    equal(at(event?.object, 'code'), 410);
    equal(at(event?.object, 'reason'), 'Expired');
    match(textAt(event?.object, 'message'), /list again/);
    await watch.end();
  });

  test('a version that is not there yet is answered 504', async () => {
    const path = await ownConfigMaps();
    const future = server.kernel.store.revision + 1000;
    const { status, json } = await server.admin.get(`${path}?watch=true&resourceVersion=${future}`);
    equal(status, 504);
    equal(at(json, 'details', 'causes', 0, 'reason'), 'ResourceVersionTooLarge');
  });

  test('sendInitialEvents: a list as a stream, closed by a bookmark', async () => {
    const path = await ownConfigMaps();
    await server.admin.post(path, configMap('a'));
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await WatchReader.open(server.admin, `${path}?${query}`);
    const events = await watch.first(3);
    deepEqual(summary(events), ['ADDED a', 'ADDED kube-root-ca.crt', 'BOOKMARK']);
    const bookmark = events[2]?.object;
    equal(at(bookmark, 'metadata', 'annotations', 'k8s.io/initial-events-end'), 'true');
    equal(at(bookmark, 'kind'), 'ConfigMap');
    equal(Number(textAt(bookmark, 'metadata', 'resourceVersion')) <= server.kernel.store.revision, true);
    await server.admin.post(path, configMap('b'));
    equal(summary(await watch.first(4)).at(-1), 'ADDED b');
    watch.close();
  });

  const wrongQueries = [
    ['sendInitialEvents=true', /resourceVersionMatch/],
    ['sendInitialEvents=true&resourceVersionMatch=Exact', /NotOlderThan/],
    ['resourceVersionMatch=NotOlderThan', /forbidden for watch/],
    ['resourceVersion=abc', /resourceVersion/],
    ['timeoutSeconds=soon', /timeoutSeconds/],
    ['fieldSelector=data.x%3D1', /field selector/],
  ] as const;
  for (const [query, message] of wrongQueries) {
    test(`?${query} is a bad request`, async () => {
      const { status, json } = await server.admin.get(`${configMaps()}?watch=true&${query}`);
      equal(status, 400);
      match(textAt(json, 'message'), message);
    });
  }

  test('a watch ends at its timeout', async () => {
    const startedAt = performance.now();
    const watch = await WatchReader.open(server.admin, `${configMaps()}?timeoutSeconds=1`);
    await watch.end();
    ok(performance.now() - startedAt < 10_000);
  });

  test('metadata alone, and tables', async () => {
    const path = await ownConfigMaps();
    await server.admin.post(path, configMap('a', { x: '1' }));
    const metadata = await WatchReader.open(server.admin, `${path}/a`, {
      Accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    });
    const [first] = await metadata.first(1);
    equal(at(first?.object, 'kind'), 'PartialObjectMetadata');
    equal(at(first?.object, 'data'), undefined);
    metadata.close();
    const table = await WatchReader.open(server.admin, `${path}/a`, {
      Accept: 'application/json;as=Table;g=meta.k8s.io;v=v1',
    });
    await server.admin.patch(`${path}/a`, '{"data":{"y":"2"}}', merge);
    const [added, modified] = await table.first(2);
    equal(at(added?.object, 'columnDefinitions', 1, 'name'), 'Data');
    deepEqual(at(modified?.object, 'columnDefinitions'), []);
    equal(at(modified?.object, 'rows', 0, 'cells', 1), 2);
    table.close();
  });

  test('watches end in good order when the server stops', async () => {
    const other = await startTestServer();
    const watch = await WatchReader.open(other.admin, configMaps());
    await other.close();
    await watch.end();
    ok(!watch.events.some(({ type }) => type === 'ERROR'));
  });
});
