/** Dotted IPv4. Leading zeros are tolerated and mean nothing, as in Go before 1.17. */
export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d+$/.test(part) && Number(part) <= 255);
}

/**
 * IPv6 without zone: eight groups, of which one run of zeros may be left out and the last two may be
 * written as IPv4.
 *
 * Spec: RFC 4291, section 2.2.
 */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const [head = '', tail] = halves;
  const headCount = groupCount(head, tail === undefined);
  const tailCount = tail === undefined ? 0 : groupCount(tail, true);
  if (headCount === undefined || tailCount === undefined) return false;
  const count = headCount + tailCount;
  return tail === undefined ? count === 8 : count < 8;
}

/** Counts 16-bit groups, or undefined where some group is none. */
function groupCount(text: string, mayEndInIpv4: boolean): number | undefined {
  if (text === '') return 0;
  const groups = text.split(':');
  const last = groups.at(-1) ?? '';
  const hasIpv4 = mayEndInIpv4 && last.includes('.');
  if (hasIpv4 && !isIpv4(last)) return undefined;
  const plain = hasIpv4 ? groups.slice(0, -1) : groups;
  return plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))
    ? plain.length + (hasIpv4 ? 2 : 0)
    : undefined;
}

/**
 * An address and the length of its prefix, such as `10.0.0.0/8`.
 *
 * Spec: RFC 4632 and RFC 4291, section 2.3.
 */
export function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/');
  const address = text.slice(0, Math.max(slash, 0));
  const bits = text.slice(slash + 1);
  if (slash < 0 || !/^\d{1,3}$/.test(bits)) return false;
  return (isIpv4(address) && Number(bits) <= 32) || (isIpv6(address) && Number(bits) <= 128);
}
