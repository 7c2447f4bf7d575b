import { deepEqual, equal, fail, match, ok } from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { CatalogClient } from '@backstage/catalog-client';
import { catalogCapability } from '@plinth/catalog';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { catalogClient, entityOf, putEntity } from './catalog-clients.ts';

const component = (name: string, more: object = {}, metadata: object = {}): object =>
  entityOf('Component', name, { type: 'service', lifecycle: 'production', owner: 'pay', ...more }, metadata);

/** The client keeps the server's words as the cause. */
async function refused(asked: Promise<unknown>, words: RegExp): Promise<void> {
  try {
    await asked;
  } catch (error) {
    match(String((error as Error).cause), words);
    return;
  }
  fail(`not refused: ${words.source}`);
}

describe('@backstage/catalog-client', () => {
  let server: TestServer;
  let client: CatalogClient;
  before(async () => {
    server = await startTestServer({ capabilities: [catalogCapability] });
    client = catalogClient(server.admin);
    const tagged = {
      tags: ['Java'.toLowerCase()],
      annotations: { 'example.com/circuit': 'one' },
      title: 'Zebra',
    };
    for (const entity of [
      component('ledger', { system: 'shop', dependsOn: ['resource:db'] }, tagged),
      component('web', { type: 'website', consumesApis: ['pay'] }),
      component('App', { lifecycle: 'experimental' }, { namespace: 'lab' }),
      entityOf('Resource', 'db', { type: 'database', owner: 'pay' }),
      entityOf('API', 'pay', { type: 'openapi', lifecycle: 'production', owner: 'pay', definition: '{}' }),
      entityOf('Group', 'pay', { type: 'team', children: [] }),
      entityOf('User', 'ann', { memberOf: ['pay'] }),
    ])
      await putEntity(server, entity);
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  const names = (items: readonly { metadata: { name: string } }[]): string[] =>
    items.map(({ metadata }) => metadata.name);

  test('gets an entity by its reference, with uid, etag and relations of both directions', async () => {
    const db = await client.getEntityByRef('resource:default/DB');
    deepEqual(db?.relations, [
      { type: 'dependencyOf', targetRef: 'component:default/ledger' },
      { type: 'ownedBy', targetRef: 'group:default/pay' },
    ]);
    const { uid, etag, namespace, annotations } = db.metadata;
    equal(namespace, 'default');
    deepEqual(annotations, {
      'backstage.io/managed-by-location': 'plinth:default/resource.default.db',
      'backstage.io/managed-by-origin-location': 'plinth:default/resource.default.db',
    });
    const again = await client.getEntityByName({ kind: 'Resource', namespace: 'default', name: 'db' });
    deepEqual([again?.metadata.uid, again?.metadata.etag], [uid, etag]);
    equal(await client.getEntityByRef('resource:default/none'), undefined);
    const group = await client.getEntityByRef('group:pay');
    deepEqual(
      group?.relations?.map(({ type, targetRef }) => `${type} ${targetRef}`),
      [
        'hasMember user:default/ann',
        'ownerOf api:default/pay',
        'ownerOf component:default/ledger',
        'ownerOf component:default/web',
        'ownerOf resource:default/db',
      ],
    );
  });

  test('filters: sets and conditions, values in any case, keys alone, tags, annotations, relations', async () => {
    const found = async (filter: Parameters<CatalogClient['getEntities']>[0]): Promise<string[]> =>
      names((await client.getEntities(filter)).items);
    deepEqual(await found({ filter: { kind: 'COMPONENT' } }), ['ledger', 'web', 'App']);
    deepEqual(await found({ filter: { kind: 'component', 'spec.type': ['website', 'library'] } }), ['web']);
    deepEqual(await found({ filter: [{ kind: 'user' }, { kind: 'group' }] }), ['pay', 'ann']);
    deepEqual(await found({ filter: { 'metadata.tags.java': 'true' } }), ['ledger']);
    const { CATALOG_FILTER_EXISTS } = await import('@backstage/catalog-client');
    deepEqual(
      await found({ filter: { 'metadata.annotations.example.com/circuit': CATALOG_FILTER_EXISTS } }),
      ['ledger'],
    );
    deepEqual(await found({ filter: { 'relations.memberOf': 'group:default/pay' } }), ['ann']);
    deepEqual(await found({ filter: { kind: 'none' } }), []);
  });

  test('fields, order, offset and limit', async () => {
    const { items } = await client.getEntities({
      filter: { kind: 'component' },
      fields: ['metadata.name', 'metadata.annotations.example.com/circuit', 'spec.none'],
      order: [{ field: 'metadata.name', order: 'desc' }],
      offset: 1,
      limit: 1,
    });
    deepEqual(items, [{ metadata: { name: 'ledger', annotations: { 'example.com/circuit': 'one' } } }]);
    const titled = await client.getEntities({ order: { field: 'metadata.title', order: 'desc' } });
    equal(titled.items[0]?.metadata.name, 'ledger');
    equal(titled.items.length, 7);
    const first = await server.admin.send('GET', '/api/catalog/entities?limit=5');
    const next = /^<(.*)>; rel="next"$/.exec(String(first.headers['link']))?.[1] ?? '';
    const second = await server.admin.send('GET', next);
    equal((first.json as unknown[]).length + (second.json as unknown[]).length, 7);
    equal(second.headers['link'], undefined);
  });

  test('queries with cursors: every entity once, forwards and back, with their number', async () => {
    const request = {
      filter: { kind: 'component' },
      orderFields: { field: 'metadata.name', order: 'asc' },
      limit: 2,
    } as const;
    const first = await client.queryEntities(request);
    deepEqual([names(first.items), first.totalItems], [['App', 'ledger'], 3]);
    ok(first.pageInfo.nextCursor);
    const second = await client.queryEntities({ cursor: first.pageInfo.nextCursor, limit: 2 });
    deepEqual([names(second.items), second.totalItems, second.pageInfo.nextCursor], [['web'], 3, undefined]);
    ok(second.pageInfo.prevCursor);
    const back = await client.queryEntities({ cursor: second.pageInfo.prevCursor, limit: 2 });
    deepEqual(names(back.items), ['App', 'ledger']);
    const streamed: string[] = [];
    for await (const page of client.streamEntities({ pageSize: 2 })) streamed.push(...names(page));
    equal(streamed.length, 7);
    equal(new Set(streamed.map((name, i) => `${name}${i}`)).size, 7);
  });

  test('an entity that comes between two pages moves none of the others', async () => {
    const request = {
      filter: { kind: 'system' },
      orderFields: { field: 'metadata.name', order: 'asc' },
      limit: 1,
    } as const;
    for (const name of ['m', 'p']) await putEntity(server, entityOf('System', name, { owner: 'pay' }));
    const first = await client.queryEntities(request);
    await putEntity(server, entityOf('System', 'a', { owner: 'pay' }));
    const second = await client.queryEntities({ cursor: first.pageInfo.nextCursor ?? '', limit: 1 });
    deepEqual([names(first.items), names(second.items)], [['m'], ['p']]);
  });

  test('queries with predicates and text', async () => {
    const query = async (request: Parameters<CatalogClient['queryEntities']>[0]): Promise<string[]> =>
      names((await client.queryEntities(request)).items).sort();
    deepEqual(
      await query({ query: { $all: [{ kind: 'component' }, { $not: { 'spec.type': 'website' } }] } }),
      ['App', 'ledger'],
    );
    deepEqual(
      await query({
        query: { $any: [{ 'metadata.name': { $hasPrefix: 'LED' } }, { kind: { $in: ['user'] } }] },
      }),
      ['ann', 'ledger'],
    );
    deepEqual(await query({ query: { 'metadata.title': { $exists: true } } }), ['ledger']);
    const relations = { $contains: { type: 'dependsOn', targetRef: { $in: ['resource:default/db'] } } };
    deepEqual(await query({ query: { relations } }), ['ledger']);
    const text = { term: 'ZEB', fields: ['metadata.name', 'metadata.title'] };
    deepEqual(await query({ filter: { kind: 'component' }, fullTextFilter: text }), ['ledger']);
    const first = await client.queryEntities({ query: { kind: 'component' }, limit: 2 });
    const second = await client.queryEntities({ cursor: first.pageInfo.nextCursor ?? '' });
    equal(first.items.length + second.items.length, 3);
  });

  test('several by their references, in their order, with gaps', async () => {
    const entityRefs = ['user:default/ann', 'user:default/none', 'component:lab/app'];
    const { items } = await client.getEntitiesByRefs({ entityRefs, fields: ['metadata.name'] });
    deepEqual(items, [{ metadata: { name: 'ann' } }, undefined, { metadata: { name: 'App' } }]);
    const filtered = await client.getEntitiesByRefs({ entityRefs, filter: { kind: 'user' } });
    deepEqual(
      filtered.items.map((one) => one?.metadata.name),
      ['ann', undefined, undefined],
    );
  });

  test('facets', async () => {
    const { facets } = await client.getEntityFacets({
      filter: { kind: 'component' },
      facets: ['spec.type', 'metadata.tags'],
    });
    deepEqual(facets, {
      'spec.type': [
        { value: 'service', count: 2 },
        { value: 'website', count: 1 },
      ],
      'metadata.tags': [{ value: 'java', count: 1 }],
    });
    const asked = await client.getEntityFacets({ query: { kind: 'user' }, facets: ['kind'] });
    deepEqual(asked.facets['kind'], [{ value: 'User', count: 1 }]);
  });

  test('validates entities, and is told what is wrong', async () => {
    const entity = component('x') as Parameters<CatalogClient['validateEntity']>[0];
    deepEqual(await client.validateEntity(entity, 'url:https://example.com'), { valid: true });
    const wrong = await client.validateEntity({ ...entity, spec: {} }, 'url:https://example.com');
    match(JSON.stringify(wrong), /"valid":false.*spec\.owner: Required value/);
  });

  test('registers a location, refreshes it, sees its ancestry and takes it away', async () => {
    const source = join(server.directory, 'source');
    const write = (name: string, entity: object): void =>
      writeFileSync(join(source, name), JSON.stringify(entity));
    mkdirSync(source, { recursive: true });
    write('catalog-info.yaml', entityOf('Location', 'root', { target: './one.yaml' }));
    write('one.yaml', component('one'));
    const target = join(source, 'catalog-info.yaml');
    const dry = await client.addLocation({ type: 'file', target, dryRun: true });
    equal(dry.exists, false);
    const { location } = await client.addLocation({ type: 'file', target });
    await until('the entity', async () => await client.getEntityByRef('component:one'));
    await refused(client.addLocation({ type: 'file', target }), /registered already/);
    equal((await client.addLocation({ type: 'file', target, onConflict: 'refresh' })).exists, true);
    deepEqual((await client.getLocationByRef(`file:${target}`))?.id, location.id);
    deepEqual(await client.getLocationById(location.id), { id: location.id, type: 'file', target });
    equal((await client.getLocationByEntity('component:one'))?.id, location.id);
    equal((await client.queryLocations({})).totalItems, 1);
    const { rootEntityRef, items } = await client.getEntityAncestors({ entityRef: 'component:one' });
    deepEqual(
      [rootEntityRef, items.map(({ entity, parentEntityRefs }) => [entity.metadata.name, parentEntityRefs])],
      [
        'component:default/one',
        [
          ['one', ['location:default/root']],
          ['root', []],
        ],
      ],
    );
    await client.refreshEntity('component:one');
    await client.removeLocationById(location.id);
    await until('nothing', async () => ((await client.getEntityByRef('component:one')) ? undefined : true));
    rmSync(source, { recursive: true });
  });

  test('removes an entity by its uid', async () => {
    await putEntity(server, component('short-lived'));
    const uid = (await client.getEntityByRef('component:short-lived'))?.metadata.uid ?? '';
    await client.removeEntityByUid(uid);
    await until('nothing', async () =>
      (await client.getEntityByRef('component:short-lived')) ? undefined : true,
    );
  });

  test('is told what is malformed or not served, in the form that it reads', async () => {
    await refused(client.getEntityFacets({ facets: [] }), /facet/);
    await refused(client.queryEntities({ cursor: 'nonsense' }), /cursor: expected one/);
    await refused(client.addLocation({ target: 'ftp://x' }), /target: expected a file in a repository/);
    await refused(
      client.analyzeLocation({ location: { type: 'url', target: 'x' } }),
      /analyze-location proposes/,
    );
    await refused(
      client.queryEntities({ query: { kind: { $near: 'x' } } as never }),
      /query: kind: expected a value/,
    );
    await refused(client.refreshEntity('component:none'), /there is no entity component:default\/none/);
  });
});
