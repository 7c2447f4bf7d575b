import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { isHidden, isSecretName, SecretSet } from '../src/index.ts';

const secret = 'c4nary"<7f3a>';

test('a secret is found as it stands, and as it stands within JSON, URLs and Base64', () => {
  const secrets = new SecretSet();
  secrets.add({ a: [secret] });
  const copies = [
    `x${secret}y`,
    JSON.stringify({ deep: secret }),
    `https://h/?p=${encodeURIComponent(secret)}`,
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
  ];
  for (const copy of copies) {
    ok(secrets.isIn(copy), copy);
    const replaced = secrets.replaceIn(copy, () => '*');
    ok(replaced.includes('*') && !secrets.isIn(replaced), replaced);
  }
  ok(!secrets.isIn('c4nary and others'));
});

test('secrets that overlap are one, and short ones are not looked for', () => {
  const secrets = new SecretSet();
  for (const one of ['abcdef', 'defghi', 'no', 'true', 12345]) secrets.add(one);
  equal(
    secrets.replaceIn('_abcdefghi_', (found) => `<${found}>`),
    '_<abcdefghi>_',
  );
  equal(
    secrets.replaceIn('no, true', () => '*'),
    'no, true',
  );
  ok(secrets.isNumber(12345) && !secrets.isNumber(1234));
});

test('a word that only its name calls a secret is a setting', () => {
  const secrets = new SecretSet();
  secrets.addNamed('Bearer');
  secrets.addNamed('hunter2');
  ok(!secrets.isIn('Bearer') && secrets.isIn('hunter2'));
  ok(['password', 'admin_passwd', 'clientSecret', 'api_key', 'sas_url'].every(isSecretName));
  ok(!['name', 'key', 'public_key', 'size'].some(isSecretName));
  ok(isHidden('(sensitive)') && isHidden('(sensitive, changed)') && !isHidden('sensitive'));
});
