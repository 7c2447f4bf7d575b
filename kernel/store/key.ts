/** Keys: `tenant/group/resource/namespace/name`. The first three segments name the bucket. */

/**
 * Name of the bucket of a key, without closing slash.
 * @throws TypeError when the key does not have five segments.
 */
export function bucketOf(key: string): string {
  const end = thirdSlash(key);
  const fourth = end < 0 ? -1 : key.indexOf('/', end + 1);
  if (fourth < 0 || fourth === key.length - 1 || key.indexOf('/', fourth + 1) >= 0) {
    throw new TypeError(`store key '${key}' is not tenant/group/resource/namespace/name`);
  }
  return key.slice(0, end);
}

/** The prefix that lists the namespace of a key: the key up to and with its fourth slash. */
export function namespacePrefixOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

/** A list or watch prefix, taken apart. */
export interface Prefix {
  readonly bucket: string;
  /** Whether it names a namespace in the bucket as well. */
  readonly namespaced: boolean;
}

/**
 * Takes a list or watch prefix apart.
 * @throws TypeError when it is neither a bucket nor a bucket and a namespace, with its closing slash.
 */
export function parsePrefix(prefix: string): Prefix {
  const end = thirdSlash(prefix);
  if (end === prefix.length - 1 && end > 0) return { bucket: prefix.slice(0, end), namespaced: false };
  if (end > 0 && prefix.indexOf('/', end + 1) === prefix.length - 1) {
    return { bucket: prefix.slice(0, end), namespaced: true };
  }
  throw new TypeError(
    `store prefix '${prefix}' is not tenant/group/resource/ or tenant/group/resource/namespace/`,
  );
}

/** The smallest string after all that start with `prefix`, which ends with a slash: the character after it is 0. */
export function prefixEnd(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}

function thirdSlash(text: string): number {
  const first = text.indexOf('/');
  const second = first < 0 ? -1 : text.indexOf('/', first + 1);
  return second < 0 ? -1 : text.indexOf('/', second + 1);
}
