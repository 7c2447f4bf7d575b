/** A finding that stands, and why. */
export interface Allowance {
  readonly path: string;
  readonly rule: string;
  /** A sentence that convinces a reviewer. */
  readonly reason: string;
}

const REASON_LENGTH_MIN = 20;

/**
 * Reads the allowlist.
 *
 * @param text JSON: a list of `{ path, rule, reason }`
 * @param ruleNames the rules that exist
 * @returns the allowances
 * @throws when an entry lacks a field, names no rule, or gives no reason worth the name
 */
export function parseAllowlist(text: string, ruleNames: ReadonlySet<string>): Allowance[] {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error('allowlist: must be a list');
  return list.map((entry: unknown, position) => {
    const place = `allowlist[${position}]`;
    const allowance = {
      path: field(entry, 'path'),
      rule: field(entry, 'rule'),
      reason: field(entry, 'reason'),
    };
    for (const [name, value] of Object.entries(allowance)) {
      if (value === '') throw new Error(`${place}.${name}: must be a non-empty string`);
    }
    if (!ruleNames.has(allowance.rule))
      throw new Error(`${place}.rule: there is no rule "${allowance.rule}"`);
    if (allowance.reason.length < REASON_LENGTH_MIN) {
      throw new Error(`${place}.reason: "${allowance.reason}" is no reason; write a sentence`);
    }
    return allowance;
  });
}

function field(entry: unknown, name: string): string {
  if (typeof entry !== 'object' || entry === null) return '';
  const value: unknown = Reflect.get(entry, name);
  return typeof value === 'string' ? value.trim() : '';
}
