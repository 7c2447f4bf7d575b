import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import {
  blocksOf,
  expressionTree,
  HclError,
  literalText,
  membersOf,
  parseHcl,
  referencesIn,
  templatePieces,
  valueText,
} from '../src/index.ts';

const valueOf = async (text: string): Promise<unknown> =>
  (await parseHcl('x.tf', `value = ${text}\n`))['value'];

describe('bodies', () => {
  test('have attributes and blocks with their labels, wherever they stand', async () => {
    const body = await parseHcl(
      'main.tf',
      `# a comment
name = "x" // behind a value
resource "azurerm_subnet" "this" { /* in between */
  count = 2
  lifecycle {
    ignore_changes = [tags]
  }
}
locals {
  a = 1
}
resource azurerm_subnet other {}
locals {
  __proto__ = 2
}
`,
    );
    equal(body['name'], 'x');
    deepEqual(
      blocksOf(body, 'resource').map(({ labels }) => labels.join('.')),
      ['azurerm_subnet.other', 'azurerm_subnet.this'],
    );
    deepEqual(blocksOf(body, 'resource')[1]?.content, {
      count: 2,
      lifecycle: [{ ignore_changes: ['${tags}'] }],
    });
    deepEqual(
      blocksOf(body, 'locals').map(({ labels, content }) => [labels, Object.entries(content)]),
      [
        [[], [['a', 1]]],
        [[], [['__proto__', 2]]],
      ],
    );
    deepEqual(blocksOf(body, 'nothing'), []);
    deepEqual(blocksOf(body, 'constructor'), []);
    for (const text of ['', '\n', '# nothing', '/* nothing */', 'a = 1', 'a = 1\r\n', 'a {}'])
      await parseHcl('x', text);
  });

  for (const [text, message] of [
    ['a = ', /^main\.tf:1,5-5: Missing expression/],
    ['a = 1 b = 2', /^main\.tf:1,7-8: Missing newline after argument/],
    ['a = 1\na = 2', /^main\.tf:2,1-2: Attribute redefined/],
    ['a {\n  b = 1\n', /^main\.tf:1,3-4: Unclosed configuration block/],
    ['a = "b\nc"', /^main\.tf:1,7-2,1: Invalid multi-line string/],
    ['a = [1', /^main\.tf:1,/],
    ['a = 1\n§', /^main\.tf:2,1-2: Invalid character/],
    ['a {\n b = c ? 1\n}', /^main\.tf:2,.*Missing false expression/],
    ['variable {}\nvariable "a" {}', /^main\.tf: Unable to convert Block to JSON: variable\.a/],
  ] as const) {
    test(`of ${JSON.stringify(text)} are refused with the place`, async () => {
      await rejects(parseHcl('main.tf', text), (error) => {
        ok(error instanceof HclError, String(error));
        match(error.message, message);
        return true;
      });
    });
  }

  test('that are too large are refused before the parser sees them', async () => {
    await rejects(
      parseHcl('main.tf', `# ${'x'.repeat(1024 * 1024)}`),
      /main\.tf: it has 1048578 bytes, more than/,
    );
  });
});

describe('values', () => {
  test('are literals, or expressions with ${} around them', async () => {
    for (const [text, value] of [
      ['-1.5e3', -1500],
      ['[1, "a", [null],]', [1, 'a', [null]]],
      ['{ a = 1, "b c" : [true] }', { a: 1, 'b c': [true] }],
      [String.raw`"a\n\"\\\u00e9"`, 'a\n"\\é'],
      ['"$${a}"', '$${a}'],
      ['<<EOT\n a\n\n  b "c" \\n\nEOT', ' a\n\n  b "c" \\n\n'],
      ['<<-EOT\n    a\n\n      b\n  EOT', 'a\n\n  b\n'],
      ['var.a', '${var.a}'],
      ['1 + 1', '${1 + 1}'],
    ] as const) {
      deepEqual(await valueOf(text), value, text);
    }
  });

  test('are told in one line', async () => {
    for (const [text, line] of [
      ['{\n  a = "x" # why\n\n  "b c" = [1, null]\n}', '{ a = "x", "b c" = [1, null] }'],
      ['{}', '{}'],
      ['"a\\n\\"$${b}%%{c}"', '"a\\n\\"$${b}%%{c}"'],
      ['"${var.a}-${join("-", [\n  1,\n])}"', '"${var.a}-${join("-", [ 1, ])}"'],
      ['merge(\n  var.a,\n  {},\n)', 'merge( var.a, {}, )'],
      ['{ (var.a) = 1 }', '{ (var.a) = 1 }'],
      ['<<E\nx\nE', '"x\\n"'],
    ] as const) {
      equal(valueText(await valueOf(text)), line);
      equal(valueText(await valueOf(line)), line, 'it can be read again');
    }
  });
});

describe('templates', () => {
  test('come apart into texts and expressions', () => {
    deepEqual(templatePieces('a ${ b["}"] } $${c} %%{d} ${~ e ~}'), [
      { text: 'a ' },
      { expression: 'b["}"]' },
      { text: ' ${c} %{d} ' },
      { expression: 'e' },
    ]);
    equal(templatePieces('%{ if a }b%{ endif }'), undefined);
  });

  test('are literal when nothing has to be worked out', () => {
    equal(literalText('a "b" $ % {} $${c}'), 'a "b" $ % {} ${c}');
    equal(literalText(''), '');
    for (const other of ['${a}', 'a ${b}', '%{ if a }b%{ endif }', 1, undefined])
      equal(literalText(other), undefined);
  });
});

describe('expressions', () => {
  test('have members, and what they refer to', async () => {
    const tree = await expressionTree('{ a = f(1), "b c" : x.y[0] }');
    deepEqual(
      [...(membersOf(tree) ?? [])],
      [
        ['b c', 'x.y[0]'],
        ['a', 'f(1)'],
      ],
    );
    equal(membersOf(await expressionTree('{ (a) = 1 }')), undefined);
    equal(membersOf(await expressionTree('[1]')), undefined);
    deepEqual(await referencesIn('${x_thing.a.id}-${var.b}'), ['x_thing.a.id', 'var.b']);
    await rejects(expressionTree('a}-${b'), HclError);
  });
});

test('a text that the parser breaks at is refused, and so is every one after it', () => {
  const program = `
    const { parseHcl } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)});
    const said = async (text) => await parseHcl('x.tf', text).then(() => 'read', (error) => String(error));
    console.log(await said('a = ' + '['.repeat(100_000)));
    console.log(await said('a = 1'));
    process.exit();
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  deepEqual(stdout.trim().split('\n'), [
    'HclError: x.tf: blocks or expressions stand too deep within each other',
    'Error: the parser broke at a text before; it works again in another thread',
  ]);
  equal(stderr, '');
});
