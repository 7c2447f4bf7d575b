import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { lockTextMax } from '../src/limits.ts';
import { lockInfoOf, lockOf, readLockInfo } from '../src/state/lock-info.ts';

const info = {
  ID: '6b5e',
  Operation: 'OperationTypeApply',
  Info: 'note',
  Who: 'ann@laptop',
  Version: '1.11.4',
  Created: '2026-01-02T03:04:05Z',
  Path: 'p',
};

test('a lock is told to others as its holder said it', () => {
  const read = readLockInfo(Buffer.from(JSON.stringify({ ...info, More: 1 })));
  deepEqual(read, info);
  deepEqual(lockInfoOf(lockOf(info, 'ann', '2026-01-02T03:04:06Z')), info);
});

test('an empty body names no lock; missing texts are empty, long ones cut', () => {
  equal(readLockInfo(Buffer.from(' \n')), undefined);
  deepEqual(readLockInfo(Buffer.from('{"ID":"a","Who":null}'))?.Who, '');
  equal(
    readLockInfo(Buffer.from(JSON.stringify({ ...info, Info: 'x'.repeat(5_000) })))?.Info.length,
    lockTextMax,
  );
});

test('what is no lock is refused with the field', () => {
  const refused = (body: string, why: RegExp): void => {
    throws(() => readLockInfo(Buffer.from(body)), { name: 'StatusError', code: 400, message: why });
  };
  refused('[]', /the body is no object$/);
  refused('{', /the body is no JSON$/);
  refused('{"ID":""}', /ID: expected the ID of the lock$/);
  refused('{"ID":"a","Who":1}', /Who: expected a text$/);
});
