/** A version of a module, taken apart. Spec: Semantic Versioning 2.0.0. */
export interface ModuleVersion {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Empty for a release. */
  readonly preRelease: readonly string[];
}

const number = '(0|[1-9]\\d{0,8})';
const form = new RegExp(`^${number}\\.${number}\\.${number}(?:-([0-9a-z.-]+))?$`);

/** Reads a version; undefined for what is none. Upper case and build metadata are none: versions are names here. */
export function parseVersion(text: string): ModuleVersion | undefined {
  const [whole, major, minor, patch, pre] = form.exec(text) ?? [];
  if (whole === undefined || text.length > 64) return undefined;
  const preRelease = pre === undefined ? [] : pre.split('.');
  if (preRelease.some((part) => part === '' || /^0\d+$/.test(part))) return undefined;
  return { text, major: Number(major), minor: Number(minor), patch: Number(patch), preRelease };
}

/** Negative when the first one comes before the other. Spec: Semantic Versioning 2.0.0, 11. */
export function compareVersions(a: ModuleVersion, b: ModuleVersion): number {
  const core = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (core !== 0) return core;
  if (a.preRelease.length === 0 || b.preRelease.length === 0)
    return b.preRelease.length - a.preRelease.length;
  for (const [i, part] of a.preRelease.entries()) {
    const other = b.preRelease[i];
    if (other === undefined) return 1;
    const order = compareParts(part, other);
    if (order !== 0) return order;
  }
  return a.preRelease.length - b.preRelease.length;
}

function compareParts(a: string, b: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (isNumber && isOtherNumber) return Number(a) - Number(b);
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** What a version says about what changed since another one. */
export type Step = 'major' | 'minor' | 'patch';

/** The step from one version to a later one. Before 1.0.0 each number says one more: a minor one may break. */
export function stepBetween(before: ModuleVersion, after: ModuleVersion): Step {
  if (after.major !== before.major) return 'major';
  if (after.major === 0) return after.minor !== before.minor ? 'major' : 'minor';
  return after.minor !== before.minor ? 'minor' : 'patch';
}

/** The least version after another one that takes a step. */
export function nextVersion({ major, minor, patch }: ModuleVersion, step: Step): string {
  if (major === 0) return step === 'major' ? `0.${minor + 1}.0` : `0.${minor}.${patch + 1}`;
  if (step === 'major') return `${major + 1}.0.0`;
  return step === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}
