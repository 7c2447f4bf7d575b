import { deepEqual, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { parseMetricSelector } from '../src/index.ts';

test('a selector by itself may match everything', () => {
  const cases: readonly [text: string, matchers: readonly string[]][] = [
    ['up', ['__name__="up"']],
    ['{}', []],
    ['sum{job=~"a|b",}', ['job=~"a|b"', '__name__="sum"']],
    ['{"http.requests", le!=""}', ['__name__="http.requests"', 'le!=""']],
  ];
  for (const [text, matchers] of cases) deepEqual(parseMetricSelector(text).map(String), matchers);
});

test('what is no selector alone is refused', () => {
  const cases: readonly [text: string, message: string][] = [
    ['', 'unknown position: parse error: unexpected end of input'],
    ['1', '1:1: parse error: unexpected number "1"'],
    ['up offset 5m', '1:4: parse error: unexpected <offset>'],
    ['up{job}', '1:7: parse error: unexpected "}" in label matching, expected label matching operator'],
    ['up{job=~"("}', '1:4: parse error: error parsing regexp: missing closing ): `(`'],
    ['rate(up[5m])', '1:5: parse error: unexpected "("'],
  ];
  for (const [text, message] of cases)
    throws(() => parseMetricSelector(text), { name: 'ParseError', message });
});
