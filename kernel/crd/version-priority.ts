const versionPattern = /^v([1-9][0-9]*)(?:(alpha|beta)([1-9][0-9]*))?$/;
const stability: Readonly<Record<string, number>> = { alpha: 1, beta: 2 };

/**
 * Orders names of API versions, the best first: v10, v2, v1, v11beta2, v3beta1, v12alpha1, and then all that have
 * another form, by the alphabet.
 *
 * Spec: Kubernetes, "Versions in CustomResourceDefinitions", version priority.
 */
export function compareVersions(a: string, b: string): number {
  const left = rankOf(a);
  const right = rankOf(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return -1;
    if (right !== undefined) return 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  for (let i = 0; i < left.length; i++) {
    const difference = (right[i] ?? 0) - (left[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rankOf(version: string): readonly number[] | undefined {
  const match = versionPattern.exec(version);
  if (!match) return undefined;
  const [, major = '0', stage, minor = '0'] = match;
  return [stage === undefined ? 3 : (stability[stage] ?? 0), Number(major), Number(minor)];
}
