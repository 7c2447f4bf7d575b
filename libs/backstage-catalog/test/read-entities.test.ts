import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fillPlaceholders, PlaceholderError, readEntityDocuments, refOfDocument } from '../src/index.ts';

describe('files of entities', () => {
  test('documents are read one by one, with their lines; empty ones are left out', () => {
    const read = readEntityDocuments('# first\nkind: A\n---\n---\nkind: B\nlifecycle: yes\n---\n');
    deepEqual(read, [
      { line: 2, value: { kind: 'A' } },
      { line: 5, value: { kind: 'B', lifecycle: 'yes' } },
    ]);
  });

  test('a broken document is told with its line and loses no other', () => {
    const read = readEntityDocuments('kind: A\n---\na: [1\n---\nkind: B\n---\n- a\n');
    deepEqual(
      read.map(({ line, value, error }) => [line, value ?? error?.replace(/ at line.*/, '')]),
      [
        [1, { kind: 'A' }],
        [4, 'Flow sequence in block collection must be sufficiently indented and end with a ]'],
        [5, { kind: 'B' }],
        [7, 'expected an object at the root of the document'],
      ],
    );
  });

  test('aliases cannot fill the memory', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [to, from] of ['ba', 'cb', 'dc', 'ed', 'fe']) {
      bomb.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(',')}]`);
    }
    const [document] = readEntityDocuments(bomb.join('\n'));
    equal(document?.value, undefined);
    equal(document?.error, 'Excessive alias count indicates a resource exhaustion attack');
  });

  test('a reference is read from what is no valid entity', () => {
    equal(refOfDocument({ kind: 'Component', metadata: { name: 'A' } }), 'component:default/a');
    equal(refOfDocument({ kind: 'Component', metadata: { name: 'A', namespace: 1 } }), undefined);
    equal(refOfDocument({ metadata: { name: 'A' } }), undefined);
  });
});

describe('placeholders', () => {
  const files: Readonly<Record<string, string>> = {
    'a.txt': 'text',
    'a.json': '{"a":1}',
    'a.yaml': 'b: [2]',
    two: 'a\n---\nb\n',
  };
  const fill = (value: unknown): unknown =>
    fillPlaceholders(value, ({ target }) => {
      const text = files[target];
      if (text === undefined) throw new PlaceholderError(`${target} is not there`);
      return text;
    });

  test('stand for text, JSON and YAML at any depth', () => {
    deepEqual(fill({ a: { $text: 'a.txt' }, b: [{ $json: 'a.json' }], c: { d: { $yaml: 'a.yaml' } } }), {
      a: 'text',
      b: [{ a: 1 }],
      c: { d: { b: [2] } },
    });
  });

  test('objects with other keys that begin with $ are data', () => {
    const schema = { $schema: 'x', a: { $text: 'a.txt' } };
    deepEqual(fill({ schema, other: { $else: 'a' } }), { schema, other: { $else: 'a' } });
  });

  test('what is not there, or not what it should be, is refused', () => {
    throws(() => fill({ $text: 'missing' }), /missing is not there/);
    throws(() => fill({ $json: 'a.txt' }), /\$json: a\.txt is not JSON/);
    throws(() => fill({ $yaml: 'two' }), /expected one document, found 2/);
    throws(() => fill({ $text: 1 }), /\$text: expected a path/);
  });
});
