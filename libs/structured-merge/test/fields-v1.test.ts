import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  FieldSet,
  fieldElement,
  fieldsV1ToSet,
  indexElement,
  type JsonValue,
  keyElement,
  parseJson,
  setToFieldsV1,
  valueElement,
} from '../src/index.ts';
import { setArb } from './arbitrary-sets.ts';

function decoded(json: JsonValue): FieldSet {
  const result = fieldsV1ToSet(json);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function canonical(json: string): string {
  return JSON.stringify(setToFieldsV1(decoded(parseJson(json))));
}

describe('fieldsV1', () => {
  it('round-trips every set through JSON text', () => {
    fc.assert(
      fc.property(setArb, (set) => {
        const json = JSON.stringify(setToFieldsV1(set));
        assert.ok(decoded(parseJson(json)).equals(set));
        assert.equal(canonical(json), json);
      }),
    );
  });

  it('orders members: itself, fields, keys, values, indexes', () => {
    const set = FieldSet.of(
      [fieldElement('l')],
      ...[indexElement(10), indexElement(9), valueElement('a'), valueElement(10), valueElement(9)].map(
        (e) => [fieldElement('l'), e],
      ),
      ...[keyElement({ port: 10 }), keyElement({ port: 9 }), keyElement({ name: 'z' })].map((e) => [
        fieldElement('l'),
        e,
      ]),
      [fieldElement('l'), fieldElement('b')],
    );
    assert.equal(
      JSON.stringify(setToFieldsV1(set)),
      String.raw`{"f:l":{".":{},"f:b":{},"k:{\"name\":\"z\"}":{},"k:{\"port\":9}":{},"k:{\"port\":10}":{},` +
        String.raw`"v:9":{},"v:10":{},"v:\"a\"":{},"i:9":{},"i:10":{}}}`,
    );
  });

  it('orders strings by code point', () => {
    const set = FieldSet.of([fieldElement('\u{1f680}')], [fieldElement('\uffee')]);
    assert.deepEqual(Object.keys(setToFieldsV1(set)), ['f:\uffee', 'f:\u{1f680}']);
  });

  it('escapes keys and values as Kubernetes does', () => {
    assert.equal(
      valueElement('a<b>&\u2028\b\f\\b').text,
      String.raw`v:"a\u003cb\u003e\u0026\u2028\u0008\u000c\\b"`,
    );
    assert.equal(valueElement({ b: [1, null], a: true }).text, 'v:{"a":true,"b":[1,null]}');
  });

  it('normalizes what others wrote', () => {
    assert.equal(
      canonical(
        String.raw`{"k:{ \"b\":2, \"a\":1}":{"f:y":{}},"f:b":{},"f:a":{},"k:{\"a\":1,\"b\":2}":{"f:x":{}}}`,
      ),
      String.raw`{"f:a":{},"f:b":{},"k:{\"a\":1,\"b\":2}":{"f:x":{},"f:y":{}}}`,
    );
  });

  it('leaves out elements of unknown kinds', () => {
    assert.equal(canonical('{"f:a":{"z:later":{}},"z:x":{"f:b":{}}}'), '{"f:a":{}}');
  });

  it('keeps a member named __proto__', () => {
    assert.equal(canonical('{"f:__proto__":{"f:x":{}}}'), '{"f:__proto__":{"f:x":{}}}');
  });

  for (const text of [
    '{"f":{}}',
    '{"k:{":{}}',
    '{"k:1":{}}',
    '{"v:":{}}',
    '{"i:x":{}}',
    '{"f:a":1}',
    '[]',
    '"x"',
  ]) {
    it(`refuses ${text}`, () => {
      const result = fieldsV1ToSet(parseJson(text));
      assert.ok(!result.ok && result.errors.length === 1);
    });
  }
});
