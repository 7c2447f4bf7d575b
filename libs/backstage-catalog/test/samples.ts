import type { Entity } from '../src/index.ts';

const backstage = 'backstage.io/v1alpha1';

/** A valid entity of each kind, with every field that the kind knows. */
export const samples: Readonly<Record<string, Entity>> = {
  Component: {
    apiVersion: backstage,
    kind: 'Component',
    metadata: {
      name: 'payments',
      namespace: 'shop',
      title: 'Payments',
      description: 'Takes money',
      labels: { tier: '1', 'example.com/team': 'pay' },
      annotations: { 'example.com/circuit': 'a b' },
      tags: ['java', 'c++', 'a:b'],
      links: [{ url: 'https://example.com/x', title: 'Home', icon: 'home', type: 'site' }],
    },
    spec: {
      type: 'service',
      lifecycle: 'production',
      owner: 'group:default/pay',
      system: 'shop',
      subcomponentOf: 'checkout',
      providesApis: ['pay-api'],
      consumesApis: ['default/bank-api'],
      dependsOn: ['resource:db', 'component:default/ledger'],
    },
  },
  API: {
    apiVersion: 'backstage.io/v1beta1',
    kind: 'API',
    metadata: { name: 'pay-api' },
    spec: {
      type: 'openapi',
      lifecycle: 'production',
      owner: 'pay',
      system: 'shop',
      definition: 'openapi: 3.1.0',
    },
  },
  Resource: {
    apiVersion: backstage,
    kind: 'Resource',
    metadata: { name: 'db' },
    spec: { type: 'database', owner: 'user:ann', system: 'shop', dependsOn: ['resource:disk'] },
  },
  System: {
    apiVersion: backstage,
    kind: 'System',
    metadata: { name: 'shop' },
    spec: { owner: 'pay', domain: 'sales', type: 'product' },
  },
  Domain: {
    apiVersion: backstage,
    kind: 'Domain',
    metadata: { name: 'sales' },
    spec: { owner: 'pay', subdomainOf: 'company', type: 'area' },
  },
  Group: {
    apiVersion: backstage,
    kind: 'Group',
    metadata: { name: 'pay' },
    spec: {
      type: 'team',
      profile: { displayName: 'Pay', email: 'pay@example.com', picture: 'https://example.com/p.png' },
      parent: 'all',
      children: ['cards'],
      members: ['ann'],
    },
  },
  User: {
    apiVersion: backstage,
    kind: 'User',
    metadata: { name: 'ann' },
    spec: { profile: { displayName: 'Ann', email: 'a@example.com', picture: 'x' }, memberOf: ['pay'] },
  },
  Location: {
    apiVersion: backstage,
    kind: 'Location',
    metadata: { name: 'all' },
    spec: { type: 'file', target: './a.yaml', targets: ['./b.yaml'], presence: 'optional' },
  },
};

/** A valid template, which catalog-model does not judge. */
export const template: Entity = {
  apiVersion: 'scaffolder.backstage.io/v1beta3',
  kind: 'Template',
  metadata: { name: 'new-service' },
  spec: {
    type: 'service',
    owner: 'pay',
    lifecycle: 'production',
    parameters: [{ title: 'Name', properties: {}, 'backstage:permissions': { tags: ['a'] } }],
    steps: [{ id: 'fetch', name: 'Fetch', action: 'fetch:template', input: { url: './x' }, if: true }],
    output: { links: [{ title: 'x', url: 'https://example.com', if: '${{ a }}' }], text: [{ content: '' }] },
  },
};

/** What a field is set to in turn: each kind of value, and texts at the edges of every form. */
export const oddValues: readonly unknown[] = [
  undefined,
  null,
  '',
  ' ',
  'plain',
  'Upper',
  'with space',
  'a.b_c-d',
  '-a',
  'a-',
  'a--b',
  'ä',
  'https://example.com',
  'x'.repeat(63),
  'x'.repeat(64),
  0,
  7,
  true,
  [],
  [''],
  ['a'],
  ['a:b'],
  [1],
  [null],
  {},
  { a: 'b' },
  { a: 1 },
  { 'a/b/c': 'd' },
  { 'A.b/c': 'd' },
  { 'a.b/c': 'D_e' },
  { 'a.b/c': '-' },
  { '': 'a' },
  [{}],
  [{ url: 'https://example.com' }],
  [{ url: 'nowhere' }],
  [{ url: 'https://example.com', title: ' ' }],
  [{ url: 'https://example.com', icon: '', type: 1 }],
  { displayName: '' },
  { email: 3 },
  'required',
  'backstage.io/v1beta1',
  'scaffolder.backstage.io/v1beta3',
  'component',
  'API',
];

/** Every entity that comes of setting one field of `sample` to one of the odd values. */
export function variationsOf(sample: Entity): unknown[] {
  const paths: string[][] = [
    ...['apiVersion', 'kind', 'metadata', 'spec', 'relations', 'status', 'foreign'].map((field) => [field]),
    ...[
      'name',
      'namespace',
      'title',
      'description',
      'labels',
      'annotations',
      'tags',
      'links',
      'uid',
      'etag',
      'own',
    ].map((field) => ['metadata', field]),
    ...[...Object.keys(sample.spec ?? {}), 'own'].map((field) => ['spec', field]),
  ];
  return paths.flatMap((path) => oddValues.map((value) => withValue(sample, path, value)));
}

/** A copy with one field set, or left out for `undefined`. */
export function withValue(
  sample: unknown,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): unknown {
  const copy: Record<string, unknown> = { ...(sample as Record<string, unknown>) };
  const set = rest.length === 0 ? value : withValue(copy[first], rest, value);
  if (set === undefined) delete copy[first];
  else copy[first] = set;
  return copy;
}
