import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stubbedProviders } from '../providers/src/catalogue.ts';
import { readSchemas } from '../providers/src/schema-notation.ts';
import { stubOf } from '../providers/src/stub.ts';

const read = (text: string) => readSchemas({ example: text });

test('a schema is read as the notation says', () => {
  const { resources, dataSources, replaceOn, values } = read(`
# A comment.
resource example_network
  value id = /networks/{name}
  required string: name^ location
  optional computed set(object): subnet
    string: name
    list(object): delegation
      bool: is_on
  computed sensitive map(list(string)): keys
  optional nested single: mode
    required number: level^
  required blocks: rule
    optional write-only string: secret^
  timeouts: create
data example_network
  optional block-single: filter
    required string: name
`);
  assert.deepEqual(resources['example_network'], {
    version: 0,
    block: {
      attributes: {
        name: { type: 'string', required: true },
        location: { type: 'string', required: true },
        subnet: {
          type: ['set', ['object', { name: 'string', delegation: ['list', ['object', { is_on: 'bool' }]] }]],
          optional: true,
          computed: true,
        },
        keys: { type: ['map', ['list', 'string']], computed: true, sensitive: true },
        mode: {
          nested_type: { nesting_mode: 'single', attributes: { level: { type: 'number', required: true } } },
          optional: true,
        },
      },
      block_types: {
        rule: {
          nesting_mode: 'list',
          min_items: 1,
          block: {
            attributes: { secret: { type: 'string', optional: true, write_only: true } },
            block_types: {},
          },
        },
        timeouts: {
          nesting_mode: 'single',
          block: { attributes: { create: { type: 'string', optional: true } } },
        },
      },
    },
  });
  assert.deepEqual(Object.keys(dataSources), ['example_network']);
  assert.deepEqual(replaceOn, { example_network: ['name', 'mode', 'rule.secret'] });
  assert.deepEqual([...values], [['example_network.id', '/networks/{name}']]);
});

test('what is not of the notation is refused, with its place', () => {
  const refused: readonly [string, RegExp][] = [
    ['resource', /example:1: "resource" is none of/],
    ['resource a_b\n   required string: c', /example:2: .* is indented by 3 spaces, expected 2/],
    ['resource a_b\n  needed string: c', /example:2: .* is not of the form/],
    ['resource a_b\n  required text: c', /example:2: there is no type text/],
    ['resource a_b\n  required string: c\n  optional string: c', /example:3: c is there already/],
    ['resource a_b\nresource a_b', /example:2: resource a_b is there already/],
    ['resource a_b\n  optional block-map: c', /example:2: block-map is no kind of block/],
    ['resource a_b\n  optional nested tuple: c', /example:2: nested is single, list, set or map/],
  ];
  for (const [text, message] of refused) assert.throws(() => read(text), message);
});

for (const [name, { schemas }] of Object.entries(stubbedProviders)) {
  test(`the schemas of ${name} can be served`, () => {
    const noted = readSchemas(schemas);
    const provider = stubOf(noted);
    for (const [type, { schema }] of Object.entries(provider.resources ?? {})) {
      const known = new Set(Object.keys({ ...schema.block?.attributes, ...schema.block?.block_types }));
      const valued = [...noted.values.keys()].flatMap((key) =>
        key.startsWith(`${type}.`) ? [key.split('.')[1]] : [],
      );
      const unknown = [...valued, ...(noted.replaceOn[type] ?? []).map((path) => path.split('.')[0])].filter(
        (attribute) => !known.has(attribute ?? ''),
      );
      assert.deepEqual(unknown, [], `${type} has no such attributes`);
      // A schema is read when it is first used.
      assert.ok(known.size > 0, `${type} has neither attributes nor blocks`);
    }
  });
}
