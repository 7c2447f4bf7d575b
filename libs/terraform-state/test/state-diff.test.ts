import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { diffStates, parseState } from '../src/index.ts';

const canary = 'canary-7f3a';

const attribute = (...names: readonly (string | number)[]): unknown[] =>
  names.map((value) =>
    typeof value === 'number'
      ? { type: 'index', value: { value, type: 'number' } }
      : { type: 'get_attr', value },
  );

function read(resources: readonly object[], outputs: object = {}): ReturnType<typeof parseState> {
  return parseState(Buffer.from(JSON.stringify({ version: 4, serial: 1, lineage: 'l', outputs, resources })));
}

const one = (attributes: object, more: object = {}): object => ({
  mode: 'managed',
  type: 'x_server',
  name: 'web',
  instances: [{ attributes, ...more }],
});

test('resources that came, went and changed, by their addresses', () => {
  const before = read([
    {
      module: 'module.net["eu"]',
      mode: 'managed',
      type: 'x_net',
      name: 'n',
      instances: [{ index_key: 0, attributes: { id: '1' } }],
    },
    one({ size: 2, tags: { a: '1' }, ports: [80, 443] }),
    { mode: 'data', type: 'x_image', name: 'i', instances: [{ attributes: { id: 'i-1' } }] },
  ]);
  const after = read([
    one({ size: 3, tags: { a: '1', 'b c': '2' }, ports: [80] }),
    { ...one({ id: 'old' }), name: 'gone', instances: [{ deposed: '1a2b', attributes: {} }] },
    { mode: 'data', type: 'x_image', name: 'i', instances: [{ attributes: { id: 'i-1' } }] },
  ]);
  deepEqual(diffStates(before, after), {
    resources: [
      { address: 'module.net["eu"].x_net.n[0]', change: 'removed', values: [] },
      { address: 'x_server.gone (deposed 1a2b)', change: 'added', values: [] },
      {
        address: 'x_server.web',
        change: 'changed',
        values: [
          { path: 'ports[1]', before: '443', after: undefined },
          { path: 'size', before: '2', after: '3' },
          { path: 'tags["b c"]', before: undefined, after: '"2"' },
        ],
      },
    ],
    outputs: [],
  });
  deepEqual(diffStates(after, after), { resources: [], outputs: [] });
  equal(diffStates(undefined, after).resources.length, 3);
});

test('an instance that is tainted is another one', () => {
  deepEqual(diffStates(read([one({})]), read([one({}, { status: 'tainted' })])).resources[0]?.values, [
    { path: '(tainted)', before: 'false', after: 'true' },
  ]);
});

test('numbers that no float holds are compared as they are written', () => {
  const of = (number: string) =>
    parseState(Buffer.from(JSON.stringify({ resources: [one({ id: 'N' })] }).replace('"N"', number)));
  deepEqual(diffStates(of('12345678901234567890'), of('12345678901234567891')).resources[0]?.values, [
    { path: 'id', before: '12345678901234567890', after: '12345678901234567891' },
  ]);
  deepEqual(diffStates(of('1.0'), of('1')).resources, []);
  deepEqual(diffStates(of('1e3'), of('1000')).resources, []);
});

test('sensitive values are shown nowhere: where they are marked, where they are copied to, and by their names', () => {
  const states = (secret: string) =>
    read(
      [
        one(
          {
            input: secret,
            note: `uses ${secret}!`,
            list: [{ key: secret, port: 1 }],
            admin_password: `pw ${secret}9`,
          },
          { sensitive_attributes: [attribute('input'), attribute('list', 0, 'key')] },
        ),
      ],
      {
        copy: { value: `x${secret}x`, sensitive: false },
        own: { value: { deep: `${secret}-out` }, sensitive: true },
      },
    );
  const difference = diffStates(states(canary), states(`${canary}-2`));
  ok(!JSON.stringify(difference).includes(canary));
  deepEqual(
    difference.resources[0]?.values.map(({ path, before, after }) => [path, before, after]),
    ['admin_password', 'input', 'list[0].key', 'note'].map((path) => [path, '(sensitive)', '(sensitive)']),
  );
  deepEqual(
    difference.outputs.map(({ name, before, after }) => [name, before, after]),
    ['copy', 'own'].map((name) => [name, '(sensitive)', '(sensitive)']),
  );
});

test('a whole attribute that is marked hides all that is within', () => {
  const mark = { sensitive_attributes: [attribute('config')] };
  const difference = diffStates(
    read([one({ config: { a: 'one-1', b: [canary] } }, mark)]),
    read([one({ config: { a: 'two-2', b: [] } }, mark)]),
  );
  ok(!/one-1|two-2|canary/.test(JSON.stringify(difference)));
});

test('a secret that is the name of a member hides what is shown of it', () => {
  const of = (more: string) =>
    read([one({ map: {}, [canary]: more }, {})], { s: { value: canary, sensitive: true } });
  const { resources } = diffStates(of('a'), of('b'));
  ok(!JSON.stringify(resources).includes(canary), JSON.stringify(resources));
});

test('a secret that is a key of for_each is hidden in the address', () => {
  const keyed = {
    mode: 'managed',
    type: 'x_user',
    name: 'u',
    instances: [{ index_key: canary, attributes: {} }],
  };
  const { resources } = diffStates(undefined, read([keyed], { s: { value: canary, sensitive: true } }));
  equal(resources[0]?.address, 'x_user.u["(sensitive)"]');
});

test('what is no state is refused', () => {
  throws(() => read([one({}), one({})]), {
    message: 'resources[1].instances[0]: x_server.web is there twice',
  });
  throws(() => parseState(Buffer.from('{"resources":[1]}')), { message: 'resources[0]: expected an object' });
});
