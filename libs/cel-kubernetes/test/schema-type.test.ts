import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  CelEnvironment,
  CostBudget,
  escapeProperty,
  formatType,
  kubernetesLibraries,
  typeOfSchema,
} from '../src/index.ts';

describe('types of schemas', () => {
  const text = { type: 'string' };
  const types: readonly (readonly [schema: object, type: string])[] = [
    [text, 'string'],
    [{ type: 'string', format: 'date-time' }, 'timestamp'],
    [{ type: 'string', format: 'date' }, 'timestamp'],
    [{ type: 'string', format: 'duration' }, 'duration'],
    [{ type: 'string', format: 'byte' }, 'bytes'],
    [{ type: 'string', format: 'uuid' }, 'string'],
    [{ type: 'integer', format: 'int64' }, 'int'],
    [{ type: 'number' }, 'double'],
    [{ type: 'boolean' }, 'bool'],
    [{ type: 'array', items: text }, 'list(string)'],
    [{ type: 'object', additionalProperties: text }, 'map(string, string)'],
    [{ type: 'object', additionalProperties: true }, 'map(string, dyn)'],
    [{ type: 'object', properties: { a: text } }, 'object'],
    [{ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, 'dyn'],
    [{ 'x-kubernetes-int-or-string': true }, 'dyn'],
    [{ 'x-kubernetes-preserve-unknown-fields': true }, 'dyn'],
    [{}, 'dyn'],
    [{ type: 'array' }, 'dyn'],
  ];
  for (const [schema, type] of types) {
    it(`${JSON.stringify(schema)} is ${type}`, () => assert.equal(formatType(typeOfSchema(schema)), type));
  }

  it('have sizes from the schema, or from what fits into a request', () => {
    const sizes: readonly (readonly [schema: object, sizeMax: number])[] = [
      [{ type: 'string', maxLength: 7 }, 7],
      [{ type: 'string', enum: ['a', 'abc'] }, 3],
      [text, 3 * 1024 * 1024 - 2],
      [{ type: 'array', maxItems: 4, items: text }, 4],
      // Each item takes two quotes and a comma.
      [{ type: 'array', items: text }, Math.floor((3 * 1024 * 1024 - 2) / 3)],
      [{ type: 'array', items: { type: 'boolean' } }, Math.floor((3 * 1024 * 1024 - 2) / 5)],
      [{ type: 'object', maxProperties: 2, additionalProperties: text }, 2],
    ];
    for (const [schema, sizeMax] of sizes) {
      const type = typeOfSchema(schema);
      assert.equal('sizeMax' in type ? type.sizeMax : undefined, sizeMax, JSON.stringify(schema));
    }
  });

  it('of places with the same fields differ', () => {
    const part = { type: 'object', properties: { a: text } };
    const self = typeOfSchema({ type: 'object', properties: { x: part, y: part } });
    const environment = new CelEnvironment({ variables: { self, oldSelf: self } });
    assert.throws(() => environment.compile('self.x == self.y'), /found no matching overload/);
    assert.equal(environment.compile('self.x == oldSelf.x').type.kind, 'bool');
  });
});

describe('names of properties', () => {
  const names: readonly (readonly [property: string, name: string | undefined])[] = [
    ['plain', 'plain'],
    ['x-y', 'x__dash__y'],
    ['x.y', 'x__dot__y'],
    ['x/y', 'x__slash__y'],
    ['x__y', 'x__underscores__y'],
    ['x___y', 'x__underscores___y'],
    ['self', 'self'],
    ['namespace', '__namespace__'],
    ['true', '__true__'],
    ['if', '__if__'],
    ['if-x', 'if__dash__x'],
    ['0a', undefined],
    ['a b', undefined],
    ['', undefined],
    ['ä', undefined],
  ];
  for (const [property, name] of names) {
    it(`${JSON.stringify(property)} is ${String(name)}`, () => assert.equal(escapeProperty(property), name));
  }

  it('reach the property they come from, and no other', () => {
    const property = fc.string({
      unit: fc.constantFrom('a', 'B', '_', '.', '-', '/', '0'),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.uniqueArray(property, { maxLength: 6 }), (properties) => {
        const named = properties
          .map((name) => [name, escapeProperty(name)] as const)
          .filter(([, name]) => name !== undefined);
        assert.equal(new Set(named.map(([, name]) => name)).size, named.length);
        const self = typeOfSchema({
          type: 'object',
          properties: Object.fromEntries(named.map(([name]) => [name, { type: 'string' }])),
        });
        const environment = new CelEnvironment({ variables: { self }, libraries: kubernetesLibraries });
        const value = Object.fromEntries(named.map(([name]) => [name, name]));
        for (const [name, escaped] of named) {
          const program = environment.compile(`self.${escaped ?? ''}`);
          assert.equal(program.evaluate({ self: value }, new CostBudget(10)), name);
        }
      }),
    );
  });
});
