import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Labels } from '@plinth/prometheus-model';
import fc from 'fast-check';
import { RelabelError, type RelabelFields, RelabelRule, relabelAll } from '../src/index.ts';

type LabelRecord = Readonly<Record<string, string>>;

function relabeled(labels: LabelRecord, ...rules: readonly RelabelFields[]): LabelRecord | undefined {
  return relabelAll(
    Labels.of(labels),
    rules.map((one) => new RelabelRule(one)),
  )?.toJSON();
}

/** What is expected: labels beside those that went in, or that all are dropped. */
type Case = readonly [
  what: string,
  input: LabelRecord,
  rules: readonly RelabelFields[],
  output: LabelRecord | 'dropped',
];

const abc = { a: 'foo', b: 'bar', c: 'baz' };
const ports = { __tmp_port: '1234', __port1: '1234', __port2: '5678' };
const lines = { a: 'line1\nline2' };
const parts = { a: 'some-name-value' };
const split = 'some-([^-]+)-([^,]+)';

const cases: readonly Case[] = [
  [
    'a group, twice in the replacement',
    abc,
    [{ sourceLabels: ['a'], regex: 'f(.*)', targetLabel: 'd', replacement: 'ch${1}-ch${1}' }],
    { ...abc, d: 'choo-choo' },
  ],
  [
    'a rule sees what the one before it wrote',
    abc,
    [
      {
        sourceLabels: ['a', 'b'],
        regex: 'f(.*);(.*)r',
        targetLabel: 'a',
        replacement: 'b${1}${2}m',
      },
      {
        sourceLabels: ['c', 'a'],
        regex: '(b).*b(.*)ba(.*)',
        targetLabel: 'd',
        replacement: '$1$2$2$3',
      },
    ],
    { ...abc, a: 'boobam', d: 'boooom' },
  ],
  [
    'nothing comes after a drop',
    { a: 'foo' },
    [
      { sourceLabels: ['a'], regex: '.*o.*', action: 'drop' },
      { sourceLabels: ['a'], regex: 'f(.*)', targetLabel: 'd' },
    ],
    'dropped',
  ],
  [
    'a drop has to match the whole source',
    { a: 'foo' },
    [{ sourceLabels: ['a'], regex: 'f|o', action: 'drop' }],
    { a: 'foo' },
  ],
  [
    'keep without a match',
    { a: 'foo' },
    [{ sourceLabels: ['a'], regex: 'no-match', action: 'Keep' }],
    'dropped',
  ],
  ['keep', { a: 'foo' }, [{ sourceLabels: ['a'], regex: 'f.*', action: 'keep' }], { a: 'foo' }],
  [
    'no replacement without a match',
    { a: 'boo' },
    [{ sourceLabels: ['a'], regex: 'f', targetLabel: 'b', replacement: 'bar' }],
    { a: 'boo' },
  ],
  [
    'an empty replacement takes the label away',
    { a: 'foo', f: 'baz' },
    [{ sourceLabels: ['a'], regex: '(f).*', targetLabel: '$1', replacement: '$2' }],
    { a: 'foo' },
  ],
  [
    'hashmod',
    abc,
    [{ sourceLabels: ['c'], targetLabel: 'd', action: 'hashmod', modulus: 1000 }],
    { ...abc, d: '976' },
  ],
  [
    'hashmod of a text with a line end',
    { a: 'foo\nbar' },
    [{ sourceLabels: ['a'], targetLabel: 'b', action: 'hashmod', modulus: 1000 }],
    { a: 'foo\nbar', b: '734' },
  ],
  [
    'labelmap',
    { a: 'foo', b1: 'bar', b2: 'baz' },
    [{ regex: '(b.*)', replacement: 'bar_${1}', action: 'labelmap' }],
    { a: 'foo', b1: 'bar', b2: 'baz', bar_b1: 'bar', bar_b2: 'baz' },
  ],
  [
    'labelmap that shortens names',
    { __meta_my_bar: 'aaa', __meta_my_baz: 'bbb', __meta_other: 'ccc' },
    [{ regex: '__meta_(my.*)', replacement: '${1}', action: 'labelmap' }],
    { __meta_my_bar: 'aaa', __meta_my_baz: 'bbb', __meta_other: 'ccc', my_bar: 'aaa', my_baz: 'bbb' },
  ],
  [
    'labelmap to one name: the last in order counts, those that rules set last of all',
    { a1: 'x', a2: 'y' },
    [
      { sourceLabels: ['a1'], targetLabel: 'a1', replacement: 'set' },
      { regex: 'a(.)', replacement: 'one', action: 'labelmap' },
    ],
    { a1: 'set', a2: 'y', one: 'set' },
  ],
  [
    'name and value from groups',
    parts,
    [{ sourceLabels: ['a'], regex: split, replacement: '${2}', targetLabel: '${1}' }],
    { ...parts, name: 'value' },
  ],
  [
    'a group that is not there',
    parts,
    [{ sourceLabels: ['a'], regex: split, replacement: '${3}', targetLabel: '${1}' }],
    parts,
  ],
  [
    'a target that comes out empty',
    parts,
    [{ sourceLabels: ['a'], regex: split, replacement: '${1}', targetLabel: '${3}' }],
    parts,
  ],
  [
    'parts of a list of tags',
    { __meta_sd_tags: 'path:/secret,job:some-job,label:foo=bar' },
    [
      {
        sourceLabels: ['__meta_sd_tags'],
        regex: '(?:.+,|^)path:(/[^,]+).*',
        targetLabel: '__metrics_path__',
      },
      { sourceLabels: ['__meta_sd_tags'], regex: '(?:.+,|^)job:([^,]+).*', targetLabel: 'job' },
      {
        sourceLabels: ['__meta_sd_tags'],
        regex: '(?:.+,|^)label:([^=]+)=([^,]+).*',
        replacement: '${2}',
        targetLabel: '${1}',
      },
    ],
    {
      __meta_sd_tags: 'path:/secret,job:some-job,label:foo=bar',
      __metrics_path__: '/secret',
      job: 'some-job',
      foo: 'bar',
    },
  ],
  [
    'a label that was dropped can be set again',
    { port_name: 'foo', metrics_port: '9091' },
    [
      { regex: '^port_name$', action: 'labeldrop' },
      { sourceLabels: ['metrics_port'], regex: '(.+)', replacement: 'metrics', targetLabel: 'port_name' },
      { sourceLabels: ['port_name'], regex: '^metrics$', action: 'keep' },
    ],
    { metrics_port: '9091', port_name: 'metrics' },
  ],
  [
    'labelkeep',
    { a: 'foo', b1: 'bar', b2: 'baz' },
    [{ regex: '(b.*)', action: 'labelkeep' }],
    { b1: 'bar', b2: 'baz' },
  ],
  ['labeldrop', { a: 'foo', b1: 'bar' }, [{ regex: '(b.*)', action: 'labeldrop' }], { a: 'foo' }],
  [
    'upper and lower case',
    { foo: 'bAr123Foo' },
    [
      { sourceLabels: ['foo'], action: 'uppercase', targetLabel: 'up' },
      { sourceLabels: ['foo'], action: 'LowerCase', targetLabel: 'low' },
    ],
    { foo: 'bAr123Foo', low: 'bar123foo', up: 'BAR123FOO' },
  ],
  [
    'case by case: letters that become several in full mappings stay one',
    { foo: 'straße ﬁ ᾳ', bar: 'İΣ' },
    [
      { sourceLabels: ['foo'], action: 'uppercase', targetLabel: 'up' },
      { sourceLabels: ['bar'], action: 'lowercase', targetLabel: 'low' },
    ],
    { foo: 'straße ﬁ ᾳ', bar: 'İΣ', up: 'STRAßE ﬁ ᾼ', low: 'iσ' },
  ],
  [
    'keepequal',
    ports,
    [{ sourceLabels: ['__tmp_port'], action: 'keepequal', targetLabel: '__port1' }],
    ports,
  ],
  [
    'keepequal of what differs',
    ports,
    [{ sourceLabels: ['__tmp_port'], action: 'keepequal', targetLabel: '__port2' }],
    'dropped',
  ],
  [
    'dropequal',
    ports,
    [{ sourceLabels: ['__tmp_port'], action: 'dropequal', targetLabel: '__port1' }],
    'dropped',
  ],
  [
    'dropequal of what differs',
    ports,
    [{ sourceLabels: ['__tmp_port'], action: 'dropequal', targetLabel: '__port2' }],
    ports,
  ],
  [
    'a dot matches line ends',
    lines,
    [{ sourceLabels: ['a'], regex: 'line1.*line2', targetLabel: 'd', replacement: 'match${1}' }],
    { ...lines, d: 'match' },
  ],
  [
    'names of any characters',
    { 'utf-8.label': 'x' },
    [{ sourceLabels: ['utf-8.label'], regex: '(x)', targetLabel: 'naïve.${1}' }],
    { 'utf-8.label': 'x', 'naïve.x': 'x' },
  ],
  [
    'groups by name; letters after a name belong to it',
    lines,
    [
      {
        sourceLabels: ['a'],
        regex: '(line1).*(?<second>line2)',
        targetLabel: 'label_$1',
        replacement: 'val_$second',
      },
      {
        sourceLabels: ['a'],
        regex: '(line1).*(?<second>line2)',
        targetLabel: 'none',
        replacement: '<$secondé$01>',
      },
    ],
    { ...lines, label_line1: 'val_line2', none: '<>' },
  ],
  [
    'dollars that begin no group',
    { a: 'x' },
    [{ sourceLabels: ['a'], targetLabel: 'b', replacement: '$$1 ${ $- ${} $' }],
    { a: 'x', b: '$1 ${ $- ${} $' },
  ],
  ['a fixed label', {}, [{ targetLabel: 'cluster', replacement: 'dev' }], { cluster: 'dev' }],
];

for (const [what, input, rules, output] of cases) {
  test(`relabeling: ${what}`, () => {
    assert.deepEqual(relabeled(input, ...rules), output === 'dropped' ? undefined : output);
  });
}

const refused: readonly (readonly [rule: RelabelFields, text: string])[] = [
  [{ action: '' }, 'unknown relabel action ""'],
  [{ action: 'rename' }, 'unknown relabel action "rename"'],
  [{}, "relabel configuration for replace action requires 'target_label' value"],
  [{ action: 'Lowercase' }, "relabel configuration for lowercase action requires 'target_label' value"],
  [{ action: 'hashmod', targetLabel: 'a' }, 'relabel configuration for hashmod requires non-zero modulus'],
  [
    { action: 'uppercase', targetLabel: 'a', replacement: 'x' },
    "'replacement' can not be set for uppercase action",
  ],
  [{ action: 'labelmap', replacement: '' }, '"" is invalid \'replacement\' for labelmap action'],
  [
    { action: 'keepequal', targetLabel: 'a', regex: '(.*)' },
    "keepequal action requires only 'source_labels' and `target_label`, and no other fields",
  ],
  [
    { action: 'labeldrop', sourceLabels: ['a'] },
    "labeldrop action requires only 'regex', and no other fields",
  ],
  [{ targetLabel: 'a', regex: 'a(' }, 'error parsing regexp: missing closing ): `^(?s:a()$`'],
];

test('rules that Prometheus refuses are refused in its words', () => {
  for (const [rule, text] of refused) {
    assert.throws(
      () => new RelabelRule(rule),
      (error) => error instanceof RelabelError && error.message === text,
      JSON.stringify(rule),
    );
  }
});

test('rules that Prometheus takes with names of any characters', () => {
  for (const rule of [
    { action: 'lowercase', targetLabel: '${3}' },
    { targetLabel: '0${3}', regex: split, sourceLabels: ['a'], replacement: '${1}' },
    { action: 'labelmap', regex: '__meta_kubernetes_pod_label_(strimzi_io_.+)' },
  ]) {
    assert.ok(new RelabelRule(rule));
  }
});

test('hashmod is the remainder of the last 64 bits of the MD5 sum', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 2 ** 53 - 1 }), (text, modulus) => {
      let remainder = 0n;
      for (const byte of createHash('md5').update(text).digest().subarray(8)) {
        remainder = (remainder * 256n + BigInt(byte)) % BigInt(modulus);
      }
      const fields = { sourceLabels: ['a'], targetLabel: 'b', action: 'hashmod', modulus };
      assert.equal(relabeled({ a: text }, fields)?.['b'], String(remainder));
    }),
  );
});
