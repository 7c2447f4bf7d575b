import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesFields, parseFieldSelector } from '../src/index.ts';

function parsed(text: string) {
  const result = parseFieldSelector(text);
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

function matches(text: string, fields: Record<string, string>): boolean {
  return matchesFields(parsed(text), (field) => fields[field]);
}

test('operators and conjunction', () => {
  const fields = { 'metadata.name': 'web', 'status.phase': 'Running' };
  assert.equal(matches('', fields), true);
  assert.equal(matches('metadata.name=web,status.phase==Running', fields), true);
  assert.equal(matches('metadata.name=web,status.phase!=Running', fields), false);
  assert.equal(matches('metadata.namespace=', fields), true);
  assert.equal(matches('metadata.namespace!=a', fields), true);
  assert.equal(matches('metadata.name=web,,', fields), true);
});

test('escapes', () => {
  assert.deepEqual(parsed(String.raw`a=x\,y\=z\\,b!=\=`).requirements, [
    { field: 'a', operator: '=', value: String.raw`x,y=z\ `.trim() },
    { field: 'b', operator: '!=', value: '=' },
  ]);
});

const REFUSES: [string, number, RegExp][] = [
  ['a', 0, /can't understand 'a'/],
  ['a=b,c', 4, /can't understand 'c'/],
  ['a=b=c', 3, /unescaped character in value: =/],
  [String.raw`a=b\x`, 3, /invalid escape sequence: \\x/],
  ['a=b\\', 3, /invalid escape sequence: \\/],
];

for (const [text, position, message] of REFUSES) {
  test(`refuses ${text}`, () => {
    const result = parseFieldSelector(text);
    assert.ok(!result.ok);
    assert.match(result.error.message, message);
    assert.equal(result.error.position, position);
  });
}

test('property: any value can be escaped', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const text = `f=${value.replace(/[\\,=]/g, '\\$&')}`;
      assert.equal(parsed(text).requirements[0]?.value, value);
    }),
  );
});
