import { CelEvaluationError } from '../problem.ts';
import { OpaqueValue } from '../values/opaque-value.ts';
import { uintMax } from '../values/uint.ts';

/** A semantic version. */
export class SemverValue extends OpaqueValue {
  readonly typeName = 'kubernetes.Semver';
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly preRelease: readonly string[];
  readonly build: string;

  constructor(numbers: readonly [bigint, bigint, bigint], preRelease: readonly string[], build: string) {
    super();
    [this.major, this.minor, this.patch] = numbers;
    this.preRelease = preRelease;
    this.build = build;
  }

  /** Build metadata has no part in order or equality. */
  equals(other: unknown): boolean {
    return other instanceof SemverValue && compareSemver(this, other) === 0;
  }

  override toString(): string {
    const pre = this.preRelease.length === 0 ? '' : `-${this.preRelease.join('.')}`;
    return `${this.major}.${this.minor}.${this.patch}${pre}${this.build === '' ? '' : `+${this.build}`}`;
  }
}

/**
 * Reads a semantic version. Spec: semver.org 2.0.0.
 *
 * @param normalize - accepts a leading "v", missing minor and patch numbers, and zeros in front of numbers
 * @throws CelEvaluationError
 */
export function parseSemver(text: string, normalize: boolean): SemverValue {
  if (text.length > 1000) throw new CelEvaluationError('the version is longer than 1000 characters');
  const found = /^([^.]*)\.([^.]*)\.([^+-]*)(-[^+]*)?(\+.*)?$/.exec(normalize ? normalized(text) : text);
  if (found === null) throw new CelEvaluationError('No Major.Minor.Patch elements found');
  const [, major = '', minor = '', patch = '', pre, build] = found;
  const numbers = [part('Major', major), part('Minor', minor), part('Patch', patch)] as const;
  return new SemverValue(numbers, pre === undefined ? [] : preRelease(pre.slice(1)), buildOf(build));
}

/** As the normalization of Kubernetes, which is done to each part, the last one with what follows it. */
function normalized(text: string): string {
  const [major = '', minor, ...rest] = (text.startsWith('v') ? text.slice(1) : text).split('.');
  const parts = [
    major,
    ...(minor === undefined ? [] : [minor]),
    ...(rest.length === 0 ? [] : [rest.join('.')]),
  ];
  const trimmed = parts.map((piece) => (piece.length > 1 ? piece.replace(/^0+(?=[0-9])/, '') : piece));
  if (trimmed.length < 3 && /[+-]/.test(trimmed.at(-1) ?? '')) {
    throw new CelEvaluationError('short version cannot contain PreRelease/Build meta data');
  }
  while (trimmed.length < 3) trimmed.push('0');
  return trimmed.join('.');
}

function part(name: string, text: string): bigint {
  if (!/^[0-9]+$/.test(text)) {
    throw new CelEvaluationError(
      `Invalid character(s) found in ${name.toLowerCase()} number ${JSON.stringify(text)}`,
    );
  }
  if (text.length > 1 && text.startsWith('0')) {
    throw new CelEvaluationError(`${name} number must not contain leading zeroes ${JSON.stringify(text)}`);
  }
  const value = BigInt(text);
  if (value > uintMax) throw new CelEvaluationError(`${name} number is out of range: ${text}`);
  return value;
}

function preRelease(text: string): string[] {
  const identifiers = text.split('.');
  for (const identifier of identifiers) {
    if (identifier === '') throw new CelEvaluationError('Prerelease is empty');
    if (!/^[0-9A-Za-z-]+$/.test(identifier)) {
      throw new CelEvaluationError(`Invalid character(s) found in prerelease ${JSON.stringify(identifier)}`);
    }
    if (/^0[0-9]+$/.test(identifier)) {
      throw new CelEvaluationError(
        `Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(identifier)}`,
      );
    }
  }
  return identifiers;
}

function buildOf(text: string | undefined): string {
  if (text === undefined) return '';
  const build = text.slice(1);
  if (build.split('.').some((piece) => !/^[0-9A-Za-z-]+$/.test(piece))) {
    throw new CelEvaluationError(`Invalid character(s) found in build meta data ${JSON.stringify(build)}`);
  }
  return build;
}

/** The sign of the order of two versions: -1, 0 or 1. Spec: semver.org 2.0.0, section 11. */
export function compareSemver(left: SemverValue, right: SemverValue): number {
  return (
    order(left.major, right.major) ||
    order(left.minor, right.minor) ||
    order(left.patch, right.patch) ||
    comparePreRelease(left.preRelease, right.preRelease)
  );
}

function comparePreRelease(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0)
    return order(right.length, left.length) && (left.length === 0 ? 1 : -1);
  for (const [index, identifier] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const sign = compareIdentifier(identifier, other);
    if (sign !== 0) return sign;
  }
  return left.length < right.length ? -1 : 0;
}

function compareIdentifier(left: string, right: string): number {
  const [leftIsNumber, rightIsNumber] = [left, right].map((text) => /^[0-9]+$/.test(text));
  if (leftIsNumber === true && rightIsNumber === true) return order(BigInt(left), BigInt(right));
  if (leftIsNumber !== rightIsNumber) return leftIsNumber === true ? -1 : 1;
  return order(left, right);
}

function order<T extends bigint | number | string>(left: T, right: T): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
