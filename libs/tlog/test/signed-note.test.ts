import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatNote,
  NOTE_BYTES_MAX,
  openNote,
  parseCosignerKey,
  parseNote,
  parseSignerKey,
  parseVerifierKey,
  signNote,
} from '../src/index.ts';
import { keyPair, messageOf, valueOf } from './memory-log.ts';

/** From Go's golang.org/x/mod/sumdb/note, note_test.go. */
const PETER = valueOf(parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'));
const ENOCH = valueOf(parseVerifierKey('EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop'));
const TEXT =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n";
const PETER_LINE =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const ENOCH_LINE =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';

test('signs as Go does', () => {
  const signer = valueOf(
    parseSignerKey('PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'),
  );
  assert.equal(valueOf(signNote(TEXT, [signer])), `${TEXT}\n${PETER_LINE}`);
  const replaced = signNote(
    TEXT,
    [signer],
    [{ name: signer.name, keyId: signer.keyId, signature: Buffer.of(1) }],
  );
  assert.equal(valueOf(replaced), `${TEXT}\n${PETER_LINE}`);
  const { signatures } = valueOf(parseNote(Buffer.from(`${TEXT}\n${ENOCH_LINE}`)));
  assert.equal(valueOf(signNote(TEXT, [signer], signatures)), `${TEXT}\n${ENOCH_LINE}${PETER_LINE}`);
});

test('opens a note that one trusted key has signed and keeps the other signatures apart', () => {
  const note = Buffer.from(`${TEXT}\n${PETER_LINE}${ENOCH_LINE}`);
  const one = valueOf(openNote(note, [PETER]));
  assert.equal(one.text, TEXT);
  assert.deepEqual(
    one.verified.map(({ name }) => name),
    ['PeterNeumann'],
  );
  assert.deepEqual(
    one.unknown.map(({ name, keyId }) => [name, keyId]),
    [['EnochRoot', 0xaf0cfe78]],
  );
  const both = valueOf(openNote(note, [PETER, ENOCH]));
  assert.deepEqual(
    both.verified.map(({ name }) => name),
    ['PeterNeumann', 'EnochRoot'],
  );
  assert.match(messageOf(openNote(note, [])), /by no trusted key \(none is given\)/);
  assert.match(
    messageOf(openNote(Buffer.from(`${TEXT}\n${PETER_LINE}`), [ENOCH])),
    /signed by PeterNeumann\+c74f20a3, but by no trusted key \(EnochRoot\+af0cfe78\)/,
  );
});

test('verifies the example of the specification', () => {
  // C2SP signed-note, Verifier keys, Example.
  const verifier = valueOf(
    parseVerifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'),
  );
  const note =
    'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
  assert.equal(valueOf(openNote(Buffer.from(note), [verifier])).text, 'This is an example message.\n');
});

test('an empty line in the text is text: the last one separates', () => {
  // C2SP signed-note, first example.
  const note =
    'Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n' +
    '— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n';
  const parsed = valueOf(parseNote(Buffer.from(note)));
  assert.match(parsed.text, /sole:\n\ned è subito sera\.\n$/);
  assert.equal(valueOf(formatNote(parsed)), note);
});

test('a wrong signature of a trusted key refuses the note, even beside a good one', () => {
  const wrong = PETER_LINE.replace('/ZJ', '/ZK');
  assert.match(
    messageOf(openNote(Buffer.from(`${TEXT}\n${ENOCH_LINE}${wrong}`), [PETER, ENOCH])),
    /PeterNeumann\+c74f20a3 does not match the text/,
  );
  assert.match(messageOf(openNote(Buffer.from(`${TEXT}\n${PETER_LINE}${wrong}`), [PETER])), /does not match/);
  assert.match(messageOf(openNote(Buffer.from(`x${TEXT}\n${PETER_LINE}`), [PETER])), /does not match/);
});

test('two different keys of one name and id cannot be told apart', () => {
  const note = Buffer.from(`${TEXT}\n${PETER_LINE}`);
  const twin = { ...PETER, verifierKey: 'another' };
  assert.match(messageOf(openNote(note, [PETER, twin])), /several different trusted keys/);
  assert.ok(openNote(note, [PETER, { ...PETER }]).ok, 'one key given twice is one key');
});

test('says what is malformed, and in which line', () => {
  const cases: ReadonlyArray<readonly [string | Uint8Array, RegExp, number]> = [
    [TEXT, /no empty line/, 0],
    [`${TEXT}\n`, /no signature follows/, 3],
    [`${TEXT}\n${PETER_LINE.slice(0, -1)}`, /does not end in a newline/, 4],
    [`\u0001${TEXT}\n${PETER_LINE}`, /U\+0001/, 1],
    [`${TEXT.replace(' know', '\tknow')}\n${PETER_LINE}`, /U\+0009/, 2],
    [`${TEXT.replace(' know', '\rknow')}\n${PETER_LINE}`, /U\+000D/, 2],
    [Buffer.concat([Buffer.from(`a\n`), Buffer.of(0xff), Buffer.from(`\n\n${PETER_LINE}`)]), /UTF-8/, 2],
    [`${TEXT}\n— Bad Name x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZI=\n`, /not canonical Base64/, 4],
    [`${TEXT}\n${PETER_LINE}Unexpected line.\n`, /must begin with an em dash/, 5],
    [`${TEXT}\n- PeterNeumann AAAAAAA=\n`, /must begin with an em dash/, 4],
    [`${TEXT}\n— PeterNeumann\n`, /must be "— <key name> <base64>"/, 4],
    [`${TEXT}\n—  AAAAAAA=\n`, /it is empty/, 4],
    [`${TEXT}\n— a+b AAAAAAA=\n`, /"a\+b"/, 4],
    [`${TEXT}\n— a AAAAAA==\n`, /has 4 bytes/, 4],
    [`${TEXT}\n— a AAAAAAB=\n`, /not canonical Base64/, 4],
    [`${TEXT}\n— a AAAAAAA\n`, /not canonical Base64/, 4],
    [`${TEXT}\n${PETER_LINE.repeat(101)}`, /101 signatures, at most 100/, 104],
    [Buffer.alloc(NOTE_BYTES_MAX + 1, 'a'), /at most 1048576/, 0],
    ['', /no empty line/, 0],
  ];
  for (const [note, message, line] of cases) {
    const parsed = parseNote(typeof note === 'string' ? Buffer.from(note) : note);
    assert.match(messageOf(parsed), message);
    assert.equal(parsed.ok ? -1 : parsed.error.line, line, String(message));
  }
});

test('refuses to write what could not be read', () => {
  const { signer } = keyPair('a');
  assert.match(messageOf(signNote('abc', [signer])), /does not end in a newline/);
  assert.match(messageOf(signNote('a\tb\n', [signer])), /U\+0009/);
  assert.match(messageOf(signNote('\ud800\n', [signer])), /Unicode/);
  assert.match(messageOf(signNote('abc\n', [])), /no signature/);
  assert.match(messageOf(signNote('abc\n', [{ ...signer, name: 'bad name' }])), /"bad name"/);
  assert.ok(parseNote(Buffer.from(`abc\n\n${'— a AAAAAAA=\n'.repeat(100)}`)).ok, 'a hundred are read');
});

test('any text survives signing and opening, and any changed byte is noticed', () => {
  const { signer, verifier } = keyPair('log.example');
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\u0000-\u001f]/g, '\n'));
  fc.assert(
    fc.property(line, fc.nat(), fc.integer({ min: 1, max: 255 }), (text, place, change) => {
      const note = Buffer.from(valueOf(signNote(`${text}\n`, [signer])));
      const opened = valueOf(openNote(note, [verifier]));
      assert.equal(opened.text, `${text}\n`);
      const at = place % note.length;
      note[at] = (note[at] ?? 0) ^ change;
      assert.ok(!openNote(note, [verifier]).ok, `byte ${at} of ${JSON.stringify(note.toString())}`);
    }),
    { numRuns: 500 },
  );
});

test('a witness cosigns at an instant', () => {
  const key = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
  const { signer, verifier } = keyPair('log.example');
  const witness = valueOf(parseCosignerKey(key, 1_679_315_147));
  const trusted = valueOf(parseVerifierKey(witness.verifierKey));
  assert.notEqual(trusted.keyId, PETER.keyId, 'another type of signature has another key id');
  const text = 'log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n';
  const log = valueOf(parseNote(Buffer.from(valueOf(signNote(text, [signer])))));
  const note = valueOf(signNote(text, [witness], log.signatures));
  assert.deepEqual(
    valueOf(openNote(Buffer.from(note), [verifier, trusted])).verified.map(({ name }) => name),
    ['log.example', 'PeterNeumann'],
  );
  const signature = witness.sign(text);
  assert.equal(Buffer.from(signature).readBigUInt64BE(), 1_679_315_147n);
  assert.ok(!PETER.verify(text, signature), 'it is no plain signature');
  const later = Uint8Array.from(signature);
  later[7] = 0;
  assert.ok(!trusted.verify(text, later), 'the time is signed too');
  // A plain signer of the same key signs what a cosigner would, at instants that no cosigner takes.
  const plain = valueOf(parseSignerKey(key));
  for (const [timestamp, holds] of [
    [2n ** 63n - 1n, true],
    [2n ** 63n, false],
  ] as const) {
    const encoded = Buffer.concat([
      Buffer.alloc(8),
      plain.sign(`cosignature/v1\ntime ${timestamp}\n${text}`),
    ]);
    encoded.writeBigUInt64BE(timestamp);
    assert.equal(trusted.verify(text, encoded), holds, `time ${timestamp}`);
  }
});
