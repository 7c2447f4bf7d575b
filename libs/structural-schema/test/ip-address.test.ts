import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { isIpv4, isIpv6 } from '../src/ip-address.ts';

const nearlyIpv6 = fc
  .array(fc.oneof(fc.constantFrom('', '0', 'f', 'ffff', '12345', 'g', '1.2.3.4', '1.2.3.256'), fc.ipV4()), {
    minLength: 1,
    maxLength: 10,
  })
  .map((groups) => groups.join(':'));

test('agrees with Node on IPv6', () => {
  fc.assert(
    fc.property(fc.oneof(nearlyIpv6, fc.ipV6()), (text) => assert.equal(isIpv6(text), isIPv6(text), text)),
    { numRuns: 5000 },
  );
});

test('agrees with Node on IPv4, save for leading zeros', () => {
  const parts = fc.array(fc.oneof(fc.nat(300).map(String), fc.constantFrom('', 'a')), {
    minLength: 3,
    maxLength: 5,
  });
  fc.assert(
    fc.property(parts, (list) => assert.equal(isIpv4(list.join('.')), isIPv4(list.join('.')))),
    { numRuns: 2000 },
  );
  assert.ok(isIpv4('010.0.0.001'));
});
