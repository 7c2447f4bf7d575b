import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { exemplarQuestion } from '../src/prometheus/exemplars.ts';
import { objectOf } from './api-asking.ts';

const read = (parameters: Readonly<Record<string, string>>) => {
  const text = new URLSearchParams(parameters).toString();
  const got = exemplarQuestion({ query: text, form: '' });
  deepEqual(exemplarQuestion({ query: '', form: text }), got);
  return got;
};

function refusalOf(parameters: Readonly<Record<string, string>>): string {
  const reply = read(parameters);
  if (!('status' in reply)) throw new Error('it was read');
  const { errorType, error } = objectOf(String(reply.body));
  return `${reply.status} ${String(errorType)}: ${String(error)}`;
}

test('exemplars are asked for by the selectors of a query', () => {
  const query =
    'histogram_quantile(0.9, sum by (le) (rate(took_bucket{job=~"a|b"}[5m]))) / on () group_left x offset 1m';
  const name = (value: string) => ['__name__', '=', value];
  deepEqual(read({ query, start: '1', end: '2.5' }), {
    sets: [[['job', '=~', 'a|b'], name('took_bucket')], [name('x')]],
    startMs: 1_000,
    endMs: 2_500,
  });
  const always = { startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY };
  deepEqual(read({ query: '1 + 2' }), { sets: [], ...always });
});

test('what cannot be read is refused', () => {
  const end = '400 bad_data: end timestamp must not be before start timestamp';
  equal(refusalOf({ query: 'up', start: '2', end: '1' }), end);
  const brace = '400 bad_data: 1:4: parse error: unexpected end of input inside braces';
  equal(refusalOf({ query: 'up{' }), brace);
  const time =
    '400 bad_data: invalid parameter "start": invalid time value for \'start\': cannot parse "x" to a valid timestamp';
  equal(refusalOf({ query: 'up', start: 'x' }), time);
  equal(refusalOf({}), '400 bad_data: unknown position: parse error: no expression found in input');
});
