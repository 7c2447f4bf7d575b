import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { systemRandom } from '../../ports/random.ts';
import { envelopeCipher } from '../envelope.ts';
import { KeyError, type KeyErrorCode } from '../key-error.ts';
import { openKeyring } from '../keyring.ts';
import { readPrivateFile, writePrivateFile } from '../private-file.ts';
import { Secret } from '../secret.ts';

const newDirectory = (): string => join(mkdtempSync(join(tmpdir(), 'plinth-keys-')), 'keys');
const code = (expected: KeyErrorCode) => (error: unknown) => {
  assert.ok(error instanceof KeyError, String(error));
  assert.equal(error.code, expected);
  assert.notEqual(error.hint, '');
  return true;
};
const cipherOf = (directory: string) =>
  envelopeCipher(openKeyring(directory, systemRandom), systemRandom, ['*/core/secrets/']);

test('a secret is not printed or serialised, and reveals itself when asked', () => {
  const secret = new Secret('hunter2');
  const printed = [
    `${secret}`,
    String(secret),
    `x${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ secret }, { depth: 9, showHidden: true }),
    JSON.stringify({ ...secret }),
    JSON.stringify(structuredClone({ ...secret })),
    new Error(`${secret}`).stack ?? '',
    Object.entries(secret).join(),
  ];
  for (const text of printed) assert.ok(!text.includes('hunter2'), text);
  assert.equal(secret.reveal(), 'hunter2');
  assert.equal(secret.map((value) => value.length).reveal(), 7);
  assert.ok(!inspect(secret.map((value) => ({ value }))).includes('hunter2'));
});

test('a sealed value opens to what it was, and shows nothing of it', () => {
  const cipher = cipherOf(newDirectory());
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (value, revision) => {
      const sealed = cipher.seal('t/core/secrets/ns/a', revision, value);
      assert.equal(cipher.open('t/core/secrets/ns/a', revision, sealed), value);
      if (value.length > 3) assert.ok(!Buffer.from(sealed).includes(value));
    }),
    { numRuns: 200 },
  );
  const value = '{"data":{"password":"aHVudGVyMg=="}}';
  const twice = [1, 2].map(() => Buffer.from(cipher.seal('t/core/secrets/ns/a', 1, value)).toString('hex'));
  assert.notEqual(twice[0], twice[1]);
});

test('a sealed value opens at its own key and revision only', () => {
  const cipher = cipherOf(newDirectory());
  const sealed = cipher.seal('t/core/secrets/ns/a', 7, 'value');
  for (const [key, revision] of [
    ['t/core/secrets/ns/b', 7],
    ['u/core/secrets/ns/a', 7],
    ['t/core/secrets/ns/a', 8],
    ['t/core/secrets/ns/a","7', 0],
  ] as const) {
    assert.throws(() => cipher.open(key, revision, sealed), code('key.mismatch'), `${key}@${revision}`);
  }
});

test('every changed bit is noticed', () => {
  const cipher = cipherOf(newDirectory());
  const sealed = cipher.seal('t/core/secrets/ns/a', 7, 'value');
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Uint8Array.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => cipher.open('t/core/secrets/ns/a', 7, changed), KeyError, `bit ${bit}`);
  }
  for (let length = 0; length < sealed.length; length++) {
    assert.throws(
      () => cipher.open('t/core/secrets/ns/a', 7, sealed.subarray(0, length)),
      KeyError,
      `length ${length}`,
    );
  }
});

test('with another key the message says which key is missing, and where', () => {
  const [one, two] = [newDirectory(), newDirectory()];
  const sealed = cipherOf(one).seal('t/core/secrets/ns/a', 1, 'value');
  const { id } = openKeyring(one, systemRandom).newest;
  assert.throws(
    () => cipherOf(two).open('t/core/secrets/ns/a', 1, sealed),
    (error) =>
      code('key.missing')(error) &&
      error instanceof Error &&
      error.message.includes(id) &&
      error.message.includes(two),
  );
});

test('after a rotation the newest key seals and the older ones open, after a restart too', () => {
  const directory = newDirectory();
  const keyring = openKeyring(directory, systemRandom);
  const cipher = envelopeCipher(keyring, systemRandom, ['*/core/secrets/']);
  const before = cipher.seal('k', 1, 'old');
  const first = keyring.newest.id;
  const second = keyring.rotate();
  assert.notEqual(second, first);
  const after = cipher.seal('k', 2, 'new');
  for (const opening of [cipher, cipherOf(directory)]) {
    assert.equal(opening.open('k', 1, before), 'old');
    assert.equal(opening.open('k', 2, after), 'new');
  }
  assert.equal(openKeyring(directory, systemRandom).newest.id, second);
  rmSync(join(directory, '0001.key'));
  assert.throws(() => cipherOf(directory).open('k', 1, before), code('key.missing'));
  assert.equal(cipherOf(directory).open('k', 2, after), 'new');
});

test('keys are private files; what others can read is refused', () => {
  const directory = newDirectory();
  const { newest } = openKeyring(directory, systemRandom);
  assert.ok(
    !inspect(newest, { depth: 9, showHidden: true }).includes(
      readFileSync(join(directory, '0001.key'), 'utf8').trim(),
    ),
  );
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(directory), ['0001.key']);
  assert.equal(statSync(join(directory, '0001.key')).mode & 0o777, 0o600);
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(join(directory, '0001.key'), mode);
    assert.throws(() => openKeyring(directory, systemRandom), code('key.permission'));
  }
  chmodSync(join(directory, '0001.key'), 0o600);
  chmodSync(directory, 0o755);
  assert.throws(() => openKeyring(directory, systemRandom), code('key.permission'));
});

test('a damaged key is refused, not replaced, and not printed', () => {
  for (const content of ['', 'abc\n', `${'g'.repeat(64)}\n`, 'ab'.repeat(33)]) {
    const directory = newDirectory();
    openKeyring(directory, systemRandom);
    writeFileSync(join(directory, '0001.key'), content);
    assert.throws(
      () => openKeyring(directory, systemRandom),
      (error) => {
        assert.ok(content.length < 4 || !String(error).includes(content.trim()));
        return code('key.damaged')(error);
      },
    );
  }
});

test('covers names whole buckets', () => {
  const keyring = openKeyring(newDirectory(), systemRandom);
  const cipher = envelopeCipher(keyring, systemRandom, ['*/core/secrets/', 'acme/plinth.dev/tokens/']);
  for (const key of ['default/core/secrets/ns/a', 'acme/core/secrets/ns/a', 'acme/plinth.dev/tokens//x'])
    assert.equal(cipher.covers(key), true, key);
  for (const key of [
    'default/core/secretsx/ns/a',
    'default/apps/secrets/ns/a',
    'other/plinth.dev/tokens//x',
    'x/y/core/secrets/a',
    'core/secrets/',
    '',
  ])
    assert.equal(cipher.covers(key), false, key);
  for (const wrong of ['core/secrets', '*/core/secrets', '*/*/secrets/', ''])
    assert.throws(() => envelopeCipher(keyring, systemRandom, [wrong]), RangeError);
});

test('a private file is replaced whole, and nothing is left of a write that failed', () => {
  const directory = newDirectory();
  mkdirSync(directory, { mode: 0o700 });
  const path = join(directory, 'x');
  writePrivateFile(path, 'one');
  writePrivateFile(path, 'two');
  assert.equal(readPrivateFile(path), 'two');
  assert.equal(readPrivateFile(join(directory, 'absent')), undefined);
  mkdirSync(join(directory, 'taken', 'full'), { recursive: true });
  assert.throws(() => writePrivateFile(join(directory, 'taken'), 'x'));
  assert.deepEqual(readdirSync(directory).sort(), ['taken', 'x']);
});

test('keys are derived for an owner and a purpose, of every key of the keyring, the newest first', () => {
  const keyring = openKeyring(newDirectory(), systemRandom);
  const cipher = envelopeCipher(keyring, systemRandom, []);
  const hex = (owner: string, purpose: string): string[] =>
    cipher.deriveKeys(owner, purpose).map((key) => key.toString('hex'));
  const [first] = hex('acme/infra', 'urls');
  assert.match(first ?? '', /^[0-9a-f]{64}$/);
  const others = [hex('bolt/infra', 'urls'), hex('acme/infra', 'url'), hex('acme/infra","urls', '')];
  assert.equal(new Set([first, ...others.flat()]).size, 4);
  keyring.rotate();
  const [newest, oldest, ...rest] = hex('acme/infra', 'urls');
  assert.notEqual(newest, first);
  assert.deepEqual([oldest, rest], [first, []]);
});
