import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { HclError, literalOf, parseBody, parseExpression, staticMapOf, textOf } from '../src/index.ts';

/** The literal value of an expression, or `undefined`. */
const valueOf = (text: string): unknown => literalOf(parseExpression(text))?.value;

describe('bodies', () => {
  test('have attributes and blocks with labels, in several lines or in one', () => {
    const body = parseBody(`
      # a comment
      name = "x" // behind a value
      resource "azurerm_subnet" this { /* in between */
        count = 2

        lifecycle { ignore_changes = [tags] }
        dynamic "rule" {
          for_each = {}
          content {}
        }
      }
      empty {}
    `);
    deepEqual([...body.attributes.keys()], ['name']);
    equal(body.attributes.get('name')?.line, 3);
    deepEqual(
      body.blocks.map(({ type, labels, line }) => [type, labels, line]),
      [
        ['resource', ['azurerm_subnet', 'this'], 4],
        ['empty', [], 13],
      ],
    );
    const [resource] = body.blocks;
    deepEqual(
      resource?.body.blocks.map(({ type, labels }) => [type, labels]),
      [
        ['lifecycle', []],
        ['dynamic', ['rule']],
      ],
    );
  });

  test('of no text are empty, and may end without a newline or with a comment', () => {
    for (const text of ['', '\n', '# nothing', '/* nothing */', 'a = 1', 'a = 1 # one', 'a {}'])
      parseBody(text);
  });

  test('are refused with the place and what was expected', () => {
    for (const [text, message] of [
      ['a = ', 'line 1, column 5: expected an expression, found the end of the text'],
      ['a = 1 b = 2', 'expected the end of the line'],
      ['a = 1\na = 2', 'line 2, column 1: a is there twice'],
      ['a {\n  b = 1\n', 'line 3, column 1: expected "}", found the end of the text'],
      ['a { b = 1 c = 2 }', 'line 1, column 13: expected the end of the line'],
      ['}', 'line 1, column 1: expected no closing brace'],
      ['a "b', 'line 1, column 5: expected the closing quote'],
      ['a = "b\nc"', 'line 1, column 7: expected the closing quote'],
      ['a = "\\q"', 'line 1, column 6: expected one of the escapes'],
      ['a = "\\uD8"', 'expected one of the escapes'],
      ['a "${b}" {}', 'line 1, column 3: expected "=", a label, or "{"'],
      ['a <<E {}\nx\nE\n', 'expected << and the name'],
      ['a = <<E\nx\n', 'expected a line with E'],
      ['a = [1', 'expected "]"'],
      ['a = (1]', 'expected the bracket that closes the last one'],
      ['a = "${b"', 'expected the closing quote'],
      ['a = "${b', 'expected the closing brace of the template sequence'],
      ['a = /* b', 'line 1, column 5: expected the end of the comment'],
      ['a = §', 'expected no such character, found "§"'],
      ['1 = 2', 'expected the name of an attribute'],
      ['\ufeffa = 1', 'expected no byte order mark'],
    ] as const) {
      throws(
        () => parseBody(text),
        (error) => {
          ok(error instanceof HclError, String(error));
          ok(error.message.includes(message), `${JSON.stringify(text)}: ${error.message}`);
          return true;
        },
      );
    }
    throws(() => parseBody('a {\n'.repeat(200)), /blocks stand more than 100 deep/);
    throws(() => parseBody(`a = ${'['.repeat(200)}`), /at most 100 brackets/);
    throws(() => parseBody(`a = ${'"${'.repeat(200)}`), /templates stand more than 100 deep/);
  });
});

describe('templates', () => {
  test('say what they say, with escapes', () => {
    equal(valueOf(String.raw`"a\n\t\"\\b\u00e9\U0001F600"`), 'a\n\t"\\bé😀');
    equal(valueOf('"$${a} %%{b} $ % $a {}"'), '${a} %{b} $ % $a {}');
    equal(valueOf('""'), '');
    equal(valueOf('<<EOT\n a\n\n  b "c" \\n\nEOT'), ' a\n\n  b "c" \\n\n');
    equal(valueOf('<<-EOT\n    a\n\n      b\n  EOT\n'), 'a\n\n  b\n');
    equal(valueOf('<<EOT\nEOT'), '');
    equal(valueOf('<<EOT\nEOTX\n EOT'), 'EOTX\n');
  });

  test('have whatever they interpolate within them', () => {
    const body = parseBody(`
      a = "x \${b["}"]} \${ { c = "\${d}" }.c } "
      e = <<-EOT
        \${join(",", [
          "EOT", # not the end
        ])}
        %{ if true ~}
        yes
        %{~ endif }
      EOT
      f = "\${~ g ~}"
      h = 1
    `);
    deepEqual([...body.attributes.keys()], ['a', 'e', 'f', 'h']);
    for (const name of ['a', 'e', 'f']) {
      const attribute = body.attributes.get(name);
      equal(attribute && literalOf(attribute.expression), undefined, name);
    }
  });

  test('in heredocs end at the first line with their name, also within brackets', () => {
    deepEqual(valueOf('[<<A\none\nA\n, <<B\ntwo\nB\n]'), ['one\n', 'two\n']);
    deepEqual(valueOf('{\n a = <<A\n}\nA\n b = 1\n}'), { a: '}\n', b: 1 });
  });
});

describe('literals', () => {
  test('are numbers, texts, words, tuples and objects of them', () => {
    for (const [text, value] of [
      ['1', 1],
      ['-1.5e3', -1500],
      ['true', true],
      ['null', null],
      ['[]', []],
      ['[1, "a",\n [null],\n]', [1, 'a', [null]]],
      ['{}', {}],
      ['{ a = 1, "b c" : [2] }', { a: 1, 'b c': [2] }],
      ['{\n a = 1 # one\n b = {\n c = false\n }\n}', { a: 1, b: { c: false } }],
    ] as const) {
      deepEqual(valueOf(text), value, text);
    }
    const odd = valueOf('{ __proto__ = 1 }');
    deepEqual(Object.keys(Object(odd)), ['__proto__']);
  });

  test('are not what has to be evaluated', () => {
    for (const text of [
      'a',
      'a.b',
      'f(1)',
      '1 + 1',
      '!true',
      '"${a}"',
      '[a]',
      '{ a = b }',
      '{ (a) = 1 }',
      '[1 2]',
      '(1)',
    ])
      equal(valueOf(text), undefined, text);
    for (const text of ['[for a in b : a]', 'a ? b : c', '{ for k, v in m : k => v }'])
      equal(valueOf(text), undefined, text);
  });

  test('come back from how JSON writes them, which is HCL as well', () => {
    const text = fc
      .string({ unit: 'grapheme' })
      .filter((one) => !/[$%]\{|[\u0000-\u001f\u007f-\u009f]/.test(one));
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value')),
        fc.dictionary(text, tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(value, (one) => {
        const written = JSON.stringify(one, null, 2);
        equal(JSON.stringify(valueOf(written)), JSON.stringify(one), written);
      }),
    );
  });

  test('no text makes the reader fail otherwise than by saying where', () => {
    const pieces = fc.constantFrom(
      ...'a={}[]()"~\n #\\1,-.E'.split(''),
      '${',
      '%{',
      '<<E',
      '<<-E',
      '/*',
      '*/',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        try {
          parseBody(parts.join(''));
        } catch (error) {
          ok(error instanceof HclError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

test('objects have members that need not be literals', () => {
  const members = staticMapOf(
    parseExpression(
      '{\n source = "a/b"\n\n configuration_aliases = [x.one,\n x.two]\n "v" : { w = 1, z = 2 }, last = f(1, 2)\n}',
    ),
  );
  deepEqual(
    [...(members ?? [])].map(([name, expression]) => [name, textOf(expression)]),
    [
      ['source', '"a/b"'],
      ['configuration_aliases', '[x.one, x.two]'],
      ['v', '{ w = 1, z = 2 }'],
      ['last', 'f(1, 2)'],
    ],
  );
  deepEqual([...(staticMapOf(parseExpression('{}')) ?? ['none'])], []);
  for (const text of [
    'a',
    '[1]',
    '{ (a) = 1 }',
    '{ a }',
    '{ "${a}" = 1 }',
    '{ a = }',
    '{ for a in b : a => a }',
  ])
    equal(staticMapOf(parseExpression(text)), undefined, text);
});

test('expressions are told in one line', () => {
  for (const [text, line] of [
    [
      'object({\n  a = string # why\n\n  b = optional(number, 3)\n})',
      'object({ a = string, b = optional(number, 3) })',
    ],
    ['list( string )', 'list(string)'],
    ['{ a = 1,\n b = 2\n}', '{ a = 1, b = 2 }'],
    ['[\n 1,\n 2,\n]', '[1, 2,]'],
    ['var.a[0].b', 'var.a[0].b'],
    ['<<E\nx\nE', '"x\\n"'],
    ['a ? b : c', 'a ? b: c'],
  ] as const) {
    equal(textOf(parseExpression(text)), line);
  }
});
