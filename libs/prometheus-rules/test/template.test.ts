import { equal } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { GoMap, Template, type Value } from '@plinth/go-template';
import { Labels } from '@plinth/prometheus-model';
import { templateFunctions, vectorValue } from '../src/template-functions.ts';
import type { VectorSample } from '../src/vector.ts';

const sample = (value: number, labels: Record<string, string> = {}): VectorSample => ({
  labels: Labels.of(labels),
  value,
});
const vector = [
  sample(21, { __name__: 'metric', instance: 'b', __value__: 'x' }),
  sample(11, { __name__: 'metric', instance: 'a' }),
];

function expand(text: string, data?: Value, found: readonly VectorSample[] = vector): string {
  const context = { timeMs: 1_353_755_652_000, externalUrl: 'http://testhost:9090/path/prefix' };
  const functions = { ...templateFunctions(context), query: () => vectorValue(found) };
  return new Template('test', text, functions).execute(data);
}

/** As Prometheus 3.14 expands them. */
const cases: readonly (readonly [text: string, expanded: string, data?: Value])[] = [
  ['{{ query "1.5" | first | value }}', '21'],
  ['{{ query "m" | first | label "instance" }}|{{ query "m" | first | label "foo" }}', 'b|'],
  ['{{ query "m" | first | strvalue }}', 'x'],
  ['{{ $x := query "metric" | first }}{{ $x.Labels.foo }}', ''],
  [
    '{{ range query "metric" | sortByLabel "instance" }}{{.Labels.instance}}:{{.Value}}: {{end}}',
    'a:11: b:21: ',
  ],
  ['{{define "x"}}{{.arg0}} {{.arg1}}{{end}}{{template "x" (args 1 "2")}}', '1 2'],
  [
    '{{ "foo.example.com" | stripPort }} {{ "foo.example.com:12345" | stripPort }}',
    'foo.example.com foo.example.com',
  ],
  ['{{ "192.0.2.1:12345" | stripPort }} {{ "2001:0DB8::1" | stripPort }}', '192.0.2.1 2001:0DB8::1'],
  [
    '{{ "[2001:0DB8::1]:12345" | stripPort }} {{ "[2001:0DB8::1]::1" | stripPort }}',
    '2001:0DB8::1 [2001:0DB8::1]::1',
  ],
  ['{{ "foo.example.com" | stripDomain }} {{ "foo.example.com:12345" | stripDomain }}', 'foo foo:12345'],
  [
    '{{ "192.0.2.1:1" | stripDomain }} {{ "[2001:0DB8::1]:1" | stripDomain }}',
    '192.0.2.1:1 [2001:0DB8::1]:1',
  ],
  ['{{ reReplaceAll "(a)b" "x$1" "ab" }} {{ reReplaceAll "(?P<n>a)" "<${n}\\\\$>" "ab" }}', 'xa <a\\$>b'],
  ['{{ range . }}{{ humanize . }}:{{ end }}', '0:1:1.235M:120m:', [0, 1, 1234567, 0.12]],
  [
    '{{ range . }}{{ humanize . }}:{{ end }}',
    '0:-1:1:1.235M:9.223E:',
    [0n, -1n, 1n, 1234567n, 2n ** 63n - 1n],
  ],
  ['{{ range . }}{{ humanize1024 . }}:{{ end }}', '0:1:1Mi:0.12:', ['0.0', '1.0', '1048576.0', '.12']],
  [
    '{{ range . }}{{ humanizeDuration . }}:{{ end }}',
    '0s:1s:1m 0s:1h 0m 0s:1d 0h 0m 0s:1d 1h 0m 0s:-2d 3h 4m 5s:14m 59s:',
    [0, 1, 60, 3600, 86400, 90000, -(86400 * 2 + 3600 * 3 + 60 * 4 + 5), 899.99],
  ],
  [
    '{{ range . }}{{ humanizeDuration . }}:{{ end }}',
    '100ms:100us:123.5ms:1m 0s:1m 0s:1.234s:12.35s:',
    [0.1, 0.0001, 0.12345, 60.1, 60.5, 1.2345, 12.345],
  ],
  [
    '{{ range . }}{{ humanize . }}:{{ humanize1024 . }}:{{ humanizeDuration . }}:{{humanizeTimestamp .}}:{{ end }}',
    '+Inf:+Inf:+Inf:+Inf:-Inf:-Inf:-Inf:-Inf:NaN:NaN:NaN:NaN:',
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
  ],
  [
    '{{ -0.22222 | humanizePercentage }}:{{ 0.0 | humanizePercentage }}:{{ 1.23456 | humanizePercentage }}',
    '-22.22%:0%:123.5%',
  ],
  ['{{ range . }}{{ humanizePercentage . }}:{{ end }}', '1.235e+08%:9.223e+20%:', [1234567n, 2n ** 63n - 1n]],
  [
    '{{ range . }}{{ humanizeTimestamp . }}:{{ end }}',
    '1970-01-01 00:00:00 +0000 UTC:1969-12-31 23:59:59 +0000 UTC:2262-04-11 23:47:16 +0000 UTC:',
    [0n, -1n, 9223372036n],
  ],
  ['{{ 1435065584.128 | humanizeTimestamp }}', '2015-06-23 13:19:44.128 +0000 UTC'],
  ['{{ (1435065584.128 | toTime).Format "2006" }}', '2015'],
  [
    '{{ (1800 | toDuration).String }} {{ ("0.0015" | toDuration).String }} {{ (-90061.5 | toDuration) }}',
    '30m0s 1.5ms -25h1m1.5s',
  ],
  ['{{ now }}', '1.353755652e+09'],
  ['{{ (now | toTime).Format "Mon Jan 2 15:04:05 2006" }}', 'Sat Nov 24 11:14:12 2012'],
  ['{{ ("-30m" | parseDuration | toDuration | (now | toTime).Add).UnixMilli }}', '1353753852000'],
  ['{{ "aa bb CC" | title }} {{ "aB" | toUpper }} {{ "aB" | toLower }}', 'Aa Bb CC AB ab'],
  ['{{ match "a+" "xaa" }} {{ match "a+" "b" }}', 'true false'],
  [
    '{{ graphLink "up" }} {{ tableLink "up{a=\\"b\\"}" }}',
    '/graph?g0.expr=up&g0.tab=0 /graph?g0.expr=up%7Ba%3D%22b%22%7D&g0.tab=1',
  ],
  ['{{ pathPrefix }} {{ externalURL }}', '/path/prefix http://testhost:9090/path/prefix'],
  [
    '{{ printf "%0.2f" (parseDuration "1h2m10ms") }} {{ printf "%0.2f" (parseDuration "-1h2m10ms") }}',
    '3720.01 -3720.01',
  ],
  ['{{ urlQueryEscape "a b&c=d/é" }}', 'a+b%26c%3Dd%2F%C3%A9'],
  ['{{ .Foo }}', '<no value>', new GoMap(new Map())],
];

const faults: readonly (readonly [text: string, message: string, data?: Value])[] = [
  ['{{ humanize "one" }}', 'error calling humanize: strconv.ParseFloat: parsing "one": invalid syntax'],
  [
    '{{ "one" | humanizePercentage }}',
    'executing "test" at <humanizePercentage>: error calling humanizePercentage: strconv.ParseFloat: parsing "one": invalid syntax',
  ],
  [
    '{{ range . }}{{ humanizeTimestamp . }}{{ end }}',
    '-9.223372036854776e+18 cannot be represented as a nanoseconds timestamp since it overflows int64',
    [-(2n ** 63n)],
  ],
  ['{{ match "(" "x" }}', 'error calling match'],
];

describe('functions of templates', () => {
  test('give what Prometheus gives', () => {
    for (const [text, expanded, data] of cases) equal(expand(text, data), expanded, text);
  });

  test('fail as in Prometheus', () => {
    for (const [text, message, data] of faults) {
      let failure = '';
      try {
        expand(text, data);
      } catch (error) {
        failure = String(error);
      }
      equal(failure.includes(message), true, `${text}: ${failure}`);
    }
    let failure = '';
    try {
      expand('{{ query "missing" | first }}', undefined, []);
    } catch (error) {
      failure = String(error);
    }
    equal(
      failure,
      'TemplateError: template: test:1:21: executing "test" at <first>: error calling first: first() called on vector with no elements',
    );
  });
});
