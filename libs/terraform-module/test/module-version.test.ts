import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, type ModuleVersion, nextVersion, parseVersion, stepBetween } from '../src/index.ts';

function version(text: string): ModuleVersion {
  const found = parseVersion(text);
  if (!found) throw new Error(`${text} is no version`);
  return found;
}

test('versions are three numbers, with or without what comes before a release', () => {
  for (const text of ['0.0.0', '1.2.3', '10.20.30', '1.0.0-rc.1', '1.0.0-a-b.0'])
    equal(parseVersion(text)?.text, text);
  for (const text of [
    '',
    '1',
    '1.2',
    'v1.2.3',
    '1.2.3.4',
    '01.2.3',
    '1.2.3-',
    '1.2.3-a..b',
    '1.2.3-01',
    '1.2.3+b',
    '1.2.3-RC',
    '1.2.3 ',
    '1.2.x',
  ])
    equal(parseVersion(text), undefined, text);
});

test('they come in the order of the specification', () => {
  // Semantic Versioning 2.0.0, 11.
  const sorted = [
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.1.0',
    '2.0.0',
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(sorted, { minLength: sorted.length }), (shuffled) => {
      deepEqual(
        shuffled
          .map(version)
          .sort(compareVersions)
          .map(({ text }) => text),
        sorted,
      );
    }),
  );
});

test('the next version that takes a step takes that step', () => {
  const numbers = fc.nat({ max: 30 });
  fc.assert(
    fc.property(numbers, numbers, numbers, fc.constantFrom('major', 'minor', 'patch'), (a, b, c, step) => {
      const before = version(`${a}.${b}.${c}`);
      const after = version(nextVersion(before, step));
      ok(compareVersions(before, after) < 0);
      // Before 1.0.0 nothing is less than minor.
      equal(stepBetween(before, after), a === 0 && step === 'patch' ? 'minor' : step);
    }),
  );
});
