import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluate, evaluateFirst, type JsonPath, parseJsonPath } from '../src/index.ts';

const OBJECT = {
  kind: 'Pod',
  metadata: { name: 'web', annotations: { 'foo.bar/baz': 'dotted' }, labels: { app: 'web' } },
  spec: {
    replicas: 3,
    containers: [
      { name: 'a', image: 'i1', ports: [{ port: 80 }, { port: 443 }] },
      { name: 'b', image: 'i2' },
      { name: 'c', image: 'i1', ready: true },
    ],
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', weight: 2 },
      { type: "It's (odd)", status: 'False', weight: 10 },
    ],
    none: null,
  },
};

function path(text: string): JsonPath {
  const result = parseJsonPath(text);
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

const FINDS: [string, unknown[]][] = [
  ['.kind', ['Pod']],
  ['kind', ['Pod']],
  ['{.kind}', ['Pod']],
  ['{ kind }', ['Pod']],
  ['$.kind', ['Pod']],
  ['{$}', [OBJECT]],
  ['{.}', [OBJECT]],
  ['', [OBJECT]],
  ['.spec.replicas', [3]],
  ['.absent', []],
  ['.kind.x', []],
  ['.status.none', [null]],
  ['.status.none.x', []],
  ['.constructor', []],
  [String.raw`.metadata.annotations.foo\.bar/baz`, ['dotted']],
  [String.raw`.metadata.annotations['foo\.bar/baz']`, ['dotted']],
  [".metadata.annotations['foo.bar/baz']", ['dotted']],
  ["['metadata.name']", ['web']],
  ['["metadata"]["name"]', ['web']],
  ["['kind','absent','metadata.name']", ['Pod', 'web']],
  ['.spec.containers[0].name', ['a']],
  ['.spec.containers[-1].name', ['c']],
  ['.spec.containers[9].name', []],
  ['.spec.containers[*].name', ['a', 'b', 'c']],
  ['.spec.containers.*.name', ['a', 'b', 'c']],
  ['.metadata.labels.*', ['web']],
  ['.spec.containers[1:].name', ['b', 'c']],
  ['.spec.containers[:2].name', ['a', 'b']],
  ['.spec.containers[-2:].name', ['b', 'c']],
  ['.spec.containers[0:3:2].name', ['a', 'c']],
  ['.spec.containers[0,2].name', ['a', 'c']],
  ['.spec.containers[0]["name","image"]', ['a', 'i1']],
  ['..port', [80, 443]],
  ['{.spec..name}', ['a', 'b', 'c']],
  ['..ports[0].port', [80]],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type=='Ready')].status", ['True']],
  ['.status.conditions[?( @.type != "Ready" )].status', ['False']],
  [String.raw`.status.conditions[?(@.type=='It\'s (odd)')].status`, ['False']],
  ['.status.conditions[?(@.weight>2)].weight', [10]],
  ['.status.conditions[?(@.weight>=2)].weight', [2, 10]],
  ['.status.conditions[?(@.weight<10)].weight', [2]],
  ['.status.conditions[?(@.weight<=2)].weight', [2]],
  ['.status.conditions[?(@.weight=="2")].weight', []],
  ['.spec.containers[?(@.ready)].name', ['c']],
  ['.spec.containers[?(@.ready==true)].name', ['c']],
  ['.spec.containers[?(@.ports[0].port==80)].name', ['a']],
  ['.spec.containers[?(@.ports[*].port==80)].name', []],
  ['.spec.containers[?(@.image==@.name)]', []],
];

for (const [text, expected] of FINDS) {
  test(`finds ${text}`, () => {
    assert.deepEqual(evaluate(path(text), OBJECT), expected);
    assert.deepEqual(evaluateFirst(path(text), OBJECT), expected[0]);
  });
}

const REFUSES: [string, number, RegExp][] = [
  ['{.kind', 6, /expected "}", found the end/],
  ['{.kind}{.spec}', 7, /only one expression/],
  ['.a..', 4, /name must follow/],
  ['...a', 2, /found "\.\.\."/],
  ['.a.', 3, /a name must follow/],
  ['.a[', 3, /must be followed by an index/],
  ['.a[x]', 3, /must be followed by an index/],
  ['.a[0', 3, /must be followed by an index/],
  ["['a", 1, /quoted name has no end/],
  ['.a[0:2:0]', 3, /must be positive/],
  ['.a[?(@.b=="c]', 10, /quoted text has no end/],
  ['.a[?(@.b==)]', 10, /expected a path/],
  ['.a[?(@.b=="c")', 14, /expected "]"/],
  ['..a..b..c', 0, /recursive descents/],
  ['.a\\', 3, /backslash at the end/],
  [`.${'a'.repeat(5_000)}`, 4_096, /longer than/],
];

for (const [text, position, message] of REFUSES) {
  test(`refuses ${text.slice(0, 30)}`, () => {
    const result = parseJsonPath(text);
    assert.ok(!result.ok, 'should be refused');
    assert.match(result.error.message, message);
    assert.equal(result.error.position, position);
  });
}

test('property: an escaped member name finds the member', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer(), (name, value) => {
      const escaped = name.replace(/[^]/gu, '\\$&');
      assert.deepEqual(evaluate(path(`.a.${escaped}`), { a: { [name]: value } }), [value]);
    }),
  );
});

test('property: any text is compiled or refused, and what compiles can run', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'a.[]*?(@="0:,-)\\{} ') }), (text) => {
      const result = parseJsonPath(text);
      if (result.ok) evaluate(result.value, OBJECT);
      else assert.ok(result.error.position >= 0 && result.error.position <= text.length);
    }),
    { numRuns: 2_000 },
  );
});

test('a plain dotted path takes less than a microsecond', () => {
  const compiled = path('.spec.replicas');
  for (let round = 0; round < 10_000; round += 1) evaluateFirst(compiled, OBJECT);
  const started = process.hrtime.bigint();
  for (let round = 0; round < 100_000; round += 1) evaluateFirst(compiled, OBJECT);
  const nanoseconds = Number(process.hrtime.bigint() - started) / 100_000;
  assert.ok(nanoseconds < 1_000, `${nanoseconds} ns`);
});
