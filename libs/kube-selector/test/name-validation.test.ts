import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  configKey,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  labelValue,
  pathSegmentName,
  qualifiedName,
} from '../src/index.ts';

test('dns1123Label', () => {
  for (const name of ['a', 'a1', '1', 'a-b--c', 'x'.repeat(63)]) assert.deepEqual(dns1123Label(name), []);
  assert.deepEqual(dns1123Label('Web_1'), [
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  assert.deepEqual(dns1123Label('a.b'), ['must not contain dots']);
  assert.deepEqual(dns1123Label('x'.repeat(64)), ['must be no more than 63 characters']);
  for (const name of ['', '-a', 'a-', 'a\n', 'é'])
    assert.equal(dns1123Label(name).length, 1, JSON.stringify(name));
});

test('dns1123Subdomain', () => {
  for (const name of ['a', 'a.b', '1.2-3.c']) assert.deepEqual(dns1123Subdomain(name), []);
  assert.deepEqual(dns1123Subdomain('a..b'), [
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  ]);
  assert.deepEqual(dns1123Subdomain('x'.repeat(254)), ['must be no more than 253 characters']);
  for (const name of ['', '.', 'a.', '.a', 'A.b']) assert.equal(dns1123Subdomain(name).length, 1);
});

test('dns1035Label', () => {
  assert.deepEqual(dns1035Label('a1'), []);
  assert.match(dns1035Label('1a').join(), /^a DNS-1035 label must consist of/);
});

test('qualifiedName', () => {
  for (const name of ['a', 'My.name_1-x', 'example.com/x', '1']) assert.deepEqual(qualifiedName(name), []);
  assert.deepEqual(qualifiedName('/a'), ['prefix part must be non-empty']);
  assert.match(qualifiedName('Example.com/a').join(), /^prefix part a lowercase RFC 1123 subdomain/);
  assert.equal(qualifiedName('example.com/')[0], 'name part must be non-empty');
  assert.match(
    qualifiedName('a/b/c').join(),
    /^a qualified name must consist of .* with an optional DNS subdomain prefix and '\/' \(e\.g\. 'example\.com\/MyName'\)$/,
  );
  assert.match(qualifiedName('x'.repeat(64)).join(), /^name part must be no more than 63 characters$/);
});

test('labelValue, pathSegmentName, configKey', () => {
  for (const value of ['', 'a', 'A_b.c-1']) assert.deepEqual(labelValue(value), []);
  assert.match(labelValue('a b').join(), /^a valid label must be an empty string or consist of/);
  assert.deepEqual(pathSegmentName('system:node'), []);
  assert.deepEqual(pathSegmentName('..'), ["may not be '..'"]);
  assert.deepEqual(pathSegmentName('a/b%'), ["may not contain '/'", "may not contain '%'"]);
  assert.deepEqual(configKey('.dockerconfigjson'), []);
  assert.deepEqual(configKey('..a'), ["must not start with '..'"]);
  assert.match(configKey('a/b').join(), /^a valid config key/);
});

test('hostile names take linear time', () => {
  const started = process.hrtime.bigint();
  for (const name of [`${'a-'.repeat(50_000)}!`, `${'a.'.repeat(50_000)}!`, '-'.repeat(100_000)]) {
    dns1123Subdomain(name);
    qualifiedName(name);
    labelValue(name);
  }
  assert.ok(process.hrtime.bigint() - started < 1_000_000_000n);
});
