import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CtyObject,
  Diagnostics,
  ProviderError,
  providerService,
  type Resource,
  type StubOptions,
  stubProvider,
  unknownValue,
  ValueError,
} from '@plinth/tfplugin';
import { plausibleText } from '../src/plausible-text.ts';
import { providerCalls } from '../src/provider-messages.ts';
import { exampleSchema } from './example-schema.ts';

const planned: CtyObject = {
  id: unknownValue,
  guid: unknownValue,
  name: 'a',
  cidr: null,
  location: unknownValue,
  rate: null,
  tags: null,
  secret: null,
  password_wo: null,
  password_wo_version: null,
  old_name: null,
};

function resource(name: string, options: StubOptions = {}): Resource {
  const found = stubProvider(exampleSchema, options).resources?.[name];
  assert.ok(found !== undefined);
  return found;
}

async function create(
  options: StubOptions,
  of: Resource = resource('stub_network', options),
): Promise<CtyObject> {
  return (await of.create({ planned, config: planned, private: new Uint8Array() }, new Diagnostics())).state;
}

test('the same configuration gives the same values, in every process', async () => {
  const first = await create({});
  assert.deepEqual(await create({}), first);
  assert.equal(first['id'], 'stub_network-33c59d79bbad');
  assert.notEqual((await create({ seed: 'another' }))['id'], first['id']);
  assert.deepEqual(
    Object.keys(planned).filter((name) => planned[name] !== unknownValue && first[name] !== planned[name]),
    [],
  );
});

test('equal resources are told apart by their count', async () => {
  const shared = resource('stub_network');
  assert.notDeepEqual(await create({}, shared), await create({}, shared));
  const hashes: string[] = [];
  const counted = await create({ count: (hash) => hashes.push(hash) });
  assert.notDeepEqual(counted, await create({}));
  assert.match(hashes.join(), /^[0-9a-f]{64}$/);
});

test('only the types that are asked for are served', () => {
  const { resources, dataSources } = stubProvider(exampleSchema, { types: ['stub_network', 'stub_image'] });
  assert.deepEqual(
    [Object.keys(resources ?? {}), Object.keys(dataSources ?? {})],
    [['stub_network'], ['stub_image']],
  );
});

test('one entry of the schemas will do, and one of several is found by its address', () => {
  const [entry] = Object.values(exampleSchema.provider_schemas);
  assert.ok('stub_network' in (stubProvider(entry).resources ?? {}));
  const two = { provider_schemas: { 'a/b/c': {}, 'd/e/f': entry } };
  assert.throws(() => stubProvider(two), ValueError);
  assert.throws(() => stubProvider(two, { address: 'x' }), /the provider x is not among a\/b\/c, d\/e\/f/);
  assert.ok('stub_network' in (stubProvider(two, { address: 'd/e/f' }).resources ?? {}));
});

test('a schema that is none is refused with the place of what is wrong', async () => {
  const wrong = (block: object): Resource => {
    const found = stubProvider({ resource_schemas: { r: { block } } }).resources?.['r'];
    assert.ok(found !== undefined);
    return found;
  };
  assert.throws(
    () => wrong({ attributes: { a: { type: 'text' } } }).schema,
    /r\.block\.attributes\.a: "text" is not a type/,
  );
  assert.throws(
    () => wrong({ block_types: { b: { nesting_mode: 'heap' } } }).schema,
    /r\.block\.block_types\.b: "heap" is not a nesting mode/,
  );
  assert.throws(() => wrong({ attributes: [] }).schema, /r\.block\.attributes: an object is required/);
  const provider = stubProvider({ resource_schemas: { r: { block: { attributes: { a: {} } } } } });
  const told = await providerService(provider).get('GetProviderSchema')?.(new Uint8Array());
  const [diagnostic] = providerCalls.GetProviderSchema.response.decode(told ?? new Uint8Array()).diagnostics;
  assert.match(
    `${diagnostic?.summary}: ${diagnostic?.detail}`,
    /^Reading the schema failed: r\.block\.attributes\.a: nothing is not a type/,
  );
  for (const json of [null, [], 'text', { resource_schemas: 1 }, { provider_schemas: { a: [] } }]) {
    assert.throws(() => stubProvider(json), ValueError);
  }
});

test('what is imported has its identifier, and what only the provider knows', async () => {
  const network = resource('stub_network');
  const imported = await network.import?.('net/1', new Diagnostics());
  assert.ok(imported !== undefined);
  assert.equal(imported.state['id'], 'net/1');
  assert.match(String(imported.state['guid']), /^[0-9a-f-]{36}$/);
  assert.deepEqual([imported.state['location'], imported.state['name']], [null, null]);
  const nested = await resource('stub_nested').import?.('x', new Diagnostics());
  assert.match(JSON.stringify(nested?.state['options']), /^\{"colour":null,"shade":"shade-[0-9a-f]{8}"\}$/);
  const nameless = stubProvider({ resource_schemas: { r: { block: {} } } }).resources?.['r'];
  assert.throws(() => nameless?.import?.('x', new Diagnostics()), ProviderError);
});

test('texts fit the names of their attributes', () => {
  const hash = '0123456789abcdef'.repeat(4);
  const cases: readonly [string, RegExp][] = [
    ['id', /^a_thing-0123456789ab$/],
    ['tenant_id', /^01234567-89ab-8def-8123-456789abcdef$/],
    ['arn', /^arn:aws:a_thing:us-east-1:123456789012:/],
    ['private_ip_address', /^192\.0\.2\.2$/],
    ['cidr_block', /^192\.0\.2\.0\/24$/],
    ['ipv6_cidr_block', /^2001:db8::\/64$/],
    ['primary_blob_endpoint', /^https:\/\/0123456789ab\.example\.invalid\/$/],
    ['fqdn', /^0123456789ab\.example\.invalid$/],
    ['created_at', /^2024-01-01T00:00:00Z$/],
    ['status', /^status-01234567$/],
  ];
  for (const [name, pattern] of cases) assert.match(plausibleText(name, 'a_thing', hash), pattern, name);
});
