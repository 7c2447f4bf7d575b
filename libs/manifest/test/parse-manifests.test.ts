import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatManifestError, locate, type ManifestOptions, parseManifests } from '../src/index.ts';

function parse(text: string, options: Partial<ManifestOptions> = {}) {
  return parseManifests(text, { file: 'f.yaml', ...options });
}

function value(text: string): unknown {
  const { documents, errors } = parse(text);
  assert.deepEqual(errors, []);
  assert.equal(documents.length, 1);
  return documents[0]?.value;
}

test('a stream: places, indexes, empty documents', () => {
  const { documents, errors } = parse(
    '# c\na: 1\n---\n---\n# only a comment\n---\n{"b": 2}\n...\n---\n  c: 3\n',
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(documents, [
    { value: { a: 1 }, line: 2, column: 1, index: 0 },
    { value: { b: 2 }, line: 7, column: 1, index: 3 },
    { value: { c: 3 }, line: 10, column: 3, index: 4 },
  ]);
  assert.deepEqual(parse(''), { documents: [], errors: [] });
  assert.equal(parse('%YAML 1.2\n---\na: yes\n').documents[0]?.line, 3);
});

test('scalars are read as kubectl 1.32 reads them', () => {
  const found = value(`
y: k
1.5: k
bools: [y, Y, n, yes, on, Off, "yes"]
ints: [010, 0o17, 089, 0x1F, 0b11, 1_000, +12, -0x1F]
floats: [1e3, .5, 08.5, 1_0.5, 1., +.5, 012e1, 685_230.15]
texts: [2024-01-02, 1:30, 0o9, =, !!str 5]
nulls: [~, NULL]
`);
  assert.deepEqual(found, {
    true: 'k',
    '1.5': 'k',
    bools: [true, true, false, true, true, false, 'yes'],
    ints: [8, 15, 89, 31, 3, 1000, 12, -31],
    floats: [1000, 0.5, 8.5, 10.5, 1, 0.5, 120, 685230.15],
    texts: ['2024-01-02', '1:30', '0o9', '=', '5'],
    nulls: [null, null],
  });
});

test('anchors, aliases and merge keys', () => {
  const text =
    'x: &x {a: 1, b: [1]}\nu: *x\nz:\n  <<: *x\n  b: 3\nm: {<<: [*x, {c: 4, a: 9}]}\nq: {"<<": 1}\n';
  const found = value(text);
  const x = { a: 1, b: [1] };
  assert.deepEqual(found, { x, u: x, z: { b: 3, a: 1 }, m: { a: 1, b: [1], c: 4 }, q: { '<<': 1 } });
  assert.ok(typeof found === 'object' && found !== null && 'x' in found && 'u' in found);
  assert.notEqual(found.x, found.u, 'an alias is a copy');
});

test('__proto__ is a key like any other', () => {
  const found = value('__proto__: {polluted: 1}\nx: &x {__proto__: 2}\nm: {<<: *x}\nz: *x\n');
  assert.equal(
    JSON.stringify(found),
    '{"__proto__":{"polluted":1},"x":{"__proto__":2},"m":{"__proto__":2},"z":{"__proto__":2}}',
  );
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

test('lists are taken apart, each item with its line', () => {
  const text = 'apiVersion: v1\nkind: List\nitems:\n- kind: A\n- 5\n- kind: B\n';
  const { documents, errors } = parse(text);
  assert.deepEqual(documents, [
    { value: { kind: 'A' }, line: 4, column: 3, index: 0, item: 0 },
    { value: { kind: 'B' }, line: 6, column: 3, index: 0, item: 2 },
  ]);
  assert.deepEqual(errors.map(formatManifestError), [
    'f.yaml:5:3: items[1] must be an object, found 5 (every item of a list is a whole object)',
  ]);
  const typed = parse('apiVersion: v1\nkind: ConfigMapList\nitems: [{data: {}}]').documents[0]?.value;
  assert.deepEqual(typed, { apiVersion: 'v1', kind: 'ConfigMap', data: {} });
});

const REFUSES: [string, string, number, number, RegExp, RegExp][] = [
  ['a tab', 'a:\n\tb: 1\n', 2, 1, /Tabs are not allowed/, /use spaces/],
  ['a tab later on', 'a:\n  b: 1\n\tc: 2\n', 3, 1, /Tabs are not allowed/, /use spaces/],
  [
    'duplicate keys',
    'a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n',
    5,
    3,
    /duplicate key "b\.c" on lines 5 and 7/,
    /remove one/,
  ],
  ['keys equal as text', '1: x\n"1": y\n', 2, 1, /duplicate key "1" on lines 3 and 4/, /remove one/],
  ['an unknown alias', 'a: *b\n', 1, 4, /alias \*b has no anchor/, /define &b/],
  ['a value within itself', 'a: &a [*a]\n', 1, 8, /stands inside its own anchor/, /cannot contain itself/],
  ['a list', '- a\n', 1, 1, /must be an object, found a list/, /apiVersion, kind/],
  ['text', '--- hello\n', 1, 5, /found the string "hello"/, /apiVersion, kind/],
  ['a key that is a list', '? [a]\n: b\n', 1, 3, /key must be a string, found a list/, /quotes/],
  ['a tag', 'a: !Ref x\n', 1, 4, /!Ref/, /remove the tag/],
  ['binary', 'a: !!binary eA==\n', 1, 4, /binary/, /remove the tag/],
  ['infinity', 'a: .inf\n', 1, 4, /\.inf has no JSON form/, /finite/],
  [
    'too large an integer',
    'a: 9007199254740993\n',
    1,
    4,
    /9007199254740993 cannot be kept exactly/,
    /quotes/,
  ],
  ['a merge with text', 'a:\n  <<: x\n', 2, 3, /merge key << needs a mapping/, /anchors/],
  ['a bad escape', 'a: "\\q"\n', 1, 5, /Invalid escape/, /single quotes/],
  ['a missing colon', 'a: 1\nbroken\n', 2, 1, /map values/, /colon/],
  ['nested brackets', `a: ${'['.repeat(20_000)}`, 1, 303, /more than 300 levels/, /flatten/],
  [
    'nested mappings',
    Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    301,
    301,
    /300 levels/,
    /flatten/,
  ],
];

for (const [name, text, line, column, message, hint] of REFUSES) {
  test(`refuses ${name}, and only that document`, () => {
    const { documents, errors } = parse(`before: 1\n---\n${text.replace(/^--- /, '')}\n---\nafter: 1\n`);
    assert.deepEqual(
      documents.map((document) => document.value),
      [{ before: 1 }, { after: 1 }],
    );
    assert.equal(errors.length, 1, JSON.stringify(errors));
    const [error] = errors;
    assert.ok(error !== undefined);
    assert.match(error.message, message);
    assert.match(error.hint, hint);
    const shift = text.startsWith('--- ') ? 4 : 0;
    assert.deepEqual([error.line, error.column, error.document], [line + 2, column - shift, 1]);
  });
}

test('an open quote does not swallow the documents behind it', () => {
  const { documents, errors } = parse('a: 1\n---\nb: "x\nc: 2\n---\nd: 3\n');
  assert.deepEqual(
    documents.map((document) => document.value),
    [{ a: 1 }, { d: 3 }],
  );
  assert.equal(errors.length, 1);
  assert.ok((errors[0]?.line ?? 0) >= 3 && (errors[0]?.line ?? 0) <= 5, JSON.stringify(errors));
});

test('quoted text whose lines stand at the left is read, as by kubectl', () => {
  const text = "a:\n  b: 'one\n  two\n\n  it''s three'\n  c: \"x\ny\"\n  d: 1\n";
  assert.deepEqual(value(text), { a: { b: "one two\nit's three", c: 'x y', d: 1 } });
});

test('brackets whose lines stand at the left, or begin with tabs, are read, as by kubectl', () => {
  const text = 'a: [\n1, # one ]\n"]"\n]\nb:\n  c: {\n\t"d": it\'s,\n\t"e": [\n\t\t5]\n  }\nf: 1\n';
  assert.deepEqual(value(text), { a: [1, ']'], b: { c: { d: "it's", e: [5] } }, f: 1 });
  const { documents } = parse(text);
  assert.ok(documents[0] !== undefined);
  assert.deepEqual(locate(documents[0], 'b.c.e'), { line: 8, column: 2, exact: true });
});

test('anchor bombs end quickly with one error', () => {
  const lines = [...'bcdefghij'].map((name, index) => {
    const previous = `*${'abcdefghi'.charAt(index)}`;
    return `${name}: &${name} [${Array(9).fill(previous).join(', ')}]`;
  });
  const { documents, errors } = parse(`a: &a [x, x, x, x, x, x, x, x, x]\n${lines.join('\n')}\n`);
  assert.equal(documents.length, 0);
  assert.equal(errors.length, 1);
  assert.match(errors[0]?.message ?? '', /expand to more than 100000 values/);
});

test('limits: bytes, documents, aliases, errors', () => {
  assert.match(parse('a: é', { maxBytes: 4 }).errors[0]?.message ?? '', /has 5 bytes, at most 4/);
  const many = parse('a: 1\n---\n'.repeat(5), { maxDocuments: 3 });
  assert.equal(many.documents.length, 3);
  assert.match(many.errors[0]?.message ?? '', /more than 3 documents/);
  const aliases = parse('a: &a 1\nb: [*a, *a, *a, *a]', { maxAliases: 2 });
  assert.deepEqual(
    aliases.errors.map((error) => error.message),
    ['more than 2 aliases in one document'],
  );
  assert.equal(parse('- 1\n---\n'.repeat(500)).errors.length, 100);
});

const scalars = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
);
const json = fc.letrec<{ node: unknown; object: Record<string, unknown> }>((tie) => ({
  node: fc.oneof({ depthSize: 'small' }, scalars, fc.array(tie('node')), tie('object')),
  object: fc.dictionary(fc.string({ unit: 'binary' }), tie('node'), { noNullPrototype: true }),
})).object;

test('property: JSON is read as JSON, plain and indented', () => {
  fc.assert(
    fc.property(json, fc.constantFrom(0, 2), (object, indent) => {
      fc.pre(typeof object['kind'] !== 'string');
      assert.deepEqual(value(JSON.stringify(object, null, indent)), object);
    }),
    { numRuns: 300 },
  );
});

test('property: any text is read or refused with a place inside it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab:-[]{}\'"&*#|>!%?, \n\t') }), (text) => {
      for (const error of parse(text).errors) {
        assert.ok(error.line >= 1 && error.line <= text.split('\n').length + 1, JSON.stringify(error));
        assert.notEqual(error.message, '');
        assert.notEqual(error.hint, '');
      }
    }),
    { numRuns: 2_000 },
  );
});

const corpora = process.env['PLINTH_CORPORA'] ?? join(import.meta.dirname, '../../../../shared/corpora');
const manifests = join(corpora, 'manifests');
const skip = existsSync(manifests) ? false : `no corpus at ${manifests}`;

test('every manifest of the corpus is read without error', { skip }, () => {
  const files = readdirSync(manifests, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.ya?ml$/.test(name),
  );
  assert.ok(files.length > 100, `only ${files.length} files`);
  let objects = 0;
  for (const file of files) {
    const { documents, errors } = parseManifests(readFileSync(join(manifests, file), 'utf8'), { file });
    assert.deepEqual(errors, []);
    objects += documents.filter((document) => typeof document.value['kind'] === 'string').length;
  }
  assert.ok(objects > 150, `only ${objects} objects`);
});
