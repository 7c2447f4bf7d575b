/**
 * A JSON value as the one text that every equal value has.
 *
 * Spec: RFC 8785 (JSON Canonicalization Scheme). Its numbers and strings are those of ECMAScript's JSON.stringify, and
 * its order of members, by UTF-16 code units, is that of Array.prototype.sort: so nothing is left to write but the order.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members: string[] = [];
  for (const [name, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}
