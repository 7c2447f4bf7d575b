import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const root = 'spec.versions[0].schema.openAPIV3Schema';
const spec = `${root}.properties[spec]`;

function definition(openAPIV3Schema: object, more: object = {}): object {
  return {
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
      ...more,
    },
  };
}

const withSpec = (schema: object): object => definition({ type: 'object', properties: { spec: schema } });

/** One broken rule each: what is sent, and the fields that the answer has to name. */
const broken: readonly (readonly [rule: string, body: object, fields: readonly string[]])[] = [
  ['the root needs a type', definition({ properties: {} }), [`${root}.type`]],
  ['the root is an object', definition({ type: 'string' }), [`${root}.type`]],
  ['every field needs a type', withSpec({ properties: {} }), [`${spec}.type`]],
  ['a list needs items', withSpec({ type: 'array' }), [`${spec}.items`]],
  [
    'properties and additionalProperties exclude each other',
    withSpec({
      type: 'object',
      properties: { a: { type: 'string' } },
      additionalProperties: { type: 'string' },
    }),
    [`${spec}.additionalProperties`],
  ],
  [
    'no type within anyOf',
    withSpec({ type: 'object', anyOf: [{ type: 'object' }] }),
    [`${spec}.anyOf[0].type`],
  ],
  [
    'no field within allOf that is not outside too',
    definition({ type: 'object', allOf: [{ properties: { hidden: { minLength: 1 } } }] }),
    [`${root}.properties[hidden]`],
  ],
  ['no references', withSpec({ type: 'object', $ref: '#/x' }), [`${spec}.$ref`]],
  [
    'no definitions',
    withSpec({ type: 'object', definitions: { a: { type: 'string' } } }),
    [`${spec}.definitions`],
  ],
  [
    'no uniqueItems',
    withSpec({ type: 'array', items: { type: 'string' }, uniqueItems: true }),
    [`${spec}.uniqueItems`],
  ],
  ['a type that there is', withSpec({ type: 'text' }), [`${spec}.type`]],
  ['a default that fits', withSpec({ type: 'string', default: 3 }), [`${spec}.default`]],
  [
    'metadata may be limited in its name alone',
    definition({ type: 'object', properties: { metadata: { type: 'object', minProperties: 3 } } }),
    [`${root}.properties[metadata]`],
  ],
  [
    'keys of a list of maps',
    withSpec({ type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } }),
    [`${spec}.x-kubernetes-list-map-keys`],
  ],
  [
    'a known list type',
    withSpec({ type: 'array', 'x-kubernetes-list-type': 'heap', items: { type: 'string' } }),
    [`${spec}.x-kubernetes-list-type`],
  ],
  ['a pattern that compiles', withSpec({ type: 'string', pattern: '(' }), [`${spec}.pattern`]],
  [
    'a group with a dot',
    { ...definition({ type: 'object' }, { group: 'example' }), metadata: { name: 'things.example' } },
    ['spec.group'],
  ],
  [
    'one storage version',
    definition(
      { type: 'object' },
      {
        versions: [
          { name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    ),
    ['spec.versions'],
  ],
  [
    'a schema',
    definition({ type: 'object' }, { versions: [{ name: 'v1', served: true, storage: true }] }),
    [root],
  ],
  [
    'a name made of plural and group',
    { ...definition({ type: 'object' }), metadata: { name: 'x.example.com' } },
    ['metadata.name'],
  ],
];

describe('definitions that break a rule', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  for (const [rule, body, fields] of broken) {
    test(rule, async () => {
      const { status, json } = await server.admin.post(definitions, body);
      equal(status, 422);
      const named = listAt(json, 'details', 'causes').map((cause) => textAt(cause, 'field'));
      for (const field of fields) {
        ok(
          named.some((one) => one.startsWith(field)),
          `${field} is not among ${named.join(', ')}`,
        );
      }
      ok(textAt(json, 'message').includes(fields[0] ?? ''));
    });
  }

  test('every violation is named, not the first alone', async () => {
    const body = withSpec({
      type: 'object',
      properties: { a: { type: 'array' }, b: { type: 'text' }, c: {}, d: { type: 'string', pattern: '[' } },
    });
    const { json } = await server.admin.post(definitions, body);
    const named = listAt(json, 'details', 'causes').map((cause) => textAt(cause, 'field'));
    for (const field of ['a].items', 'b].type', 'c].type', 'd].pattern']) {
      ok(
        named.some((one) => one.includes(`properties[${field}`)),
        `${field} is not among ${named.join(', ')}`,
      );
    }
  });

  test('nothing of what was refused is served', async () => {
    equal((await server.admin.get('/apis/example.com')).status, 404);
    deepEqual(at((await server.admin.get(definitions)).json, 'items'), []);
  });
});
