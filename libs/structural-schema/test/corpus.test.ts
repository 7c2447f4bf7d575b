import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatPath } from '../src/field-path.ts';
import {
  checkStructural,
  compileSchema,
  formatFieldError,
  hasValidationRules,
  type JSONSchemaProps,
} from '../src/index.ts';
import { deepCopy, isObject } from '../src/json-value.ts';
import { SchemaNode } from '../src/schema-node.ts';
import { corpusAbsent, corpusDocuments, corpusExamples, corpusVersions } from './corpus.ts';

const documents = corpusDocuments();
const versions = corpusVersions(documents);
const examples = corpusExamples(documents, versions);

/** Examples that the project's own definition refuses, and why. */
const refusedUpstream: ReadonlyMap<string, readonly string[]> = new Map([
  // Both show scrapeClass only and leave out the selector that the kind requires.
  ['scrapeclass-example-podmonitor.yaml', ['spec.selector: Required value']],
  ['scrapeclass-example-servicemonitor.yaml', ['spec.selector: Required value']],
]);

describe('definitions of the field', { skip: corpusAbsent }, () => {
  test('are there', () => assert.ok(versions.length >= 40, `${versions.length} versions`));

  for (const version of versions) {
    test(version.id, () => {
      const errors = checkStructural(version.schema, version.path, { hasStatusSubresource: false });
      assert.deepEqual(errors.map(formatFieldError), []);
      const compiled = compileSchema(version.schema);
      const published = JSON.stringify(compiled.openapi());
      const rules = (text: string) => text.split('"x-kubernetes-validations"').length;
      assert.equal(rules(published), rules(JSON.stringify(version.schema)));
      assert.equal(hasValidationRules(version.schema).length > 0, rules(published) > 1);
      assert.ok(compiled.mergeSchema().types.length > 0);
    });
  }

  test('none blocks the event loop for long', () => {
    for (const version of versions) {
      const started = performance.now();
      compileSchema(version.schema).mergeSchema();
      checkStructural(version.schema, version.path);
      const tookMs = performance.now() - started;
      assert.ok(tookMs < 500, `${version.id}: ${tookMs} ms`);
    }
  });
});

describe('examples of the field', { skip: corpusAbsent }, () => {
  test('are there', () => assert.ok(examples.length >= 130, `${examples.length} examples`));

  for (const [index, example] of examples.entries()) {
    test(`${index} ${example.file}`, () => {
      const { compiled } = example;
      const value = deepCopy(example.value);
      assert.deepEqual(compiled.unknownFields(value), []);
      compiled.applyDefaults(value);
      compiled.prune(value, (path) => assert.fail(`${path} is unknown after defaulting`));
      const expected = refusedUpstream.get(example.file.split('/').at(-1) ?? '') ?? [];
      assert.deepEqual(compiled.validate(value).map(formatFieldError), expected);
      const again = deepCopy(value);
      compiled.applyDefaults(again);
      compiled.prune(again);
      assert.deepEqual(again, value);
      assert.deepEqual(compiled.validate(value, value), []);
    });
  }
});

interface Leaf {
  readonly path: readonly (string | number)[];
  readonly type: string;
}

/** The places of a value whose schema gives one scalar type. */
function typedLeaves(
  value: unknown,
  node: SchemaNode | null,
  path: readonly (string | number)[] = [],
): readonly Leaf[] {
  if (node === null) return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => typedLeaves(item, node.items, [...path, index]));
  if (isObject(value)) {
    const keys = Object.keys(value).filter((key) => path.length > 0 || key !== 'metadata');
    return keys.flatMap((key) => typedLeaves(value[key], node.child(key), [...path, key]));
  }
  const { type } = node.schema;
  return type === undefined || node.schema['x-kubernetes-int-or-string'] === true ? [] : [{ path, type }];
}

function replace(root: unknown, path: readonly (string | number)[], replacement: unknown): void {
  let parent: unknown = root;
  for (const step of path.slice(0, -1)) parent = Reflect.get(Object(parent), step);
  const last = path.at(-1);
  if (last !== undefined) Reflect.set(Object(parent), last, replacement);
}

const wrongValues: Readonly<Record<string, readonly unknown[]>> = {
  string: [1, true, {}, [], 1.5],
  integer: ['1', false, {}, [], 1.5],
  number: ['1', false, {}, []],
  boolean: ['true', 0, {}, []],
};

describe('properties', { skip: corpusAbsent }, () => {
  const leaves = examples.flatMap((example) =>
    typedLeaves(example.value, new SchemaNode(example.schema)).map((leaf) => ({ example, leaf })),
  );

  test('a wrong type at any leaf is found at exactly that path', () => {
    fc.assert(
      fc.property(fc.constantFrom(...leaves), fc.nat(), ({ example, leaf }, choice) => {
        const wrong = wrongValues[leaf.type] ?? [];
        const value = deepCopy(example.value);
        replace(value, leaf.path, wrong[choice % wrong.length]);
        const found = example.compiled.validate(value);
        const here = formatPath(leaf.path);
        assert.ok(found.some((error) => error.type === 'FieldValueTypeInvalid' && error.field === here));
        const before = new Set(example.compiled.validate(example.value).map(formatFieldError));
        for (const error of found) {
          const isElsewhere = !error.field.startsWith(here) && !here.startsWith(error.field);
          assert.ok(!isElsewhere || before.has(formatFieldError(error)), formatFieldError(error));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('an added field is reported at exactly its path, pruned, and nothing else is', () => {
    const places = examples.flatMap((example) =>
      closedObjects(example.value, example.schema).map((path) => ({ example, path })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), ({ example, path }) => {
        const value = deepCopy(example.value);
        replace(value, [...path, 'notAField'], { a: [1] });
        assert.deepEqual(example.compiled.unknownFields(value), [formatPath([...path, 'notAField'])]);
        example.compiled.prune(value);
        assert.deepEqual(value, example.value);
      }),
      { numRuns: 500 },
    );
  });
});

/** The objects of a value to which no field may be added. */
function closedObjects(value: unknown, schema: JSONSchemaProps): readonly (readonly (string | number)[])[] {
  const found: (readonly (string | number)[])[] = [];
  const visit = (item: unknown, node: SchemaNode | null, path: readonly (string | number)[]): void => {
    if (node === null) return;
    if (Array.isArray(item))
      for (const [index, child] of item.entries()) visit(child, node.items, [...path, index]);
    else if (isObject(item)) {
      if (!node.hasAdditional && !node.preservesUnknown) found.push(path);
      for (const key of Object.keys(item)) {
        if (path.length > 0 || key !== 'metadata') visit(item[key], node.child(key), [...path, key]);
      }
    }
  };
  visit(value, new SchemaNode(schema), []);
  return found;
}
