import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseSingle } from '../src/index.ts';
import { scanJson } from '../src/json-scan.ts';

function json(text: string, detectDuplicates = true) {
  return parseSingle(text, { format: 'json', detectDuplicates });
}

test('duplicate members: Kubernetes wording, place, the last one counts', () => {
  const text = '{"a":1,"spec":{"x":1,\n "x":2,"ports":[{},{"n":1,"\\u006e":2}]},"a":3}';
  const result = json(text);
  assert.ok(result.ok);
  assert.deepEqual(result.value, { a: 3, spec: { x: 2, ports: [{}, { n: 2 }] } });
  assert.deepEqual(result.duplicates, [
    { path: 'spec.x', message: 'duplicate field "spec.x"', line: 2, column: 2 },
    { path: 'spec.ports[1].n', message: 'duplicate field "spec.ports[1].n"', line: 2, column: 27 },
    { path: 'a', message: 'duplicate field "a"', line: 2, column: 41 },
  ]);
  const lenient = json(text, false);
  assert.deepEqual(lenient, { ok: true, value: result.value, duplicates: [] });
});

test('YAML bodies: duplicates, one document', () => {
  const text = 'spec:\n  x: 1\n  x: 2\n---\n';
  const strict = parseSingle(text, { format: 'yaml', detectDuplicates: true });
  assert.deepEqual(strict, {
    ok: true,
    value: { spec: { x: 2 } },
    duplicates: [{ path: 'spec.x', message: 'duplicate field "spec.x"', line: 3, column: 3 }],
  });
  assert.deepEqual(parseSingle(text, { format: 'yaml' }), {
    ok: true,
    value: { spec: { x: 2 } },
    duplicates: [],
  });
  const two = parseSingle('a: 1\n---\nb: 2\n', { format: 'yaml' });
  assert.ok(!two.ok);
  assert.deepEqual([two.error.line, two.error.message], [3, 'found a second YAML document, expected one']);
  const tab = parseSingle('a:\n\tb: 1\n', { format: 'yaml', file: 'x' });
  assert.ok(!tab.ok && /spaces/.test(tab.error.hint));
});

const REFUSES: [string, number, number, RegExp][] = [
  ['', 1, 1, /expected a value, found the end/],
  ['{"a":1,}', 1, 8, /expected a quoted member name, found "}"/],
  ['{"a" 1}', 1, 6, /expected ":" after the member name/],
  ['{"a":\n tru}', 2, 2, /expected a value, found "t"/],
  ['[1 2]', 1, 4, /expected "," or "]"/],
  ['{"a":1}{', 1, 8, /expected the end of the text/],
  ['"a\nb"', 1, 3, /control character/],
  ['"\\x"', 1, 3, /after a backslash/],
  ['"\\u12"', 1, 4, /hexadecimal/],
  ['"a', 1, 3, /quote that ends the string/],
  ['[01]', 1, 3, /expected "," or "]"/],
  ["{'a':1}", 1, 2, /quoted member name/],
  ['['.repeat(1_000) + ']'.repeat(1_000), 1, 301, /more than 300 levels/],
];

for (const [text, line, column, message] of REFUSES) {
  test(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => {
    const result = json(text);
    assert.ok(!result.ok);
    assert.match(result.error.message, message);
    assert.deepEqual([result.error.line, result.error.column], [line, column]);
  });
}

test('brackets in strings are no nesting; too many bytes are refused', () => {
  assert.ok(json(JSON.stringify({ a: `"${'[\\'.repeat(2_000)}` })).ok);
  const result = parseSingle('{"a":"éééé"}', { format: 'json', maxBytes: 14 });
  assert.ok(!result.ok && /more than 14 bytes/.test(result.error.message));
});

test('property: the scanner agrees with JSON.parse on what is JSON', () => {
  const changed = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom(...'{}[]",:\\0a- '))
    .map(([text, at, char]) => {
      const index = at % text.length;
      return text.slice(0, index) + char + text.slice(index + 1);
    });
  fc.assert(
    fc.property(fc.oneof(fc.json(), changed), (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      assert.equal(scanJson(text).fault === undefined, valid, text);
    }),
    { numRuns: 3_000 },
  );
});

test('property: what JSON.stringify writes has no duplicates', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => assert.deepEqual(scanJson(JSON.stringify(value)).duplicates, [])),
  );
});

test('a body of 1 MB is scanned for duplicates in a tenth of a second', () => {
  const items = Array.from({ length: 10_000 }, (_, index) => ({
    name: `item-${index}`,
    labels: { a: 'b', c: 'd' },
    text: 'x'.repeat(40),
  }));
  const text = JSON.stringify({ items });
  scanJson(text);
  const started = process.hrtime.bigint();
  scanJson(text);
  assert.ok(process.hrtime.bigint() - started < 100_000_000n);
});
