/**
 * A text that could be the value of an attribute of this name: an address for `ip_address`, an ARN for `arn`. Names and addresses
 * are of the ranges that are reserved for documentation.
 * @param name - of the attribute.
 * @param typeName - of the resource or data source.
 * @param hash - hexadecimal, of at least 32 digits; equal hashes give equal texts.
 * Spec: RFC 2606 (.invalid), RFC 5737 (192.0.2.0/24), RFC 3849 (2001:db8::/32).
 */
export function plausibleText(name: string, typeName: string, hash: string): string {
  const make = byName.find(([pattern]) => pattern.test(name))?.[1];
  return make === undefined ? `${name}-${hash.slice(0, 8)}` : make(hash, typeName);
}

const byName: readonly (readonly [RegExp, (hash: string, typeName: string) => string])[] = [
  [/(^|_)(guid|uuid)$|^(tenant|subscription|principal|object|client|application)_id$/, uuid],
  [/(^|_)arn$/, (hash, typeName) => `arn:aws:${typeName}:us-east-1:123456789012:${hash.slice(0, 12)}`],
  [/(^|_)(fqdn|hostname|dns_name|domain_name)$/, (hash) => `${hash.slice(0, 12)}.example.invalid`],
  [/(^|_)(url|uri|endpoint)$/, (hash) => `https://${hash.slice(0, 12)}.example.invalid/`],
  [/ipv6_cidr/, () => '2001:db8::/64'],
  [/cidr|(^|_)address_prefix$/, () => '192.0.2.0/24'],
  [/(^|_)ipv6(_address)?$/, (hash) => `2001:db8::${hash.slice(0, 4)}`],
  [
    /(^|_)(ip|ip_address|ipv4_address)$/,
    (hash) => `192.0.2.${(Number.parseInt(hash.slice(0, 2), 16) % 254) + 1}`,
  ],
  [/_(at|on|time|date)$|timestamp$/, () => '2024-01-01T00:00:00Z'],
  [/(^|_)id$/, (hash, typeName) => `${typeName}-${hash.slice(0, 12)}`],
];

/** Spec: RFC 9562, 5.8, version 8. */
function uuid(hash: string): string {
  const variant = '89ab'.charAt(Number.parseInt(hash.charAt(16), 16) % 4);
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
  ];
  return [...parts, hash.slice(20, 32)].join('-');
}
