import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CtyType,
  type CtyValue,
  decodeMsgpack,
  encodeMsgpack,
  type Provider,
  ProviderError,
  providerService,
  type Resource,
  type Schema,
  unknownValue,
} from '@plinth/tfplugin';
import type { Decoded, Encodable } from '../src/message.ts';
import { providerCalls } from '../src/provider-messages.ts';

type Calls = typeof providerCalls;

const schema: Schema = {
  version: 3,
  block: {
    description: 'A *thing*.',
    description_kind: 'markdown',
    attributes: {
      name: { type: 'string', required: true },
      old: { type: 'string', optional: true, deprecated: true, description: 'Use name.' },
      secret: { type: 'string', optional: true, write_only: true, sensitive: true },
      parts: {
        nested_type: {
          nesting_mode: 'map',
          attributes: { old: { type: 'bool', optional: true, deprecated: true } },
        },
        optional: true,
      },
    },
    block_types: {
      port: {
        nesting_mode: 'list',
        min_items: 1,
        max_items: 2,
        block: { deprecated: true, attributes: { number: { type: 'number', optional: true } } },
      },
    },
  },
};
const type: CtyType = [
  'object',
  {
    name: 'string',
    old: 'string',
    secret: 'string',
    parts: ['map', ['object', { old: 'bool' }]],
    port: ['list', ['object', { number: 'number' }]],
  },
];
const thing: Resource = { schema, create: ({ planned }) => ({ state: planned }) };

async function call<Name extends keyof Calls>(
  provider: Provider,
  name: Name,
  request: Encodable<Calls[Name]['request']>,
): Promise<Decoded<Calls[Name]['response']>> {
  const run = providerService(provider).get(name);
  assert.ok(run !== undefined, name);
  // Each name has its own messages; here they are only passed through.
  const messages: {
    request: { encode(value: object): Uint8Array };
    response: { decode(bytes: Uint8Array): unknown };
  } = providerCalls[name];
  return messages.response.decode(await run(messages.request.encode(request))) as Decoded<
    Calls[Name]['response']
  >;
}

const value = (of: CtyValue, as: CtyType = type): { msgpack: Uint8Array } => ({
  msgpack: encodeMsgpack(of, as),
});

test('the schema is told as it was given', async () => {
  const provider: Provider = {
    resources: { a_thing: thing },
    functions: { f: { signature: { return_type: ['list', 'bool'] }, call: () => [] } },
  };
  const told = await call(provider, 'GetProviderSchema', {});
  const { version, block } = told.resourceSchemas.get('a_thing') ?? {};
  assert.equal(version, 3);
  assert.deepEqual([block?.description, block?.descriptionKind], ['A *thing*.', 1]);
  const [name, old, secret, parts] = block?.attributes ?? [];
  assert.deepEqual(
    [name?.name, name?.required, Buffer.from(name?.type ?? []).toString()],
    ['name', true, '"string"'],
  );
  assert.deepEqual([old?.deprecated, secret?.writeOnly, secret?.sensitive], [true, true, true]);
  assert.equal(parts?.nestedType?.nesting, 4);
  const [port] = block?.blockTypes ?? [];
  assert.deepEqual([port?.typeName, port?.nesting, port?.minItems, port?.maxItems], ['port', 2, 1, 2]);
  assert.equal(told.serverCapabilities?.getProviderSchemaOptional, true);
  assert.deepEqual([...told.functions.keys()], ['f']);
  assert.deepEqual((await call(provider, 'GetMetadata', {})).resources, [{ name: 'a_thing' }]);
});

test('what is not offered is answered with an error, not with a crash', async () => {
  const request = { typeName: 'no_such', name: 'no_such', targetTypeName: 'no_such', sourceTypeName: 'x' };
  for (const name of Object.keys(providerCalls) as (keyof Calls)[]) {
    const response: { diagnostics?: readonly { severity?: number; summary?: string }[]; error?: unknown } =
      await call({}, name, request);
    if (/Metadata|Schema|GetFunctions|Provider/.test(name)) continue;
    if (name === 'CallFunction')
      assert.deepEqual(response.error, {
        text: 'This provider has no function "no_such"',
        functionArgument: undefined,
      });
    else
      assert.match(
        `${response.diagnostics?.[0]?.severity} ${response.diagnostics?.[0]?.summary}`,
        /^1 This provider has no .* "no_such"$/,
        name,
      );
  }
  const offered: Provider = { resources: { a_thing: thing } };
  const imported = await call(offered, 'ImportResourceState', { typeName: 'a_thing', id: '1' });
  assert.match(imported.diagnostics[0]?.summary ?? '', /cannot be imported/);
  const moved = await call(offered, 'MoveResourceState', { targetTypeName: 'a_thing', sourceTypeName: 'x' });
  assert.match(moved.diagnostics[0]?.summary ?? '', /A resource of the type x cannot be moved to a_thing/);
  const prior = { name: 'a', port: [] };
  const changed = await call(offered, 'ApplyResourceChange', {
    typeName: 'a_thing',
    priorState: value(prior),
    plannedState: value({ ...prior, name: 'b' }),
    config: value(prior),
  });
  assert.match(changed.diagnostics[0]?.summary ?? '', /cannot be changed, only replaced/);
  assert.deepEqual(
    decodeMsgpack(changed.newState?.msgpack ?? new Uint8Array(), [
      'object',
      {
        name: 'string',
        old: 'string',
        secret: 'string',
        parts: ['map', 'dynamic'],
        port: ['list', 'dynamic'],
      },
    ]),
    { name: 'a', old: null, secret: null, parts: null, port: [] },
  );
  const malformed = await call(offered, 'ReadResource', {
    typeName: 'a_thing',
    currentState: { msgpack: Uint8Array.of(0x81) },
  });
  assert.equal(malformed.diagnostics.length, 0, 'a state that nobody looks at is passed through');
});

test('deprecated and write-only attributes are reported where they stand', async () => {
  const config = value({
    name: 'a',
    old: 'x',
    secret: 's',
    parts: { 'a b': { old: true } },
    port: [{ number: 1 }],
  });
  const old = await call({ resources: { a_thing: thing } }, 'ValidateResourceConfig', {
    typeName: 'a_thing',
    config,
  });
  const told = old.diagnostics.map(({ severity, summary, detail, attribute }) => {
    const steps = (attribute?.steps ?? []).map(
      ({ attributeName, elementKeyString, elementKeyInt }) =>
        attributeName ?? elementKeyString ?? elementKeyInt,
    );
    return [severity, summary, detail, ...steps];
  });
  assert.deepEqual(told, [
    [2, 'Argument is deprecated', 'Use name.', 'old'],
    [1, 'Write-only attributes need Terraform 1.11 or later', '', 'secret'],
    [2, 'Argument is deprecated', '', 'parts', 'a b', 'old'],
    [2, 'Block is deprecated', '', 'port', 0],
  ]);
  const capabilities = { writeOnlyAttributesAllowed: true };
  const current = await call({ resources: { a_thing: thing } }, 'ValidateResourceConfig', {
    typeName: 'a_thing',
    config,
    capabilities,
  });
  assert.ok(current.diagnostics.every(({ severity }) => severity === 2));
});

test('functions take their arguments by type, and say which one is wrong', async () => {
  const join: Provider = {
    functions: {
      join: {
        signature: {
          return_type: 'string',
          parameters: [{ name: 'by', type: 'string' }],
          variadic_parameter: { type: ['list', 'string'] },
        },
        call([by, ...lists]) {
          if (by === '') throw new ProviderError('empty', { path: [0] });
          return lists.flat().join(String(by));
        },
      },
    },
  };
  const list: CtyType = ['list', 'string'];
  const args = [value('-', 'string'), value(['a', 'b'], list), value(['c'], list)];
  const joined = await call(join, 'CallFunction', { name: 'join', arguments: args });
  assert.equal(decodeMsgpack(joined.result?.msgpack ?? new Uint8Array(), 'string'), 'a-b-c');
  const refused = await call(join, 'CallFunction', { name: 'join', arguments: [value('', 'string')] });
  assert.deepEqual(refused.error, { text: 'empty', functionArgument: 0 });
});

test('ephemeral resources are opened, renewed and closed', async () => {
  const closed: Uint8Array[] = [];
  const provider: Provider = {
    ephemeralResources: {
      e: {
        schema: { block: { attributes: { token: { type: 'string', computed: true } } } },
        open: () => ({ result: { token: 't' }, private: Uint8Array.of(1), renewAtMs: 1_500 }),
        renew: (bytes) => ({ private: Uint8Array.of(...bytes, 2) }),
        close: (bytes) => void closed.push(bytes),
      },
    },
  };
  const object: CtyType = ['object', { token: 'string' }];
  const opened = await call(provider, 'OpenEphemeralResource', { typeName: 'e', config: value({}, object) });
  assert.deepEqual(decodeMsgpack(opened.result?.msgpack ?? new Uint8Array(), object), { token: 't' });
  assert.deepEqual(opened.renewAt, { seconds: 1, nanos: 500_000_000 });
  const renewed = await call(provider, 'RenewEphemeralResource', { typeName: 'e', private: opened.private });
  assert.equal(renewed.renewAt, undefined);
  await call(provider, 'CloseEphemeralResource', { typeName: 'e', private: renewed.private });
  assert.deepEqual(closed, [Uint8Array.of(1, 2)]);
});

test('a data source may find nothing out while its configuration is unknown, and a stop may fail', async () => {
  const provider: Provider = {
    dataSources: {
      d: {
        schema: { block: { attributes: { n: { type: 'number', optional: true } } } },
        read: (config) => ({ n: config['n'] ?? 1 }),
      },
    },
    stop() {
      throw new Error('busy');
    },
  };
  const object: CtyType = ['object', { n: 'number' }];
  const read = await call(provider, 'ReadDataSource', {
    typeName: 'd',
    config: value({ n: unknownValue }, object),
  });
  assert.deepEqual(decodeMsgpack(read.state?.msgpack ?? new Uint8Array(), object), { n: unknownValue });
  assert.deepEqual(await call(provider, 'StopProvider', {}), { error: 'busy' });
});
