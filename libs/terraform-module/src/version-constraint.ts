import { compareVersions, type ModuleVersion, parseVersion } from './module-version.ts';

type Test = (version: ModuleVersion) => boolean;

/** Which versions are meant. Pre-releases are meant only where one is named exactly, as Terraform has it. */
export interface VersionConstraint {
  allows(version: ModuleVersion): boolean;
}

const condition = /^(=|!=|>=|<=|>|<|~>)?\s*([0-9][0-9a-z.-]*)$/;

/**
 * Reads a constraint such as `~> 1.2, != 1.2.4`; undefined for what is none. Parts that a version lacks are 0.
 * Spec: Terraform, Version Constraints.
 */
export function parseConstraint(text: string): VersionConstraint | undefined {
  const tests: Test[] = [];
  const named: ModuleVersion[] = [];
  for (const part of text.split(',')) {
    const [, operator = '=', written = ''] = condition.exec(part.trim()) ?? [];
    const version = wholeVersion(written);
    if (!version) return undefined;
    tests.push(testOf(operator, version, written.split('-')[0]?.split('.').length ?? 0));
    if (operator === '=') named.push(version);
  }
  return {
    allows: (version) =>
      tests.every((test) => test(version)) &&
      (version.preRelease.length === 0 || named.some((one) => compareVersions(one, version) === 0)),
  };
}

/** The newest version that is meant; undefined when there is none. */
export function newestAllowed<Item>(
  items: readonly Item[],
  versionOf: (item: Item) => ModuleVersion,
  constraint: VersionConstraint,
): Item | undefined {
  return items
    .filter((item) => constraint.allows(versionOf(item)))
    .sort((a, b) => compareVersions(versionOf(a), versionOf(b)))
    .at(-1);
}

function wholeVersion(written: string): ModuleVersion | undefined {
  const [numbers = '', ...pre] = written.split('-');
  const parts = numbers.split('.');
  if (parts.length > 3) return undefined;
  const whole = [...parts, '0', '0'].slice(0, 3).join('.');
  return parseVersion([whole, ...pre].join('-'));
}

function testOf(operator: string, than: ModuleVersion, parts: number): Test {
  const compared = (version: ModuleVersion): number => compareVersions(version, than);
  switch (operator) {
    case '!=':
      return (version) => compared(version) !== 0;
    case '>':
      return (version) => compared(version) > 0;
    case '>=':
      return (version) => compared(version) >= 0;
    case '<':
      return (version) => compared(version) < 0;
    case '<=':
      return (version) => compared(version) <= 0;
    case '~>':
      // Only the last part that is written may grow.
      return (version) =>
        compared(version) >= 0 &&
        (parts < 2 || version.major === than.major) &&
        (parts < 3 || version.minor === than.minor);
    default:
      return (version) => compared(version) === 0;
  }
}
