import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { draft } from '@plinth/kernel/testing';
import { catalogEntities } from '../src/catalog-entity-kind.ts';
import { catalogLocations } from '../src/catalog-location-kind.ts';
import { CatalogWorld, component, locationEntity } from './catalog-world.ts';

const world = new CatalogWorld();
const directory = (path = world.source): object => ({ source: { directory: { path } } });
const at = (name: string) => ({ namespace: 'default', name });

before(() => world.start());
after(async () => {
  await world.remove();
  deepEqual(world.faults, []);
});
beforeEach(async () => {
  for (const { metadata } of world.client.list(catalogLocations, { namespace: 'default' }))
    await world.client.delete(catalogLocations, at(metadata.name));
  for (const { metadata } of world.client.list(catalogEntities, { namespace: 'default' }))
    await world.client.delete(catalogEntities, at(metadata.name)).catch(() => undefined);
  await world.until('an empty catalog', () => world.names().length === 0);
  rmSync(world.source, { recursive: true, force: true });
  world.write('catalog-info.yaml', component('a'));
});

describe('a directory', () => {
  test('becomes entities, which follow its files, and go with the location', async () => {
    world.write('team/catalog-info.yml', `${component('b')}---\n${component('c')}`);
    world.write('team/other.yaml', component('not-asked-for'));
    await world.locate('all', directory());
    await world.until('three entities', () => world.ready('all') === 'Synced: 3 entities');
    deepEqual(world.names(), ['component.default.a', 'component.default.b', 'component.default.c']);
    deepEqual(world.entity('component.default.c')?.spec, {
      entity: {
        apiVersion: 'backstage.io/v1alpha1',
        kind: 'Component',
        metadata: { name: 'c' },
        spec: { type: 'service', lifecycle: 'production', owner: 'pay' },
      },
      source: { location: 'all', path: 'team/catalog-info.yml' },
    });
    const uid = world.entity('component.default.b')?.metadata.uid;
    world.write('team/catalog-info.yml', component('b', ', system: shop'));
    await world.until('two entities', () => world.ready('all') === 'Synced: 2 entities');
    deepEqual(world.names(), ['component.default.a', 'component.default.b']);
    equal(world.entity('component.default.b')?.metadata.uid, uid);
    await world.client.delete(catalogLocations, at('all'));
    await world.until('no entity', () => world.names().length === 0);
  });

  test('what others change in its entities is put right', async () => {
    await world.locate('all', directory());
    await world.until('an entity', () => world.ready('all') === 'Synced: 1 entities');
    await world.client.delete(catalogEntities, at('component.default.a'));
    await world.until('the entity again', () => world.entity('component.default.a') !== undefined);
    const patch = { spec: { entity: { spec: { owner: 'thief' } } } };
    await world.client.patch(catalogEntities, at('component.default.a'), patch);
    const owner = (): unknown =>
      (world.entity('component.default.a')?.spec.entity['spec'] as { owner: string } | undefined)?.owner;
    await world.until('the owner again', () => owner() === 'pay');
  });

  test('a text that is not valid any more leaves the entity as it was, with the error', async () => {
    world.write('b/catalog-info.yaml', component('b'));
    await world.locate('all', directory());
    await world.until('two entities', () => world.ready('all') === 'Synced: 2 entities');
    world.write('catalog-info.yaml', component('a').replace('owner: pay', 'owner: ""'));
    world.write('b/catalog-info.yaml', 'a: [\n');
    const errors = (name: string): readonly string[] => world.entity(name)?.status?.errors ?? [];
    await world.until(
      'errors',
      () => errors('component.default.a').length > 0 && errors('component.default.b').length > 0,
    );
    match(errors('component.default.a')[0] ?? '', /^spec\.owner: /);
    match(errors('component.default.b')[0] ?? '', /a document of its file cannot be read/);
    const told = /^EntitiesRefused: b\/catalog-info\.yaml:2: .*, and 1 more problems$/;
    await world.until('both problems', () => told.test(world.ready('all')));
    world.write('catalog-info.yaml', component('a'));
    rmSync(join(world.source, 'b'), { recursive: true });
    await world.until('health', () => world.ready('all') === 'Synced: 1 entities');
    equal(world.entity('component.default.a')?.status, undefined);
  });

  test('a source that is suddenly empty deletes nothing, and one that is not there says so', async () => {
    await world.locate('all', directory());
    await world.until('an entity', () => world.ready('all') === 'Synced: 1 entities');
    rmSync(join(world.source, 'catalog-info.yaml'));
    await world.until('a refusal', () => world.ready('all').startsWith('SourceEmpty: '));
    equal(world.names().length, 1);
    rmSync(world.source, { recursive: true });
    await world.client.patch(catalogLocations, at('all'), { metadata: { annotations: { again: '1' } } });
    await world.until('a reason', () => world.ready('all').startsWith('SourceNotFound: '));
    equal(world.names().length, 1);
  });

  test('it goes on where it was after a restart, and writes nothing that is as declared', async () => {
    await world.locate('all', directory());
    await world.until('an entity', () => world.ready('all') === 'Synced: 1 entities');
    const version = world.entity('component.default.a')?.metadata.resourceVersion;
    await world.stop();
    world.write('late/catalog-info.yaml', component('late'));
    await world.start();
    await world.until('two entities', () => world.ready('all') === 'Synced: 2 entities');
    equal(world.entity('component.default.a')?.metadata.resourceVersion, version);
  });
});

test('files that entities point to are read: Locations, texts and definitions; nothing outside of the source', async () => {
  const api = 'apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: pay}\n';
  world.write('catalog-info.yaml', locationEntity('root', '{targets: ["./teams/*.yaml", missing.yaml]}'));
  world.write('teams/pay.yaml', locationEntity('pay', '{target: ../apis/pay.yaml}'));
  world.write(
    'apis/pay.yaml',
    `${api}spec: {type: openapi, lifecycle: production, owner: pay, definition: {$text: ./pay.json}}\n`,
  );
  world.write('apis/pay.json', '{"openapi": "3.1.0"}');
  const away = ['https://example.com/catalog-info.yaml', '../../etc/passwd', '/etc/passwd'];
  world.write('teams/away.yaml', locationEntity('away', JSON.stringify({ targets: away })));
  world.write(
    'optional/catalog-info.yaml',
    locationEntity('optional', '{target: x.yaml, presence: optional}'),
  );
  await world.locate('all', directory());
  await world.until('entities', () => world.location('all')?.status?.entities === 5);
  const definition = (): unknown =>
    (world.entity('api.default.pay')?.spec.entity['spec'] as { definition?: unknown } | undefined)
      ?.definition;
  const found = world.entity('api.default.pay');
  deepEqual(found?.spec.source, { location: 'all', path: 'apis/pay.yaml', parent: 'location:default/pay' });
  equal(definition(), '{"openapi": "3.1.0"}');
  const problems = world.location('all')?.status?.problems?.map(({ path, message }) => `${path} ${message}`);
  deepEqual(
    problems?.map((text) => text.replace(/only files.*/, 'outside')),
    [
      'catalog-info.yaml spec.target missing.yaml: there is no file missing.yaml in the source',
      ...away.map((target) => `teams/away.yaml spec.target ${target}: outside`),
    ],
  );
  world.write('apis/pay.json', '{"openapi": "3.2.0"}');
  await world.until('the new definition', () => definition() === '{"openapi": "3.2.0"}');
});

test('of two locations with the same entity the first keeps it, and the second gets it when it is free', async () => {
  const second = join(world.home, 'second');
  world.write('catalog-info.yaml', `${component('a')}---\n${component('own')}`, second);
  await world.locate('all', directory());
  await world.until('an entity', () => world.ready('all') === 'Synced: 1 entities');
  await world.locate('second', directory(second));
  await world.until('a conflict', () => world.ready('second').startsWith('EntitiesRefused: '));
  match(world.ready('second'), /catalog-info\.yaml: CatalogLocation all declares this entity already/);
  equal(world.entity('component.default.a')?.spec.source?.location, 'all');
  await world.client.delete(catalogLocations, at('all'));
  await world.until('peace', () => world.ready('second') === 'Synced: 2 entities');
  equal(world.entity('component.default.a')?.spec.source?.location, 'second');
});

describe('entities that are written here', () => {
  const entity = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Group',
    metadata: { name: 'Pay_Team' },
    spec: { type: 'team', children: [] },
  };
  const create = (name: string, value: object): Promise<unknown> =>
    world.client.create(
      catalogEntities,
      draft('plinth.dev/v1alpha1', 'CatalogEntity', at(name), { spec: { entity: value } }),
    );

  test('are taken when they are valid and called as their object', async () => {
    await create('group.default.pay_team', entity);
    deepEqual(world.entity('group.default.pay_team')?.spec, { entity });
    await rejects(create('pay', entity), /metadata\.name.*must be group\.default\.pay_team/);
    await rejects(create('group.default.x', { ...entity, spec: {} }), /spec\.type: Required value/);
  });

  test('are left alone by a location that declares the same', async () => {
    await create('component.default.a', {
      ...entity,
      kind: 'Component',
      metadata: { name: 'a' },
      spec: { type: 'x', lifecycle: 'x', owner: 'x' },
    });
    await world.locate('all', directory());
    await world.until('a conflict', () =>
      world.ready('all').includes('a CatalogEntity that was written here'),
    );
    equal(world.entity('component.default.a')?.spec.source, undefined);
  });
});

test('a git repository', async (t) => {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: world.source,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    git('--version');
  } catch {
    t.skip('there is no git');
    return;
  }
  world.write('catalog-info.yaml', locationEntity('root', '{target: ./a.yaml}'));
  world.write('a.yaml', component('a'));
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'one');
  await world.locate('all', { source: { git: { url: `file://${world.source}` } }, interval: '1s' });
  await world.until('two entities', () => world.ready('all') === 'Synced: 2 entities');
  equal(world.location('all')?.status?.revision, git('rev-parse', 'HEAD').trim());
  world.write('a.yaml', `${component('a')}---\n${component('b')}`);
  git('commit', '--quiet', '-am', 'two');
  await world.until('three entities', () => world.ready('all') === 'Synced: 3 entities');
});

test('specs that name no source, two, or a way out are refused', async () => {
  await rejects(world.locate('bad', { source: {} }), /exactly one of directory and git/);
  await rejects(world.locate('bad', { source: { directory: { path: 'relative' } } }), /absolute path/);
  await rejects(world.locate('bad', { ...directory(), targets: ['../x.yaml'] }), /spec\.targets\[0\]/);
});
