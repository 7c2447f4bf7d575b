import { describe, it } from 'node:test';
import { check, type Example, fails, is, refused } from './expectation.ts';

/** The examples of the documentation and the tests of Kubernetes (library/semver_test.go). */
const examples: readonly Example[] = [
  ['string(type(semver("1.2.3")) == kubernetes.Semver)', is('true')],
  ['semver("v1.0")', fails(/No Major\.Minor\.Patch elements found/)],
  ['semver("200K")', fails(/No Major/)],
  ['semver("Three")', fails(/No Major/)],
  ['isSemver("1.2.3-beta.1+build.1")', is(true)],
  ['isSemver("0.1.0-alpha.1")', is(true)],
  ['isSemver("")', is(false)],
  ['isSemver("v1.0.0")', is(false)],
  ['isSemver(" 1.0.0")', is(false)],
  ['isSemver("1. 0.0")', is(false)],
  ['isSemver("1.0.0 ")', is(false)],
  ['isSemver("01.01.01")', is(false)],
  ['isSemver("1")', is(false)],
  ['isSemver("1.1")', is(false)],
  ['isSemver("1.0.0-01")', is(false)],
  ['isSemver("1.0.0-")', is(false)],
  ['isSemver("1.0.0+")', is(false)],
  ['isSemver("", true)', is(false)],
  ['isSemver(" 1.0.0", true)', is(false)],
  ['isSemver("1. 0.0", true)', is(false)],
  ['isSemver("1.0.0 ", true)', is(false)],
  ['isSemver("v1.0.0", true)', is(true)],
  ['isSemver("01.01.01", true)', is(true)],
  ['isSemver("1", true)', is(true)],
  ['isSemver("1.1", true)', is(true)],
  ['isSemver("1.1-rc", true)', is(false)],
  ['isSemver([1, 2, 3])', refused(/found no matching overload for 'isSemver' applied to/)],
  ['semver("v01.01", true) == semver("1.1.0")', is(true)],
  ['semver("1.2.3") == semver("1.2.3")', is(true)],
  ['semver("1.2.3") == semver("1.0.0")', is(false)],
  ['semver("1.2.3+a") == semver("1.2.3+b")', is(true)],
  ['semver("1.0.0").isLessThan(semver("1.2.3"))', is(true)],
  ['semver("1.0.0").isLessThan(semver("1.0.0"))', is(false)],
  ['semver("1.2.3").isGreaterThan(semver("1.0.0"))', is(true)],
  ['semver("1.0.0").isGreaterThan(semver("1.0.0"))', is(false)],
  ['semver("1.2.3").compareTo(semver("1.2.3"))', is(0n)],
  ['semver("1.0.0").compareTo(semver("1.2.3"))', is(-1n)],
  ['semver("1.2.3").compareTo(semver("1.0.0"))', is(1n)],
  ['semver("1.2.3").major()', is(1n)],
  ['semver("1.2.3").minor()', is(2n)],
  ['semver("1.2.3").patch()', is(3n)],
];

/** In order, as semver.org section 11 has them. */
const ordered = [
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1',
];

describe('semver library', () => {
  for (const example of examples) it(example[0], () => check(example));
  for (const [index, version] of ordered.entries()) {
    for (const [other, later] of ordered.entries()) {
      it(`${version} against ${later}`, () =>
        check([`semver("${version}").compareTo(semver("${later}"))`, is(BigInt(Math.sign(index - other)))]));
    }
  }
});
