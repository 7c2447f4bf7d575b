import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Informer, makeInformer, type ObjectCache, type V1ConfigMap } from '@kubernetes/client-node';
import { at } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { summary, type WatchEvent } from '../harness/watch-reader.ts';
import { type SampleClient, sampleClient } from './sample-client.ts';

const namespace = 'default';
const path = `/api/v1/namespaces/${namespace}/configmaps`;
const labelSelector = 'watched';

/** What an informer has told, and its cache. */
interface Follower {
  readonly informer: Informer<V1ConfigMap> & ObjectCache<V1ConfigMap>;
  readonly added: string[];
  readonly updated: string[];
  readonly deleted: string[];
}

function follow({ config, core }: SampleClient): Follower {
  const list = () => core.listNamespacedConfigMap({ namespace, labelSelector });
  const informer = makeInformer(config, path, list, labelSelector);
  const follower: Follower = { informer, added: [], updated: [], deleted: [] };
  const nameOf = (object: V1ConfigMap): string => object.metadata?.name ?? '';
  informer.on('add', (object) => follower.added.push(nameOf(object)));
  informer.on('update', (object) => follower.updated.push(nameOf(object)));
  informer.on('delete', (object) => follower.deleted.push(nameOf(object)));
  return follower;
}

describe('@kubernetes/client-node: watching', () => {
  let server: TestServer;
  let client: SampleClient;
  before(async () => {
    server = await startTestServer();
    client = sampleClient(server);
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  const make = (name: string): Promise<unknown> =>
    client.core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name, labels: { watched: 'yes' } }, data: { n: '0' } },
    });
  const change = (name: string, n: string): Promise<unknown> =>
    client.core.replaceNamespacedConfigMap({
      name,
      namespace,
      body: { metadata: { name, labels: { watched: 'yes' } }, data: { n } },
    });
  const remove = (name: string): Promise<unknown> =>
    client.core.deleteNamespacedConfigMap({ name, namespace });
  const clear = (): Promise<unknown> =>
    client.core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector });

  test('a watch with initial events and bookmarks', async () => {
    await make('first');
    const events: WatchEvent[] = [];
    let ended = false;
    const query = {
      labelSelector,
      allowWatchBookmarks: true,
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
    };
    const controller = await client.watch.watch(
      path,
      query,
      (type, object: unknown) => events.push({ type, object }),
      () => {
        ended = true;
      },
    );
    await until('the bookmark', () => events.find(({ type }) => type === 'BOOKMARK'));
    await make('second');
    await change('second', '1');
    await remove('first');
    await until('all events', () => (events.length >= 5 ? true : undefined));
    deepEqual(summary(events), [
      'ADDED first',
      'BOOKMARK',
      'ADDED second',
      'MODIFIED second',
      'DELETED first',
    ]);
    equal(at(events[1]?.object, 'metadata', 'annotations', 'k8s.io/initial-events-end'), 'true');
    controller.abort();
    await until('the end', () => (ended ? true : undefined));
    await clear();
  });

  test('a watch from a version that is gone ends with 410', async () => {
    const { metadata } = await client.core.listNamespacedConfigMap({ namespace });
    await make('later');
    await server.kernel.store.compact(server.kernel.store.revision);
    const events: WatchEvent[] = [];
    let ended = false;
    const query = { resourceVersion: metadata?.resourceVersion };
    await client.watch.watch(
      path,
      query,
      (type, object: unknown) => events.push({ type, object }),
      () => {
        ended = true;
      },
    );
    await until('the end', () => (ended ? true : undefined));
    deepEqual(
      events.map(({ type, object }) => [type, at(object, 'code'), at(object, 'reason')]),
      [['ERROR', 410, 'Expired']],
    );
    await clear();
  });

  test('an informer keeps a copy', async () => {
    await make('a');
    const follower = follow(client);
    await follower.informer.start();
    await make('b');
    await change('a', '1');
    await remove('b');
    await until('the deletion', () => (follower.deleted.length === 1 ? true : undefined));
    deepEqual([follower.added, follower.updated, follower.deleted], [['a', 'b'], ['a'], ['b']]);
    equal(follower.informer.get('a', namespace)?.data?.['n'], '1');
    equal(follower.informer.list(namespace).length, 1);
    await follower.informer.stop();
    await clear();
  });

  test('an informer whose version is gone lists again', async () => {
    await make('a');
    await make('b');
    const follower = follow(client);
    await follower.informer.start();
    await until('the objects', () => (follower.added.length === 2 ? true : undefined));
    await follower.informer.stop();
    await remove('a');
    await change('b', '1');
    await make('c');
    await server.kernel.store.compact(server.kernel.store.revision);
    await follower.informer.start();
    await until('the new object', () => (follower.added.includes('c') ? true : undefined));
    deepEqual([follower.deleted, follower.updated], [['a'], ['b']]);
    await follower.informer.stop();
    await clear();
  });

  test('an informer outlives restarts of the server', async () => {
    const follower = follow(client);
    const names = new Set<string>();
    let restarts = 0;
    // As its documentation has it: who wants the informer to go on starts it again.
    const again = (): void => {
      restarts++;
      setImmediate(() => void follower.informer.start());
    };
    follower.informer.on('error', again);
    await follower.informer.start();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 10; i++) {
        await make(`r${round}-${i}`);
        names.add(`r${round}-${i}`);
      }
      await remove(`r${round}-3`);
      names.delete(`r${round}-3`);
      if (round < 2) server = await server.restart();
    }
    await until('the copy to be complete', () => {
      const present = follower.informer.list(namespace).map((object) => object.metadata?.name ?? '');
      return present.length === names.size && present.every((name) => names.has(name)) ? true : undefined;
    });
    ok(restarts > 0);
    equal(new Set(follower.added).size, follower.added.length, 'no object is added twice');
    // To stop it is an error to the informer as well.
    follower.informer.off('error', again);
    await follower.informer.stop();
  });
});
