import { deepEqual, equal, rejects } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { catalogCapability } from '@plinth/catalog';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { catalogClient, entityOf, putEntity } from './catalog-clients.ts';

describe('rights to the catalog', () => {
  let server: TestServer;
  const post = async (path: string, body: object): Promise<void> => {
    const { status, text } = await server.admin.send('POST', path, { body });
    if (status !== 201) throw new Error(text);
  };
  const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop';
  const grant = async (user: string, rules: object[]): Promise<void> => {
    const apiGroup = 'rbac.authorization.k8s.io';
    await post(`${rbac}/roles`, { metadata: { name: user }, rules });
    const subjects = [{ apiGroup, kind: 'User', name: user }];
    const roleRef = { apiGroup, kind: 'Role', name: user };
    await post(`${rbac}/rolebindings`, { metadata: { name: user }, subjects, roleRef });
  };
  const rule = (verbs: string[], resources: string[], resourceNames?: string[]): object => ({
    apiGroups: ['plinth.dev'],
    verbs,
    resources,
    ...(resourceNames ? { resourceNames } : {}),
  });
  before(async () => {
    server = await startTestServer({ capabilities: [catalogCapability] });
    await post('/api/v1/namespaces', { metadata: { name: 'shop' } });
    await putEntity(server, entityOf('Group', 'pay', { type: 'team', children: [] }), 'shop');
    await putEntity(server, entityOf('Group', 'pay', { type: 'hidden', children: [] }));
    await putEntity(server, entityOf('System', 'secret', { owner: 'pay' }));
    await putEntity(server, entityOf('User', 'ann', { memberOf: ['pay'] }), 'shop');
    await grant('reader', [rule(['get', 'list'], ['catalogentities'])]);
    await grant('one', [rule(['get'], ['catalogentities'], ['user.default.ann'])]);
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  test('nobody is let in', async () => {
    for (const path of ['entities', 'entities/by-query', 'entity-facets?facet=kind', 'locations'])
      equal((await server.nobody.send('GET', `/api/catalog/${path}`)).status, 401, path);
  });

  test('a stranger sees nothing, and may register and refresh nothing', async () => {
    const stranger = catalogClient(server.as('stranger'));
    deepEqual((await stranger.getEntities()).items, []);
    equal((await stranger.queryEntities()).totalItems, 0);
    deepEqual((await stranger.getEntityFacets({ facets: ['kind'] })).facets, { kind: [] });
    equal(await stranger.getEntityByRef('user:ann'), undefined);
    deepEqual((await stranger.getEntitiesByRefs({ entityRefs: ['user:default/ann'] })).items, [undefined]);
    await rejects(stranger.addLocation({ type: 'file', target: '/tmp/x.yaml' }), /403/);
    await rejects(stranger.refreshEntity('user:ann'), /404/);
  });

  test('who may list one namespace sees its entities alone: in lists, counts, facets and relations', async () => {
    const reader = catalogClient(server.as('reader'));
    deepEqual(
      (await reader.getEntities()).items.map(({ kind }) => kind),
      ['Group', 'User'],
    );
    equal((await reader.queryEntities()).totalItems, 2);
    const { facets } = await reader.getEntityFacets({ facets: ['kind', 'spec.type'] });
    deepEqual(facets, {
      kind: [
        { value: 'Group', count: 1 },
        { value: 'User', count: 1 },
      ],
      'spec.type': [{ value: 'team', count: 1 }],
    });
    // The entity of the same reference elsewhere is another one, and so is what points to it.
    const pay = await reader.getEntityByRef('group:pay');
    deepEqual(
      [pay?.spec?.['type'], pay?.relations],
      ['team', [{ type: 'hasMember', targetRef: 'user:default/ann' }]],
    );
    await rejects(reader.removeEntityByUid(pay?.metadata.uid ?? ''), /403/);
    equal(await reader.getEntityByRef('system:secret'), undefined);
  });

  test('a right to one object gives that entity, and no list', async () => {
    const one = catalogClient(server.as('one'));
    equal((await one.getEntityByRef('user:ann'))?.metadata.name, 'ann');
    equal(await one.getEntityByRef('group:pay'), undefined);
    deepEqual((await one.getEntities()).items, []);
  });
});
