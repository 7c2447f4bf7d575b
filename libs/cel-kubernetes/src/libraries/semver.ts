import { opaque } from '../checking/cel-type.ts';
import type { CelLibrary } from '../checking/declaration.ts';
import { declared, define, method, opaqueOf, overload } from '../checking/declared.ts';
import type { Spend } from '../cost/cost-budget.ts';
import { traversal, traversalEstimate } from '../cost/runtime-cost.ts';
import { typeConstant } from '../standard/standard-library.ts';
import { codePointLength } from '../values/text.ts';
import { converts } from './conversion.ts';
import { compareSemver, parseSemver, SemverValue } from './semver-value.ts';

const { bool, int, string } = declared;
const semver = opaqueOf('kubernetes.Semver', SemverValue);
const costs = { cost: (text: string) => traversal(codePointLength(text)), estimate: traversalEstimate() };

/** Reading a version takes some 3 µs, of which its cost shows little. */
function readSemver(text: string, normalize: boolean, work: Spend): SemverValue {
  work(30);
  return parseSemver(text, normalize);
}

/** Semantic versions. Spec: Kubernetes documentation, "Kubernetes semver library", version 1. */
export const semvers: CelLibrary = {
  name: 'kubernetes.semver',
  constants: [typeConstant('kubernetes.Semver', opaque('kubernetes.Semver'))],
  functions: [
    define(
      'semver',
      overload('string_to_semver', [string], semver, (text, work) => readSemver(text, false, work), costs),
      overload('string_bool_to_semver', [string, bool], semver, readSemver, costs),
    ),
    define(
      'isSemver',
      overload(
        'is_semver_string',
        [string],
        bool,
        (text, work) => converts(() => readSemver(text, false, work))(text),
        costs,
      ),
      overload(
        'is_semver_string_bool',
        [string, bool],
        bool,
        (text, normalize, work) => converts(() => readSemver(text, normalize, work))(text),
        costs,
      ),
    ),
    define(
      'major',
      method('semver_major', [semver], int, ({ major }) => major),
    ),
    define(
      'minor',
      method('semver_minor', [semver], int, ({ minor }) => minor),
    ),
    define(
      'patch',
      method('semver_patch', [semver], int, ({ patch }) => patch),
    ),
    define(
      'isLessThan',
      method('semver_is_less_than', [semver, semver], bool, (a, b) => compareSemver(a, b) < 0),
    ),
    define(
      'isGreaterThan',
      method('semver_is_greater_than', [semver, semver], bool, (a, b) => compareSemver(a, b) > 0),
    ),
    define(
      'compareTo',
      method('semver_compare_to', [semver, semver], int, (a, b) => BigInt(compareSemver(a, b))),
    ),
  ],
};
