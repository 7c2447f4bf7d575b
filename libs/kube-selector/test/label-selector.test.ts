import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatLabelSelector,
  type LabelSelector,
  labelSelectorFromObject,
  matchesLabels,
  parseLabelSelector,
} from '../src/index.ts';

function parsed(text: string): LabelSelector {
  const result = parseLabelSelector(text);
  assert.ok(result.ok, result.ok ? '' : result.error.message);
  return result.value;
}

const MATCHES: [string, Record<string, string> | undefined, boolean][] = [
  ['', {}, true],
  ['', undefined, true],
  ['x=y', { x: 'y' }, true],
  ['x==y', { x: 'y' }, true],
  ['x=y', { x: 'z' }, false],
  ['x=y,z=w', { x: 'y', z: 'w' }, true],
  ['x=y,z=w', { x: 'y' }, false],
  ['x!=y,z!=w', { x: 'z', z: 'a' }, true],
  ['x!=y', {}, true],
  ['x!=y', { x: 'y' }, false],
  ['x=', { x: '' }, true],
  ['x= ,z', { x: '', z: '1' }, true],
  [' x = y ', { x: 'y' }, true],
  ['notin=in', { notin: 'in' }, true],
  ['x in (a,b)', { x: 'b' }, true],
  ['x in (a,b)', {}, false],
  ['x in (a,,c)', { x: '' }, true],
  ['x in ()', { x: '' }, true],
  ['x in (in,notin)', { x: 'notin' }, true],
  ['x notin (a,b)', { x: 'c' }, true],
  ['x notin (a,b)', {}, true],
  ['x notin (a,b),y', { x: 'a', y: '' }, false],
  ['example.com/x', { 'example.com/x': 'anything' }, true],
  ['x', {}, false],
  ['!x', {}, true],
  ['! x', { x: '' }, false],
  ['x>1', { x: '2' }, true],
  ['x>1', { x: '1' }, false],
  ['x<7', { x: '6' }, true],
  ['x<7', { x: 'six' }, false],
  ['x>9223372036854775806', { x: '9223372036854775807' }, true],
  ['toString', {}, false],
];

for (const [text, labels, expected] of MATCHES) {
  test(`"${text}" ${expected ? 'matches' : 'does not match'} ${JSON.stringify(labels)}`, () => {
    assert.equal(matchesLabels(parsed(text), labels), expected);
  });
}

const REFUSES: [string, number, string][] = [
  ['x=a||y=b', 2, 'a valid label must be an empty string or consist of'],
  ['x==a==b', 4, "found '==', expected: ',' or 'end of string'"],
  ['!x=a', 2, "found '=', expected"],
  ['x<a', 0, 'the value must be an integer'],
  ['x in a', 5, "unable to parse requirement: found 'a', expected: '('"],
  ['x in (a', 7, "found '', expected: ',' or ')'"],
  ['x,', 2, "found '', expected: identifier after ','"],
  [',x', 0, "found ',', expected: !, identifier, or 'end of string'"],
  ['x y', 2, "found 'y', expected: in, notin, =, ==, !=, gt, lt"],
  ['a/b/c=x', 0, 'a qualified name must consist of'],
  ['-a=x', 0, 'name part must consist of alphanumeric characters'],
  [`x=${'a'.repeat(64)}`, 0, 'must be no more than 63 characters'],
];

for (const [text, position, message] of REFUSES) {
  test(`refuses "${text.slice(0, 20)}"`, () => {
    const result = parseLabelSelector(text);
    assert.ok(!result.ok);
    assert.ok(result.error.message.includes(message), result.error.message);
    if (!result.error.message.includes('valid label must be')) assert.equal(result.error.position, position);
  });
}

test('the object form', () => {
  const result = labelSelectorFromObject({
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'legacy', operator: 'DoesNotExist' },
    ],
  });
  assert.ok(result.ok);
  assert.equal(formatLabelSelector(result.value), 'app=web,tier in (a,b),!legacy');
  assert.equal(matchesLabels(result.value, { app: 'web', tier: 'a' }), true);
  assert.equal(matchesLabels(result.value, { app: 'web', tier: 'a', legacy: '' }), false);
});

test('no selector object matches nothing, an empty one everything', () => {
  const nothing = labelSelectorFromObject(undefined);
  const everything = labelSelectorFromObject({});
  assert.ok(nothing.ok && everything.ok);
  assert.equal(matchesLabels(nothing.value, { a: 'b' }), false);
  assert.equal(matchesLabels(everything.value, undefined), true);
});

const BAD_OBJECTS: [unknown, string][] = [
  ['x', 'the selector: must be an object'],
  [{ matchLabels: { a: 1 } }, 'matchLabels[a]: must be a string, found 1'],
  [{ matchLabels: { '-': 'x' } }, 'matchLabels[-]: key: Invalid value: "-": name part must consist'],
  [{ matchExpressions: {} }, 'matchExpressions: must be a list'],
  [{ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] }, 'matchExpressions[0].operator: "Gt"'],
  [{ matchExpressions: [{ key: 'a', operator: 'In' }] }, "values set can't be empty"],
  [{ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['x'] }] }, 'must be empty for exists'],
];

for (const [object, message] of BAD_OBJECTS) {
  test(`refuses ${JSON.stringify(object)}`, () => {
    const result = labelSelectorFromObject(object);
    assert.ok(!result.ok);
    assert.ok(result.error.message.includes(message), result.error.message);
  });
}

const key = fc.constantFrom('a', 'b', 'example.com/c');
const value = fc.constantFrom('', 'x', 'y', '3');
const requirement = fc.oneof(
  fc.record({
    key,
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.uniqueArray(value, { minLength: 1 }).map((values) => values.sort()),
  }),
  fc.record({
    key,
    operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const),
    values: fc.constant<string[]>([]),
  }),
  fc.record({
    key,
    operator: fc.constantFrom('Gt' as const, 'Lt' as const),
    values: fc.integer().map((n) => [String(Math.abs(n))]),
  }),
);

test('property: a selector survives being written and read', () => {
  fc.assert(
    fc.property(fc.array(requirement), (requirements) => {
      const selector = { requirements, matchesNothing: false };
      assert.equal(JSON.stringify(parsed(formatLabelSelector(selector))), JSON.stringify(selector));
    }),
  );
});

test('property: any text is parsed or refused within itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab=!(), <>in/') }), (text) => {
      const result = parseLabelSelector(text);
      if (!result.ok) assert.ok(result.error.position >= 0 && result.error.position <= text.length);
    }),
    { numRuns: 1_000 },
  );
});
