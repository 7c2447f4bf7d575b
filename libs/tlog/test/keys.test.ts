import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseCosignerKey, parseSignerKey, parseVerifierKey, signerKeyFromSeed } from '../src/index.ts';
import { messageOf, valueOf } from './memory-log.ts';

/** From Go's golang.org/x/mod/sumdb/note, note_test.go. */
const VERIFIER_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SIGNER_KEY = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';

test('reads the keys of Go', () => {
  const verifier = valueOf(parseVerifierKey(VERIFIER_KEY));
  assert.equal(verifier.name, 'PeterNeumann');
  assert.equal(verifier.keyId, 0xc74f20a3);
  const signer = valueOf(parseSignerKey(SIGNER_KEY));
  assert.equal(signer.verifierKey, VERIFIER_KEY);
  assert.ok(verifier.verify('hi\n', signer.sign('hi\n')));
  assert.ok(!verifier.verify('ho\n', signer.sign('hi\n')));
  assert.ok(!verifier.verify('hi\n', signer.sign('hi\n').subarray(1)), 'a signature of another length');
});

test('refuses every part and every changed character of a key', () => {
  for (const [key, parse] of [
    [VERIFIER_KEY, parseVerifierKey],
    [SIGNER_KEY, parseSignerKey],
  ] as const) {
    for (let from = 0; from <= key.length; from++) {
      for (let to = from + 1; to <= key.length; to++) {
        if (from === 0 && to === key.length) continue;
        assert.ok(!parse(key.slice(from, to)).ok, key.slice(from, to));
      }
      const changed = String.fromCharCode(key.charCodeAt(from) + 1);
      const mangled = key.slice(0, from) + changed + key.slice(from + 1);
      if (from < key.length) assert.ok(!parse(mangled).ok, mangled);
    }
  }
});

test('says what is wrong with a key', () => {
  const wrongLength = 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==';
  assert.match(messageOf(parseVerifierKey(wrongLength)), /not Base64/);
  const unknownType = 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  assert.match(messageOf(parseVerifierKey(unknownType)), /type 0x65 is not supported/);
  assert.match(
    messageOf(parseVerifierKey(VERIFIER_KEY.replace('c74f20a3', 'C74F20A3'))),
    /"C74F20A3": must be eight lower-case hexadecimal digits/,
  );
  assert.match(
    messageOf(parseVerifierKey(VERIFIER_KEY.replace('c74f20a3', 'c74f20a4'))),
    /c74f20a4 does not belong to this name and key, expected c74f20a3/,
  );
  assert.match(messageOf(parseVerifierKey('+c74f20a3+AA==')), /it is empty/);
  assert.match(messageOf(parseVerifierKey('a b+c74f20a3+AA==')), /without spaces/);
  assert.match(messageOf(parseVerifierKey('a\u2003b+c74f20a3+AA==')), /without spaces/);
  assert.match(messageOf(signerKeyFromSeed('a', new Uint8Array(31))), /31 bytes, expected 32/);
  assert.match(messageOf(signerKeyFromSeed('a+b', new Uint8Array(32))), /"a\+b"/);
  assert.match(messageOf(parseCosignerKey(SIGNER_KEY, 1.5)), /1\.5 is not a whole number of seconds/);
});

test('no message about a signer key tells the secret', () => {
  const secret = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
  for (let at = 0; at < SIGNER_KEY.length; at++) {
    const mangled = `${SIGNER_KEY.slice(0, at)}*${SIGNER_KEY.slice(at + 1)}`;
    const message = messageOf(parseSignerKey(mangled));
    for (let from = 0; from + 8 <= secret.length; from++) {
      assert.ok(!message.includes(secret.slice(from, from + 8)), message);
    }
  }
  assert.doesNotMatch(JSON.stringify(valueOf(parseSignerKey(SIGNER_KEY))), /gQoUAtU|81[ ,]|129/);
});

test('every name and seed make a pair of keys', () => {
  fc.assert(
    fc.property(
      fc
        .string({ unit: 'grapheme', minLength: 1 })
        .filter((name) => !/[\p{White_Space}+\u0000-\u001f]/u.test(name)),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (name, seed) => {
        const signer = valueOf(parseSignerKey(valueOf(signerKeyFromSeed(name, seed))));
        const verifier = valueOf(parseVerifierKey(signer.verifierKey));
        assert.deepEqual([verifier.name, verifier.keyId], [signer.name, signer.keyId]);
        assert.ok(verifier.verify('text\n', signer.sign('text\n')));
      },
    ),
  );
});
