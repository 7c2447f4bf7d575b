import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Check, compileChecks } from '@plinth/plan-policy';
import { judgeSource, SourceError } from '../src/index.ts';

const text = { type: 'string', optional: true };
const rule = {
  attributes: {
    port: { type: 'number', required: true },
    open: { type: 'bool', optional: true },
    hash: { type: 'string', optional: true, computed: true },
  },
};
const schemas = {
  x_thing: {
    block: {
      attributes: {
        id: { type: 'string', computed: true },
        name: text,
        size: { type: 'number', optional: true },
        enabled: { type: 'bool', optional: true },
        zone: { type: 'string', optional: true, computed: true },
        tags: { type: ['map', 'string'], optional: true },
        names: { type: ['set', 'string'], optional: true },
        inline: {
          type: ['set', ['object', { port: 'number', note: 'string' }]],
          optional: true,
          computed: true,
        },
        thing: text,
      },
      block_types: { rule: { nesting_mode: 'list', block: rule } },
    },
  },
};

/** The verdict of one check on a text: `pass` when it finds nothing wrong. */
async function verdict(source: string, assert: string, more: Partial<Check> = {}): Promise<string> {
  const check: Check = {
    name: 'it',
    title: 'It is right.',
    severity: 'high',
    remedy: 'Make it right.',
    resources: ['x_thing'],
    assert,
    ...more,
  };
  const compiled = compileChecks([check]);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const files = [{ name: 'main.tf', text: source }];
  const { findings, passed } = await judgeSource(files, compiled.checks, { schemas, nowMs: 0 });
  const [first] = findings;
  return first
    ? first.verdict === 'error'
      ? first.message
      : first.verdict
    : passed > 0
      ? 'pass'
      : 'nothing';
}

const thing = (body: string): string => `resource "x_thing" "a" {\n${body}\n}\n`;

describe('source', () => {
  test('is told from literals, locals and defaults of variables', async () => {
    const scope = `
locals {
  prefix = "web"
  full   = "\${local.prefix}-\${var.stage}"
  map    = { list = ["a", local.full] }
  round  = local.about
  about  = local.round
}
variable "stage" { default = "prod" }
variable "free" {}
variable "secret" {
  default   = "s3cret"
  sensitive = true
}
`;
    for (const [value, expected] of [
      ['"web-prod"', 'pass'],
      ['local.full', 'pass'],
      ['"${local.prefix}-${var.stage}"', 'pass'],
      ['"${local.full}"', 'pass'],
      ['local.map.list[1]', 'pass'],
      ['local.map["list"][1]', 'pass'],
      ['(local.full)', 'pass'],
      ['local.prefix', 'fail'],
      ['"web-$${var.stage}"', 'fail'],
      ['"${local.prefix}-${var.free}"', 'unknown'],
      ['var.free', 'unknown'],
      ['var.secret', 'unknown'],
      ['var.nothing', 'unknown'],
      ['local.round', 'unknown'],
      ['upper("web-prod")', 'unknown'],
      ['var.stage == "prod" ? "a" : "b"', 'unknown'],
      ['x_thing.other.id', 'unknown'],
      ['"%{if true}web-prod%{endif}"', 'unknown'],
      ['local.map.list[7]', 'unknown'],
      ['null', 'fail'],
    ] as const) {
      equal(
        await verdict(scope + thing(`name = ${value}`), 'change.after.?name.orValue("") == "web-prod"'),
        expected,
        value,
      );
    }
  });

  test('is converted to the types of the schema, and what is left out is unknown where the provider works it out', async () => {
    for (const [body, assert, expected] of [
      ['size = "22"', 'change.after.size == 22', 'pass'],
      ['name = 22', 'change.after.name == "22"', 'pass'],
      ['enabled = "true"', 'change.after.enabled', 'pass'],
      ['enabled = "perhaps"', 'change.after.enabled', 'unknown'],
      ['tags = { a = 1, b = true }', 'change.after.tags == {"a": "1", "b": "true"}', 'pass'],
      ['tags = { (var.k) = "v" }', 'change.after.tags.size() > 0', 'unknown'],
      ['names = ["a", "b", "a"]', 'change.after.names.size() == 2', 'pass'],
      ['', 'has(change.after.name)', 'fail'],
      ['', 'has(change.after.zone)', 'unknown'],
      ['zone = "z"', 'change.after.zone == "z"', 'pass'],
      ['', 'change.after.rule.size() == 0', 'pass'],
      ['rule {\n port = 22\n}', 'change.after.rule.all(r, !has(r.open) && r.port == 22)', 'pass'],
      ['rule {\n port = 22\n}', 'change.after.rule.all(r, r.hash == "")', 'unknown'],
      ['inline {\n port = 22\n}', 'change.after.inline.all(r, !has(r.note) && r.port == 22)', 'pass'],
      [
        'inline = [{ port = 22, note = null }]',
        'change.after.inline.all(r, !has(r.note) && r.port == 22)',
        'pass',
      ],
      ['', 'change.after.inline.size() == 0', 'unknown'],
      [
        'dynamic "rule" {\n for_each = [1]\n content {\n port = rule.value\n }\n}',
        'change.after.rule.size() == 1',
        'unknown',
      ],
      [
        'name = jsonencode({ b = [1, "<"], a = null })',
        `change.after.name == '{"a":null,"b":[1,"\\\\u003c"]}'`,
        'pass',
      ],
      ['name = jsonencode({ b = x_thing.o.id })', 'change.after.name == ""', 'unknown'],
    ] as const) {
      equal(await verdict(thing(body), assert), expected, `${body} ${assert}`);
    }
  });

  test('of types without a schema tells nothing', async () => {
    equal(
      await verdict('resource "y_disk" "a" {\n size = 1\n}', 'change.after.size == 1', {
        resources: ['y_disk'],
      }),
      'unknown',
    );
  });

  test('with a count or for_each that is unknown is never wrong for certain', async () => {
    const named = 'change.after.name == "a"';
    for (const [meta, name, expected] of [
      ['count = 2', 'b', 'fail'],
      ['count = 0', 'b', 'nothing'],
      ['count = var.n', 'b', 'unknown'],
      ['count = var.n', 'a', 'pass'],
      ['for_each = { x = 1 }', 'b', 'fail'],
      ['for_each = toset(["x"])', 'b', 'unknown'],
      ['count = 2', '${count.index}', 'unknown'],
    ] as const) {
      equal(
        await verdict(`variable "n" {}\n${thing(`${meta}\nname = "${name}"`)}`, named),
        expected,
        `${meta} ${name}`,
      );
    }
  });

  test('refers as a plan does; what a module is given may be referred to there', async () => {
    const referred =
      'change.name != "a" || change.referencedBy.exists(c, c.type == "x_thing" && c.name == "b")';
    const b = (body: string): string => `resource "x_thing" "b" {\n${body}\n}\n`;
    equal(await verdict(thing(''), referred), 'fail');
    equal(await verdict(thing('') + b('thing = x_thing.a.id'), referred), 'pass');
    equal(await verdict(thing('') + b('count = var.n\nthing = x_thing.a.id'), referred), 'unknown');
    equal(await verdict(thing('') + b('thing = "x_thing.a.id"'), referred), 'fail');
    equal(
      await verdict(`${thing('')}module "m" {\n source = "./m"\n id = x_thing.a.id\n}`, referred),
      'unknown',
    );
    equal(
      await verdict(thing('count = 2') + b('count = 2\nthing = x_thing.a[count.index].id'), referred),
      'pass',
    );
  });

  test('in several files is one module', async () => {
    const compiled = compileChecks([
      { name: 'it', title: 'T.', severity: 'low', remedy: 'R.', assert: 'change.after.name == "x"' },
    ]);
    if (!compiled.ok) throw new Error('the check is right');
    const files = [
      { name: 'main.tf', text: thing('name = local.name') },
      { name: 'locals.tf', text: 'locals {\n name = "y"\n}\n' },
    ];
    const { findings } = await judgeSource(files, compiled.checks, { schemas, nowMs: 0 });
    deepEqual(
      findings.map(({ address, verdict }) => [address, verdict]),
      [['x_thing.a', 'fail']],
    );
  });

  test('that is no HCL, or not of the schema, is refused with its place', async () => {
    await rejects(verdict('resource "x_thing" "a" {\n name = \n}', 'true'), (error) => {
      match(String(error), /main\.tf:2,\d/);
      return error instanceof SourceError;
    });
    await rejects(
      verdict(thing('nam = "x"'), 'true'),
      /x_thing\.a: x_thing has neither an attribute nor a block nam/,
    );
  });
});
