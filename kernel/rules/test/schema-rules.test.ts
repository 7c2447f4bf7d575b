import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatFieldError, type JSONSchemaProps } from '@plinth/structural-schema';
import { schemaRules } from '../schema-rules.ts';

type Properties = Record<string, JSONSchemaProps>;

const text: JSONSchemaProps = { type: 'string', maxLength: 64 };
const whole: JSONSchemaProps = { type: 'integer' };

/** A schema of a resource whose spec has these fields. */
function resource(properties: Properties, extensions: JSONSchemaProps = {}): JSONSchemaProps {
  return { type: 'object', properties: { spec: { type: 'object', properties, ...extensions } } };
}

function ruled(rule: string, more: object = {}): JSONSchemaProps {
  return { 'x-kubernetes-validations': [{ rule, ...more }] };
}

function check(
  schema: JSONSchemaProps,
  spec: unknown,
  old?: unknown,
): { errors: string[]; warnings: string[] } {
  const rules = schemaRules(schema);
  ok(rules);
  const warnings: string[] = [];
  const named = (part: unknown): object => ({
    apiVersion: 'shop.dev/v1',
    kind: 'Order',
    metadata: { name: 'one' },
    spec: part,
  });
  const errors = rules.validate(named(spec), old === undefined ? undefined : named(old), (message) =>
    warnings.push(message),
  );
  return { errors: errors.map(formatFieldError), warnings };
}

describe('a rule of a schema', () => {
  test('is about the value of its place, at any depth', () => {
    const schema = resource({
      ports: {
        type: 'array',
        maxItems: 10,
        items: { type: 'object', properties: { from: whole, to: whole }, ...ruled('self.from <= self.to') },
      },
      limits: {
        type: 'object',
        additionalProperties: { ...whole, ...ruled('self > 0', { message: 'be positive' }) },
      },
    });
    const spec = {
      ports: [
        { from: 1, to: 2 },
        { from: 3, to: 2 },
      ],
      limits: { cpu: 0 },
    };
    deepEqual(check(schema, spec).errors, [
      'spec.ports[1]: Invalid value: "object": failed rule: self.from <= self.to',
      'spec.limits[cpu]: Invalid value: "integer": be positive',
    ]);
  });

  test('at the root reads the name and the kind', () => {
    const schema: JSONSchemaProps = {
      ...resource({}),
      ...ruled("self.metadata.name == 'two' && self.kind == 'Order'", { message: 'another name' }),
    };
    deepEqual(check(schema, {}).errors, ['<nil>: Invalid value: "object": another name']);
  });

  test('names its reason and the field that it is about', () => {
    const of = (reason: string) =>
      resource({ name: text }, ruled('false', { message: 'no', reason, fieldPath: '.name' }));
    deepEqual(check(of('FieldValueForbidden'), {}).errors, ['spec.name: Forbidden: no']);
    deepEqual(check(of('FieldValueRequired'), {}).errors, ['spec.name: Required value: no']);
    deepEqual(check(of('FieldValueDuplicate'), {}).errors, ['spec.name: Duplicate value: "object"']);
    deepEqual(check(of('FieldValueInvalid'), {}).errors, ['spec.name: Invalid value: "object": no']);
  });

  test('makes its message by an expression, and falls back where that fails', () => {
    const said = (messageExpression: string): string | undefined =>
      check(resource({ size: whole, gone: text }, ruled('false', { message: 'fixed', messageExpression })), {
        size: 3,
      }).errors[0];
    equal(said("'size is ' + string(self.size)"), 'spec: Invalid value: "object": size is 3');
    equal(said('self.gone'), 'spec: Invalid value: "object": fixed');
    equal(said("'  '"), 'spec: Invalid value: "object": fixed');
  });

  test('reads names that are no identifiers of CEL by their escaped form', () => {
    const schema = resource(
      { 'max-size': whole, 'a.b': whole, namespace: text },
      ruled("self.max__dash__size == 1 && self.a__dot__b == 2 && self.__namespace__ == 'x'"),
    );
    deepEqual(check(schema, { 'max-size': 1, 'a.b': 2, namespace: 'x' }).errors, []);
    equal(check(schema, { 'max-size': 1, 'a.b': 2, namespace: 'y' }).errors.length, 1);
  });

  test('that fails says which one, and the others go on', () => {
    const schema = resource(
      { a: whole, b: whole },
      { 'x-kubernetes-validations': [{ rule: 'self.a == 1' }, { rule: 'self.b == 1' }] },
    );
    deepEqual(check(schema, { b: 2 }).errors, [
      'spec: Invalid value: "object": no such key: a evaluating rule: self.a == 1',
      'spec: Invalid value: "object": failed rule: self.b == 1',
    ]);
  });

  test('says nothing of a null, which is for the place around it', () => {
    const schema = resource({ a: { ...whole, nullable: true, ...ruled('self > 1') } });
    deepEqual(check(schema, { a: null }).errors, []);
    equal(check(schema, { a: 1 }).errors.length, 1);
  });

  test('stops at its cost limit, and says so', () => {
    const list = { type: 'array', items: whole };
    const schema = resource(
      { n: list },
      ruled('self.n.all(a, self.n.all(b, self.n.all(c, self.n.all(d, a + b + c + d >= 0))))'),
    );
    const n = Array.from({ length: 200 }, () => 1);
    const [error, ...others] = check(schema, { n }).errors;
    match(error ?? '', /cost limit exceeded/);
    deepEqual(others, []);
  });
});

describe('a transition rule', () => {
  const immutable = resource({ zone: { ...text, ...ruled('self == oldSelf', { message: 'immutable' }) } });

  test('is skipped at a creation, and where there was no value', () => {
    deepEqual(check(immutable, { zone: 'a' }).errors, []);
    deepEqual(check(immutable, { zone: 'a' }, {}).errors, []);
  });

  test('compares with the value before', () => {
    deepEqual(check(immutable, { zone: 'a' }, { zone: 'a' }).errors, []);
    deepEqual(check(immutable, { zone: 'b' }, { zone: 'a' }).errors, [
      'spec.zone: Invalid value: "string": immutable',
    ]);
  });

  test('finds items of a list map by their keys', () => {
    const item: JSONSchemaProps = {
      type: 'object',
      properties: { name: text, port: whole },
      ...ruled('self.port == oldSelf.port', { message: 'fixed' }),
    };
    const schema = resource({
      ports: {
        type: 'array',
        items: item,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      },
    });
    const before = {
      ports: [
        { name: 'a', port: 1 },
        { name: 'b', port: 2 },
      ],
    };
    const after = {
      ports: [
        { name: 'b', port: 2 },
        { name: 'c', port: 9 },
        { name: 'a', port: 3 },
      ],
    };
    deepEqual(check(schema, after, before).errors, ['spec.ports[2]: Invalid value: "object": fixed']);
  });

  test('with optionalOldSelf runs at a creation too', () => {
    const schema = resource({
      size: {
        ...whole,
        ...ruled('oldSelf.hasValue() ? self >= oldSelf.value() : self == 1', { optionalOldSelf: true }),
      },
    });
    deepEqual(check(schema, { size: 1 }).errors, []);
    equal(check(schema, { size: 2 }).errors.length, 1);
    deepEqual(check(schema, { size: 5 }, { size: 4 }).errors, []);
    equal(check(schema, { size: 3 }, { size: 4 }).errors.length, 1);
  });
});

describe('an update', () => {
  const schema = resource({
    old: { type: 'object', properties: { a: whole }, ...ruled('self.a > 0') },
    other: whole,
  });

  test('keeps what was wrong before and is as it was, with a warning', () => {
    const { errors, warnings } = check(schema, { old: { a: 0 }, other: 2 }, { old: { a: 0 }, other: 1 });
    deepEqual(errors, []);
    deepEqual(warnings, ['spec.old: Invalid value: "object": failed rule: self.a > 0']);
  });

  test('does not keep what it changes', () => {
    equal(check(schema, { old: { a: -1 } }, { old: { a: 0 } }).errors.length, 1);
  });
});
