import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringFormat } from '../src/string-format.ts';

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['bsonobjectid', ['507f1f77bcf86cd799439011'], ['507f1f77']],
  [
    'uri',
    ['https://a.example/b?c#d', '/path', 'mailto:a@b', 'urn:x:y'],
    ['', 'a b', 'example.com', 'http://['],
  ],
  ['email', ['a@b.example', 'Bob <bob@example.com>', '"a b"@example.com'], ['a', 'a@', '@b', 'a b@c']],
  [
    'hostname',
    ['example.com', 'a', 'localhost', '1a.example'],
    ['', '-a', 'a-.com', 'a.1', 'a..b', 'a_b.com', `${'a'.repeat(64)}.com`],
  ],
  ['ipv4', ['10.0.0.1', '010.000.0.1'], ['10.0.0', '256.1.1.1', '::1']],
  ['ipv6', ['::1', 'fe80::1', '::ffff:1.2.3.4'], ['1.2.3.4', 'fe80::1%eth0', 'g::']],
  ['cidr', ['10.0.0.0/8', '::/0', 'fe80::/64'], ['10.0.0.0', '10.0.0.0/33', 'fe80::/129', '10.0.0.0/-1']],
  ['mac', ['01:23:45:67:89:ab', '01-23-45-67-89-AB', '0123.4567.89ab'], ['01:23:45', '01:23:45-67:89:ab']],
  ['uuid', ['123e4567-e89b-12d3-a456-426614174000', '123E4567E89B12D3A456426614174000'], ['123e4567']],
  ['uuid3', ['a3bb189e-8bf9-3888-9912-ace4e6543002'], ['a3bb189e-8bf9-4888-9912-ace4e6543002']],
  ['uuid4', ['a3bb189e-8bf9-4888-9912-ace4e6543002'], ['a3bb189e-8bf9-4888-7912-ace4e6543002']],
  ['uuid5', ['a3bb189e-8bf9-5888-9912-ace4e6543002'], ['a3bb189e-8bf9-4888-9912-ace4e6543002']],
  ['isbn', ['0321751043', '978-0321751041'], ['0321751044']],
  ['isbn10', ['0321751043', '080442957X'], ['978-0321751041']],
  ['isbn13', ['978-0321751041'], ['978-0321751042', '0321751043']],
  ['creditcard', ['4111 1111 1111 1111'], ['4111 1111 1111 1112', '1']],
  ['ssn', ['111-11-1111', '111111111'], ['111-11-11']],
  ['hexcolor', ['#FFFFFF', 'fff'], ['#ff', 'red']],
  ['rgbcolor', ['rgb(255, 0,12)'], ['rgb(256,0,0)', 'rgb(1,2)']],
  ['byte', ['aGk=', 'aGVsbG8h'], ['aGk', 'a-k=', '']],
  ['password', ['', 'anything'], []],
  ['date', ['2024-02-29', '2006-01-02'], ['2023-02-29', '2006-13-01', '2006-1-2', 'soon']],
  [
    'date-time',
    ['2014-12-15T19:30:20.000Z', '2014-12-15t19:30:20+01:00'],
    ['2014-12-15', '2014-12-15T24:00:00Z', '2014-12-15T19:30:20'],
  ],
  ['datetime', ['2014-12-15T19:30:20Z'], ['x']],
  ['duration', ['1h30m', '22 ns', '3 days', '-1.5s', '0'], ['', 'soon', '5', '1 fortnight']],
  ['k8s-short-name', ['a-b'], ['A', '-a', 'a.b', 'a'.repeat(64)]],
  ['k8s-long-name', ['a.b-c', 'a'.repeat(64)], ['a..b', 'A.b', '-a.b']],
];

for (const [name, good, bad] of cases) {
  test(name, () => {
    const isFormat = stringFormat(name);
    assert.ok(isFormat);
    for (const text of good) assert.ok(isFormat(text), `${name} refuses ${text}`);
    for (const text of bad) assert.ok(!isFormat(text), `${name} accepts ${text}`);
  });
}

test('formats that Kubernetes does not know are ignored', () => {
  for (const name of ['quantity', 'int-or-string', 'regex', '', 'ip'])
    assert.equal(stringFormat(name), undefined);
});
