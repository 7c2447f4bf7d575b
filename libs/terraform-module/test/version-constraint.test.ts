import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { type ModuleVersion, newestAllowed, parseConstraint, parseVersion } from '../src/index.ts';

function version(text: string): ModuleVersion {
  const found = parseVersion(text);
  ok(found, `${text} is no version`);
  return found;
}

/** What the documentation of Terraform says of constraints: which versions are meant, and which not. */
const cases: readonly (readonly [constraint: string, meant: string, others: string])[] = [
  ['1.2.0', '1.2.0', '1.2.1 1.1.9'],
  ['= 1.2', '1.2.0', '1.2.1'],
  ['!= 1.2.1', '1.2.0 1.2.2 0.1.0', '1.2.1'],
  ['> 1.2.0', '1.2.1 2.0.0', '1.2.0 1.1.0'],
  ['>= 1.2.0', '1.2.0 9.0.0', '1.1.9'],
  ['< 2', '1.9.9 0.0.1', '2.0.0 2.1.0'],
  ['<= 2', '2.0.0 1.0.0', '2.0.1'],
  ['~> 1.0.4', '1.0.4 1.0.10', '1.0.3 1.1.0 2.0.4'],
  ['~> 1.1', '1.1.0 1.10.0', '1.0.9 2.0.0'],
  ['~> 1', '1.0.0 1.4.2 2.0.0', '0.9.0'],
  ['>= 1.2.0, < 2.0.0', '1.2.0 1.9.9', '1.1.0 2.0.0'],
  ['>= 1.0, != 1.5.0 , <2', '1.4.0 1.6.0', '1.5.0 2.0.0'],
  ['1.2.0-rc.1', '1.2.0-rc.1', '1.2.0 1.2.0-rc.2'],
  // Pre-releases are meant by nothing but their name.
  ['>= 1.0.0', '1.0.0 1.2.0', '1.2.0-rc.1'],
  ['~> 1.2.0-beta', '1.2.0 1.2.3', '1.2.0-beta 1.2.0-rc'],
];

for (const [text, meant, others] of cases) {
  test(`${text} means ${meant}, and not ${others}`, () => {
    const constraint = parseConstraint(text);
    ok(constraint);
    for (const one of meant.split(' ')) equal(constraint.allows(version(one)), true, one);
    for (const one of others.split(' ')) equal(constraint.allows(version(one)), false, one);
  });
}

test('what is no constraint is none', () => {
  for (const text of ['', 'latest', '1.2.3.4', '>> 1', '~>', '1.2,', '^1.2', '1.x', 'v1.0.0', '>= 1 < 2'])
    equal(parseConstraint(text), undefined, text);
});

test('the newest version that is meant is taken, however they are ordered', () => {
  const all = ['1.10.0', '1.9.0', '2.0.0', '1.10.1-rc.1', '1.2.0'];
  const newest = (text: string): string | undefined => {
    const constraint = parseConstraint(text);
    return constraint && newestAllowed(all, version, constraint);
  };
  equal(newest('~> 1.2'), '1.10.0');
  equal(newest('>= 1'), '2.0.0');
  equal(newest('1.10.1-rc.1'), '1.10.1-rc.1');
  equal(newest('> 2'), undefined);
});
