import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type as TypeBox } from 'typebox';
import { Type } from '../type-builders.ts';

/** One schema of everything that the builders can do, made by either of them. */
function schemaOf(type: Pick<typeof TypeBox, keyof typeof Type>): unknown {
  return type.Object(
    {
      text: type.String({ minLength: 1, pattern: '^a', description: 'A text.' }),
      count: type.Optional(type.Integer({ default: 3, minimum: 0 })),
      flag: type.Boolean(),
      choice: type.Optional(type.Unsafe<'a' | 'b'>({ type: 'string', enum: ['a', 'b'] })),
      list: type.Array(type.Object({ name: type.Optional(type.String()) }), { maxItems: 2 }),
      empty: type.Object({}),
    },
    { description: 'All of it.' },
  );
}

test('the builders make the same schemas as TypeBox', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(schemaOf(Type))), JSON.parse(JSON.stringify(schemaOf(TypeBox))));
});

test('a field that is made optional leaves the schema that it was made of alone', () => {
  const name = Type.String();
  Type.Optional(name);
  assert.deepEqual(JSON.parse(JSON.stringify(Type.Object({ name }))), {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' } },
  });
});
