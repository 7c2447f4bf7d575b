import { describe, it } from 'node:test';
import { check, type Example, fails, is, refused } from './expectation.ts';

/** The examples of the documentation: of lists, sets, and regular expressions (library/lists.go, regex.go; ext/sets.go). */
const lists: readonly Example[] = [
  ['[1, 2, 3].isSorted()', is(true)],
  ["['a', 'b', 'b', 'c'].isSorted()", is(true)],
  ['[2.0, 1.0].isSorted()', is(false)],
  ['[1].isSorted()', is(true)],
  ['[].isSorted()', is(true)],
  ['[1, 3].sum()', is(4n)],
  ['[1.0, 3.0].sum()', is(4)],
  ["string([duration('1m'), duration('1s')].sum())", is('61s')],
  ['[1u, 2u].sum() == 3u', is(true)],
  ['[].sum()', is(0n)],
  ['[9223372036854775807, 1].sum()', fails(/overflow/)],
  ["['a'].sum()", refused(/found no matching overload for 'sum'/)],
  ['[1, 3].min()', is(1n)],
  ['[1, 3].max()', is(3n)],
  ["['b', 'a'].min()", is('a')],
  ['[false, true].max()', is(true)],
  ["[timestamp('2020-01-01T00:00:00Z'), timestamp('2021-01-01T00:00:00Z')].max().getFullYear()", is(2021n)],
  ['[].min()', fails(/min called on empty list/)],
  ['[].max()', fails(/max called on empty list/)],
  ['[1, 2, 2, 3].indexOf(2)', is(1n)],
  ["['a', 'b', 'b', 'c'].lastIndexOf('b')", is(2n)],
  ['[1.0].indexOf(1.1)', is(-1n)],
  ["[].indexOf('string')", is(-1n)],
  ['[[1], [2]].indexOf([2])', is(1n)],
];

const sets: readonly Example[] = [
  ['sets.contains([], [])', is(true)],
  ['sets.contains([], [1])', is(false)],
  ['sets.contains([1, 2, 3, 4], [2, 3])', is(true)],
  ['sets.contains([1, 2], [dyn(2u), dyn(2.0)])', is(true)],
  ['sets.equivalent([], [])', is(true)],
  ['sets.equivalent([1], [1, 1])', is(true)],
  ['sets.equivalent([1, 2, 3], [3, 2, 1])', is(true)],
  ['sets.equivalent([[1], [2, 3]], [[1], [2, 3]])', is(true)],
  ['sets.intersects([1], [])', is(false)],
  ['sets.intersects([1], [1, 2])', is(true)],
  ['sets.intersects([[1], [2, 3]], [[1, 2], [2, 3]])', is(true)],
];

const regex: readonly Example[] = [
  ["'abc 123'.find('[0-9]*')", is('')],
  ["'abc 123'.find('[0-9]+')", is('123')],
  ["'abc 123'.find('xyz')", is('')],
  ["'123 abc 456'.findAll('[0-9]*')", is(['123', '', '', '', '', '456'])],
  ["'123 abc 456'.findAll('[0-9]+')", is(['123', '456'])],
  ["'123 abc 456'.findAll('[0-9]+', 1)", is(['123'])],
  ["'123 abc 456'.findAll('[0-9]+', 0)", is([])],
  ["'123 abc 456'.findAll('xyz')", is([])],
  ["'a'.find('(')", fails(/missing closing/)],
  ["'a'.matches('(')", refused(/invalid matches argument/)],
  ["'aaaa'.matches('^(a|aa)+$')", is(true)],
  // RE2 knows no look-around: what it cannot do in linear time it does not do.
  ["'a'.find('(?=a)')", fails(/invalid/)],
];

describe('list library', () => {
  for (const example of lists) it(example[0], () => check(example));
});

describe('sets library', () => {
  for (const example of sets) it(example[0], () => check(example));
});

describe('regex library', () => {
  for (const example of regex) it(example[0], () => check(example));
});
