import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { table } from '../../builtin/test/submit.ts';
import type { KubeObject } from '../../model/object.ts';
import { resourceOfCrd, VersionCache } from '../resource-of-crd.ts';
import { compareVersions } from '../version-priority.ts';
import { stored, version } from './sample.ts';

test('versions are ordered by stability and number', () => {
  const ordered = [
    'v10',
    'v2',
    'v1',
    'v11beta2',
    'v10beta3',
    'v3beta1',
    'v12alpha1',
    'v11alpha2',
    'foo1',
    'foo10',
    'v01',
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(ordered, { minLength: ordered.length }), (shuffled) => {
      assert.deepEqual(shuffled.toSorted(compareVersions), ordered);
    }),
    { numRuns: 50 },
  );
});

test('a definition becomes a resource: order, columns, scale, deprecation, selectable fields', () => {
  const columns = [
    { name: 'Color', type: 'string', jsonPath: '.spec.color' },
    { name: 'Since', type: 'date', jsonPath: '.metadata.creationTimestamp', priority: 1 },
  ];
  const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
  const object = stored('widgets', 'Widget', {
    names: { shortNames: ['wd'], categories: ['all'] },
    spec: {
      versions: [
        version('v1alpha1', { storage: false, deprecated: true }),
        version('v1beta1', { storage: false, deprecated: true, deprecationWarning: 'go away' }),
        version('v2alpha1', { storage: false, served: false }),
        version('v1', {
          additionalPrinterColumns: columns,
          subresources: { status: {}, scale },
          selectableFields: [{ jsonPath: '.spec.color' }],
        }),
      ],
    },
  });
  const type = resourceOfCrd(object);
  const { versions, strategy: _strategy, ...rest } = type;
  assert.deepEqual(rest, {
    group: 'shop.example.com',
    resource: 'widgets',
    singular: 'widget',
    kind: 'Widget',
    listKind: 'WidgetList',
    shortNames: ['wd'],
    categories: ['all'],
    namespaced: true,
    storageVersion: 'v1',
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    origin: 'crd',
  });
  assert.deepEqual(
    versions.map(({ name, status, deprecationWarning }) => [name, status, deprecationWarning]),
    [
      ['v1', true, undefined],
      ['v1beta1', false, 'go away'],
      ['v1alpha1', false, 'shop.example.com/v1alpha1 Widget is deprecated; use shop.example.com/v1 Widget'],
    ],
  );
  const [v1, v1beta1] = versions;
  assert.ok(v1 && v1beta1);
  assert.deepEqual(v1.scale, scale);
  assert.deepEqual(v1.selectableFields, ['spec.color']);
  const widget: KubeObject = {
    apiVersion: 'shop.example.com/v1',
    kind: 'Widget',
    metadata: { name: 'w', uid: '', resourceVersion: '', creationTimestamp: '2026-05-01T11:59:00Z' },
    spec: { color: 'red' },
  };
  assert.deepEqual(table({ type, version: v1 }, widget), {
    heads: ['Name', 'Color', 'Since*'],
    cells: ['w', 'red', '60s'],
  });
  assert.deepEqual(table({ type, version: v1beta1 }, widget), {
    heads: ['Name', 'Age'],
    cells: ['w', '60s'],
  });
});

test('versions and their schemas are made once per generation', () => {
  const cache = new VersionCache();
  const object = stored('widgets', 'Widget');
  const first = resourceOfCrd(object, cache);
  const again = resourceOfCrd({ ...object, status: { conditions: [] } }, cache);
  assert.equal(again.versions, first.versions);
  assert.equal(again.versions[0]?.schema, first.versions[0]?.schema);
  const next = resourceOfCrd({ ...object, metadata: { ...object.metadata, generation: 2 } }, cache);
  assert.notEqual(next.versions, first.versions);
});
