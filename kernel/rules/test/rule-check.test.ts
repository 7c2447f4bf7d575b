import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatFieldError, type JSONSchemaProps } from '@plinth/structural-schema';
import { ruleErrors } from '../rule-check.ts';
import { normalizedFieldPath } from '../rule-field-path.ts';

const whole: JSONSchemaProps = { type: 'integer' };

function errorsOf(spec: JSONSchemaProps): string[] {
  return ruleErrors({ type: 'object', properties: { spec } }, 's').map(formatFieldError);
}

function ruled(rule: string, more: object = {}): JSONSchemaProps {
  return { 'x-kubernetes-validations': [{ rule, ...more }] };
}

const place = 's.properties[spec].x-kubernetes-validations[0]';

describe('the rules of a definition', () => {
  test('that are fine are taken', () => {
    deepEqual(errorsOf({ type: 'object', properties: { a: whole }, ...ruled('self.a > 0') }), []);
    deepEqual(errorsOf({ type: 'object', properties: { a: whole } }), []);
  });

  test('that do not compile are refused with line and column', () => {
    const [error] = errorsOf({ type: 'object', properties: { a: whole }, ...ruled('self.a > self.b') });
    match(
      error ?? '',
      /^s.properties\[spec\].x-kubernetes-validations\[0\].rule: Invalid value: "self.a > self.b": compilation failed: ERROR: <input>:1:14: undefined field 'b'/,
    );
    match(
      errorsOf({ ...whole, ...ruled("self + 'x'") })[0] ?? '',
      /found no matching overload|must evaluate/,
    );
    match(errorsOf({ ...whole, ...ruled('self + 1') })[0] ?? '', /must evaluate to bool/);
    match(
      errorsOf({ ...whole, ...ruled('true', { messageExpression: 'self' }) })[0] ?? '',
      /messageExpression: Invalid value: "self": compilation failed: .*must evaluate to string/s,
    );
  });

  test('whose estimated cost is too high are refused, with what would help', () => {
    const strings: JSONSchemaProps = {
      type: 'array',
      items: { type: 'string' },
      ...ruled("self.all(a, self.all(b, a == b || a.contains('x')))"),
    };
    const errors = errorsOf(strings);
    match(
      errors[0] ?? '',
      /rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x \(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared\)/,
    );
    match(
      errors.at(-1) ?? '',
      /^s: Forbidden: x-kubernetes-validations estimated rule & messageExpression cost total/,
    );
    const bounded = { ...strings, maxItems: 10, items: { type: 'string', maxLength: 20 } };
    deepEqual(errorsOf(bounded), []);
  });

  test('count as often as their place may be there', () => {
    const item: JSONSchemaProps = {
      type: 'string',
      maxLength: 10_000,
      ...ruled("self.matches('^[a-z]+(-[a-z]+)*$')"),
    };
    deepEqual(errorsOf({ type: 'array', maxItems: 10, items: item }), []);
    match(
      errorsOf({ type: 'array', maxItems: 100_000, items: item })[0] ?? '',
      /items.x-kubernetes-validations\[0\].rule: Forbidden: estimated rule cost exceeds budget/,
    );
    match(
      errorsOf({ type: 'array', items: item })[0] ?? '',
      /Forbidden: estimated rule cost exceeds budget .*; nothing bounds s.properties\[spec\] \(maxItems\)$/,
    );
  });

  test('name the fields that nothing bounds, of those that they read', () => {
    const spec: JSONSchemaProps = {
      type: 'object',
      properties: {
        names: { type: 'array', items: { type: 'string' } },
        labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 10 } },
        other: { type: 'string' },
      },
      ...ruled('self.names.all(name, self.labels.exists(key, self.labels[key].contains(name)))'),
    };
    match(
      errorsOf(spec)[0] ?? '',
      /; nothing bounds self.names \(maxItems\), self.names\[\*\] \(maxLength\), self.labels \(maxProperties\)$/,
    );
  });

  test('about changes need a place that has a counterpart', () => {
    const items: JSONSchemaProps = { ...whole, ...ruled('self == oldSelf') };
    deepEqual(errorsOf({ type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'atomic', items }), [
      's.properties[spec].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[spec].items',
    ]);
    deepEqual(errorsOf({ ...whole, ...ruled('self > 1', { optionalOldSelf: true }) }), [
      `${place}.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
    ]);
  });

  test('point to fields that are there', () => {
    const schema: JSONSchemaProps = { type: 'object', properties: { a: whole } };
    deepEqual(errorsOf({ ...schema, ...ruled('true', { fieldPath: '.b' }) }), [
      `${place}.fieldPath: Invalid value: ".b": fieldPath must be a valid path: does not refer to a valid field`,
    ]);
    equal(errorsOf({ ...schema, ...ruled('true', { fieldPath: '.a' }) }).length, 0);
  });
});

describe('a field path', () => {
  const schema: JSONSchemaProps = {
    type: 'object',
    properties: {
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      'a.b': { type: 'object', properties: { c: whole } },
    },
  };
  const cases: readonly [string, string | undefined][] = [
    ['.labels', 'labels'],
    [".labels['x/y']", 'labels[x/y]'],
    ["['a.b'].c", 'a.b.c'],
    [".labels['it\\'s']", "labels[it's]"],
    ['labels', undefined],
    ['.labels[0]', undefined],
    ['.missing', undefined],
    ['.labels.x.y', undefined],
  ];
  for (const [path, expected] of cases) {
    test(`${path} is ${expected ?? 'none'}`, () => {
      const result = normalizedFieldPath(path, schema);
      equal(result.ok ? result.path : undefined, expected);
    });
  }
});
