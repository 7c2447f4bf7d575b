import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GoMap, GoStruct, Template, TemplateError, type Value } from '../src/index.ts';

const functions = {
  first: (list: Value): Value => {
    if (!Array.isArray(list) || list.length === 0)
      throw new Error('first() called on vector with no elements');
    return list[0];
  },
  missing: (): Value => [],
  upper: (text: Value): Value => String(text).toUpperCase(),
  clock: (): Value => ({
    typeName: 'Time',
    methods: { Add: (n: Value) => `+${String(n)}` },
    toString: () => 'noon',
  }),
};
const data = new GoStruct('data', {
  Labels: GoMap.ofTexts({ job: 'api', instance: 'a:1' }),
  Value: 1234567,
  List: ['x', 'y', 'z'],
  None: [],
  Count: 3n,
});

function expand(text: string, ...input: readonly Value[]): string {
  return new Template('test', text, functions).execute(input.length === 0 ? data : input[0]);
}

/** As text/template of Go 1.22 gives. */
const cases: readonly (readonly [text: string, expanded: string])[] = [
  ['plain text', 'plain text'],
  [
    '{{ 1 }} {{ 1.5 }} {{ "a\\tb" }} {{ `raw\\n` }} {{ true }} {{ \'a\' }} {{ 0x1F }} {{ 1e3 }}',
    '1 1.5 a\tb raw\\n true 97 31 1000',
  ],
  ['{{ .Value }} {{ .Labels.job }} [{{ .Labels.none }}]', '1.234567e+06 api []'],
  ['a {{- " b " -}} c', 'a b c'],
  ['a{{/* a comment */}}b {{- /* trimmed */ -}} c', 'abc'],
  ['{{ $x := .Labels }}{{ $x.job }}{{ $x = "new" }}{{ $x }}', 'apinew'],
  ['{{ if eq .Labels.job "api" "web" }}yes{{ else }}no{{ end }}', 'yes'],
  ['{{ if lt .Value 1.0 }}a{{ else if gt .Value 5.0 }}b{{ else }}c{{ end }}', 'b'],
  ['{{ with .Labels.none }}{{ . }}{{ else }}nothing{{ end }}', 'nothing'],
  ['{{ with $j := .Labels.job }}{{ . }}{{ $j }}{{ end }}', 'apiapi'],
  ['{{ range .List }}{{ . }},{{ end }}', 'x,y,z,'],
  ['{{ range $i, $e := .List }}{{ if $i }} {{ end }}{{ $i }}={{ $e }}{{ end }}', '0=x 1=y 2=z'],
  ['{{ range .List }}{{ if eq . "y" }}{{ continue }}{{ end }}{{ . }}{{ end }}', 'xz'],
  ['{{ range .List }}{{ if eq . "y" }}{{ break }}{{ end }}{{ . }}{{ end }}', 'x'],
  ['{{ range .None }}x{{ else }}none{{ end }}', 'none'],
  ['{{ range $k, $v := .Labels }}{{ $k }}={{ $v }};{{ end }}', 'instance=a:1;job=api;'],
  ['{{ "x" | upper | printf "%s-%s" "a" }}', 'a-X'],
  ['{{ printf "%.1f%% of %d" 12.345 .Count }}', '12.3% of 3'],
  ['{{ (index .List 1) }}{{ index .Labels "job" }}{{ len .List }}{{ slice "abcdef" 1 3 }}', 'yapi3bc'],
  ['{{ and true "" }}|{{ or "" "b" }}|{{ not 0 }}|{{ or nil 7 }}', '|b|true|7'],
  ['{{ define "x" }}[{{ . }}]{{ end }}{{ template "x" "y" }}{{ template "x" .Count }}', '[y][3]'],
  ['{{ block "b" .Count }}{{ . }}!{{ end }}', '3!'],
  ['{{ clock }} {{ clock.Add 5 }} {{ (clock).Add "z" }} {{ "q" | clock.Add }}', 'noon +5 +z +q'],
  ['{{ print 1 2 "a" "b" 3 }} {{ println "x" 1 }}', '1 2a b3 x 1\n'.replace('2a b3', '2ab3')],
  ['{{ html "<a href=\'x\'>" }} {{ urlquery "a b&c" }}', '&lt;a href=&#39;x&#39;&gt; a+b%26c'],
  ['{{ .Labels }}', 'map[instance:a:1 job:api]'],
  ['{{ $ }}', '{map[instance:a:1 job:api] 1.234567e+06 [x y z] [] 3}'],
  ['{{ eq 1 1 }} {{ ne "a" "b" }} {{ ge 2.5 2.5 }} {{ le "a" "b" }}', 'true true true true'],
  ['{{ range 3 }}{{ . }}{{ end }}', '012'],
];

/** Messages of Go's. */
const faults: readonly (readonly [text: string, message: string])[] = [
  ['{{', 'template: test:1: unclosed action'],
  ['{{ "x', 'template: test:1: unterminated quoted string'],
  ['{{\u00a0}}', 'template: test:1: unrecognized character in action: U+00A0'],
  ['{{ nope }}', 'template: test:1: function "nope" not defined'],
  ['\n{{ $x }}', 'template: test:2: undefined variable "$x"'],
  ['{{ if true }}', 'template: test:1: unexpected EOF'],
  ['{{ end }}', 'template: test:1: unexpected {{end}}'],
  ['{{ else }}', 'template: test:1: unexpected {{else}}'],
  ['{{ }}', 'template: test:1: missing value for command'],
  ['{{ if }}{{ end }}', 'template: test:1: missing value for if'],
  ['{{ break }}', 'template: test:1: {{break}} outside {{range}}'],
  ['{{ /* a }}', "template: test:1: unrecognized character in action: U+002F '/'"],
  ['{{ "a" | "b" }}', 'template: test:1: non executable command in pipeline stage 2'],
  ['{{ (1 }}', 'template: test:1: unclosed left paren'],
  ['{{ 1) }}', 'template: test:1: unexpected right paren'],
  [
    '{{ missing | first }}',
    'template: test:1:13: executing "test" at <first>: error calling first: first() called on vector with no elements',
  ],
  ['{{ (missing "x").banana }}', "can't evaluate field banana in type"],
  ['{{ .Nope }}', "can't evaluate field Nope in type data"],
  [
    '{{ lt 1 "a" }}',
    'template: test:1:3: executing "test" at <lt 1 "a">: error calling lt: incompatible types for comparison',
  ],
  ['{{ index .List 9 }}', 'error calling index: index out of range: 9'],
  ['{{ template "none" }}', 'template "none" not defined'],
  ['{{ "a" 1 }}', 'can\'t give argument to non-function "a"'],
  ['{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}', 'exceeded maximum template depth'],
];

describe('templates', () => {
  test('are expanded as in Go', () => {
    for (const [text, expanded] of cases) equal(expand(text), expanded, text);
  });

  test('are refused with the words of Go', () => {
    for (const [text, message] of faults) {
      throws(
        () => expand(text),
        (error: unknown) => {
          equal(error instanceof TemplateError, true, `${text}: ${String(error)}`);
          equal((error as Error).message.includes(message), true, `${text}: ${String(error)}`);
          return true;
        },
      );
    }
  });

  test('end whatever is in them', () => {
    const loops = '{{ range . }}{{ range $ }}{{ range $ }}{{ range $ }}{{ end }}{{ end }}{{ end }}{{ end }}';
    const list = Array.from({ length: 200 }, (_, i) => BigInt(i));
    throws(() => expand(loops, list), /does not end/);
    const long = `{{ define "d" }}${'x'.repeat(20_000)}{{ end }}{{ range . }}{{ template "d" }}{{ end }}`;
    throws(() => expand(long, list), /longer than 1000000/);
    throws(() => expand('{{ if true }}'.repeat(200)), /nesting/);
    throws(() => expand(`{{ ${'('.repeat(5_000)}1${')'.repeat(5_000)} }}`), /nesting/);
  });

  test('a missing entry is nothing where anything may be in a map', () => {
    equal(expand('{{ .Foo }}', new GoMap(new Map())), '<no value>');
    equal(expand('{{ .Foo }}', undefined), '<no value>');
    deepEqual(expand('{{ .a.b }}', new GoMap(new Map([['a', GoMap.ofTexts({})]]))), '');
  });
});
