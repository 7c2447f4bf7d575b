import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson, childOf, Exact, jsonIn, parseJson, pathText, printJson } from '../src/index.ts';

const read = (text: string | Uint8Array) =>
  parseJson(Buffer.from(text), (message) => new SyntaxError(message));

test('what JSON.parse takes is read as the same, and written as it would write it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      const value: unknown = JSON.parse(text);
      const found = read(text);
      if (!printJson(found).includes('e') && !text.includes('__proto__')) deepEqual(found, value);
      equal(canonicalJson(read(printJson(found))), canonicalJson(found));
    }),
    { numRuns: 1_000 },
  );
});

test('numbers that a float does not hold stay as they are written', () => {
  for (const text of ['12345678901234567891', '0.1234567890123456789', '1e400']) {
    deepEqual(read(text), new Exact(text));
    equal(printJson(read(`[${text}]`)), `[${text}]`);
  }
  deepEqual(['1.0', '1e3', '-0.5', '9007199254740991'].map(read), [1, 1000, -0.5, 9007199254740991]);
});

test('what is no JSON is refused with its place', () => {
  const refused = (text: string | Uint8Array, message: string): void => {
    throws(() => read(text), { name: 'SyntaxError', message });
  };
  refused('{"a": [1,\n x]}', 'line 2, column 2 (in a[1]): expected a value, found "x"');
  refused('{"a":1,"a":2}', 'line 1, column 11 (in a): expected a member that is not there twice, found ":"');
  refused('{"a":1', 'line 1, column 7: expected "," or "}", found the end of the text: it is cut off');
  refused(
    '['.repeat(300),
    `values are nested more than 256 deep at line 1, column 257 (in ${'[0]'.repeat(256)})`,
  );
  refused(Buffer.from([0xff]), 'the text is not UTF-8');
  refused('{"__proto__":1} x', 'line 1, column 17: expected the end of the text, found "x"');
  equal(childOf(read('{"__proto__":{"a":1}}'), 'a'), undefined);
});

test('a text within a text is looked into', () => {
  deepEqual(jsonIn(' {"a":[1]}'), { a: [1] });
  deepEqual([jsonIn('{"a"'), jsonIn('a'), jsonIn('12')], [undefined, undefined, undefined]);
  equal(pathText(['tags', 'a b', 'ports', 0]), 'tags["a b"].ports[0]');
});
