import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ApiException,
  AuthenticationV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { at } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { installWidgets, widget } from '../harness/widgets.ts';
import { type SampleClient, sampleClient } from './sample-client.ts';

const namespace = 'default';
const widgets = { group: 'example.com', version: 'v1', namespace, plural: 'widgets' };

/** Whether an error is an answer of the API with this code and reason. */
function answered(code: number, reason: string): (error: unknown) => boolean {
  return (error) => {
    ok(error instanceof ApiException, String(error));
    equal(error.code, code);
    const body: unknown = typeof error.body === 'string' ? JSON.parse(error.body) : error.body;
    equal(at(body, 'reason'), reason);
    return true;
  };
}

describe('@kubernetes/client-node: objects', () => {
  let server: TestServer;
  let client: SampleClient;
  before(async () => {
    server = await startTestServer();
    await installWidgets(server);
    client = sampleClient(server);
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  test('CoreV1Api makes, reads, replaces, lists and deletes', async () => {
    const { core } = client;
    const made = await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'settings', labels: { app: 'shop' } }, data: { colour: 'red' } },
    });
    ok(made.metadata?.creationTimestamp instanceof Date);
    made.data = { colour: 'blue' };
    const replaced = await core.replaceNamespacedConfigMap({ name: 'settings', namespace, body: made });
    deepEqual(replaced.data, { colour: 'blue' });
    await rejects(
      core.replaceNamespacedConfigMap({ name: 'settings', namespace, body: made }),
      answered(409, 'Conflict'),
    );
    await rejects(
      core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'settings' } } }),
      answered(409, 'AlreadyExists'),
    );
    const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'app=shop' });
    deepEqual(
      list.items.map((item) => item.metadata?.name),
      ['settings'],
    );
    equal((await core.deleteNamespacedConfigMap({ name: 'settings', namespace })).status, 'Success');
    await rejects(core.readNamespacedConfigMap({ name: 'settings', namespace }), answered(404, 'NotFound'));
    await rejects(
      core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'Not_Valid' } } }),
      answered(422, 'Invalid'),
    );
  });

  test('lists come in pages', async () => {
    const { core } = client;
    for (let i = 0; i < 7; i++) {
      const metadata = { name: `page-${i}`, labels: { paged: 'yes' } };
      await core.createNamespacedConfigMap({ namespace, body: { metadata } });
    }
    const names: (string | undefined)[] = [];
    let _continue: string | undefined;
    do {
      const page = await core.listNamespacedConfigMap({
        namespace,
        labelSelector: 'paged',
        limit: 3,
        ...(_continue ? { _continue } : {}),
      });
      names.push(...page.items.map((item) => item.metadata?.name));
      _continue = page.metadata?._continue;
    } while (_continue);
    deepEqual(
      names,
      Array.from({ length: 7 }, (_, i) => `page-${i}`),
    );
    await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'paged' });
    equal((await core.listNamespacedConfigMap({ namespace, labelSelector: 'paged' })).items.length, 0);
  });

  test('CustomObjectsApi serves kinds that it has never heard of', async () => {
    const { custom } = client;
    const made: unknown = await custom.createNamespacedCustomObject({ ...widgets, body: widget('gear') });
    equal(at(made, 'spec', 'replicas'), 1);
    const list: unknown = await custom.listNamespacedCustomObject(widgets);
    equal(at(list, 'kind'), 'WidgetList');
    const merged: unknown = await custom.patchNamespacedCustomObjectStatus(
      { ...widgets, name: 'gear', body: { status: { phase: 'Ready', replicas: 1 } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    equal(at(merged, 'status', 'phase'), 'Ready');
    const scale: unknown = await custom.getNamespacedCustomObjectScale({ ...widgets, name: 'gear' });
    deepEqual(
      [at(scale, 'kind'), at(scale, 'spec'), at(scale, 'status')],
      ['Scale', { replicas: 1 }, { replicas: 1 }],
    );
    const scaled: unknown = await custom.patchNamespacedCustomObjectScale(
      { ...widgets, name: 'gear', body: { spec: { replicas: 4 } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    equal(at(scaled, 'spec', 'replicas'), 4);
    const read: unknown = await custom.getNamespacedCustomObject({ ...widgets, name: 'gear' });
    equal(at(read, 'spec', 'replicas'), 4);
    await custom.deleteNamespacedCustomObject({ ...widgets, name: 'gear' });
    await rejects(custom.getNamespacedCustomObject({ ...widgets, name: 'gear' }), answered(404, 'NotFound'));
  });

  test('all patch types', async () => {
    const { core } = client;
    const target = { name: 'patched', namespace };
    await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'patched' }, data: { a: '1' } },
    });
    const patch = async (strategy: PatchStrategy, body: object): Promise<unknown> => {
      const type = setHeaderOptions('Content-Type', strategy);
      return (await core.patchNamespacedConfigMap({ ...target, body, fieldManager: 'tester' }, type)).data;
    };
    deepEqual(await patch(PatchStrategy.JsonPatch, [{ op: 'add', path: '/data/b', value: '2' }]), {
      a: '1',
      b: '2',
    });
    deepEqual(await patch(PatchStrategy.MergePatch, { data: { a: null } }), { b: '2' });
    deepEqual(await patch(PatchStrategy.StrategicMergePatch, { data: { c: '3' } }), { b: '2', c: '3' });
    const config = { apiVersion: 'v1', kind: 'ConfigMap', data: { d: '4' } };
    deepEqual(await patch(PatchStrategy.ServerSideApply, config), { b: '2', c: '3', d: '4' });
  });

  test('server-side apply through KubernetesObjectApi', async () => {
    const { objects } = client;
    const apply = (manager: string, data: Record<string, string>, force = false): Promise<unknown> =>
      objects.patch(
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace }, data },
        undefined,
        undefined,
        manager,
        force,
        PatchStrategy.ServerSideApply,
      );
    await apply('one', { a: '1', b: '1' });
    await apply('two', { c: '1' });
    await rejects(apply('two', { a: '2', c: '1' }), answered(409, 'Conflict'));
    const forced = await apply('two', { a: '2', c: '1' }, true);
    deepEqual(at(forced, 'data'), { a: '2', b: '1', c: '1' });
    deepEqual(at(await apply('one', {}), 'data'), { a: '2', c: '1' });
    const definition = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'typed', namespace },
    };
    const made = await objects.create({ ...definition, spec: { size: 'large' } });
    equal(at(made, 'spec', 'size'), 'large');
    equal(at(await objects.read(definition), 'spec', 'size'), 'large');
    await objects.delete(definition);
  });

  test('a token of a service account opens what its roles allow', async () => {
    const { core, config } = client;
    await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'robot' } } });
    const request = await core.createNamespacedServiceAccountToken({
      name: 'robot',
      namespace,
      body: { spec: { audiences: [], expirationSeconds: 600 } },
    });
    match(request.status?.token ?? '', /^eyJ/);
    const other = new KubeConfig();
    const cluster = config.getCurrentCluster();
    ok(cluster);
    other.loadFromClusterAndUser(cluster, { name: 'robot', token: request.status?.token ?? '' });
    const self = await other.makeApiClient(AuthenticationV1Api).createSelfSubjectReview({ body: {} });
    equal(self.status?.userInfo?.username, 'system:serviceaccount:default:robot');
    await rejects(
      other.makeApiClient(CoreV1Api).listNamespacedConfigMap({ namespace }),
      answered(403, 'Forbidden'),
    );
    const review = await config.makeApiClient(AuthorizationV1Api).createSubjectAccessReview({
      body: {
        spec: {
          user: 'system:serviceaccount:default:robot',
          resourceAttributes: { verb: 'list', resource: 'configmaps', namespace },
        },
      },
    });
    equal(review.status?.allowed, false);
  });
});
