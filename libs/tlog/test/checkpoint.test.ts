import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatCheckpoint, openCheckpoint, parseCheckpoint, signCheckpoint } from '../src/index.ts';
import { keyPair, messageOf, valueOf } from './memory-log.ts';

/** From C2SP tlog-checkpoint. */
const TEXT = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';

test('reads and writes the example of the specification', () => {
  const checkpoint = valueOf(parseCheckpoint(TEXT));
  assert.equal(checkpoint.origin, 'example.com/behind-the-sofa');
  assert.equal(checkpoint.size, 20_852_163);
  assert.equal(
    Buffer.from(checkpoint.root).toString('hex'),
    '0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62',
  );
  assert.deepEqual(checkpoint.extensions, []);
  assert.equal(valueOf(formatCheckpoint(checkpoint)), TEXT);
  const extended = `${TEXT}one\ntwo two\n`;
  assert.deepEqual(valueOf(parseCheckpoint(extended)).extensions, ['one', 'two two']);
  assert.equal(valueOf(formatCheckpoint(valueOf(parseCheckpoint(extended)))), extended);
});

test('says what is malformed, and in which line', () => {
  const root = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';
  const cases: ReadonlyArray<readonly [string, RegExp, number]> = [
    ['', /does not end in a newline/, 0],
    ['a\n1\n', /at least three lines/, 0],
    [`\n1\n${root}\n`, /origin is empty/, 1],
    [`a\n01\n${root}\n`, /"01" is not a decimal number/, 2],
    [`a\n-1\n${root}\n`, /"-1"/, 2],
    [`a\n+1\n${root}\n`, /"\+1"/, 2],
    [`a\n1e3\n${root}\n`, /"1e3"/, 2],
    [`a\n\n${root}\n`, /""/, 2],
    [`a\n9007199254740992\n${root}\n`, /above 2\^53 - 1/, 2],
    [`a\n${'9'.repeat(400)}\n${root}\n`, /above 2\^53 - 1/, 2],
    ['a\n1\nAAAA\n', /Base64 of 32 bytes/, 3],
    [`a\n1\n${root.replace('2I=', '2J=')}\n`, /Base64 of 32 bytes/, 3],
    [`a\n1\n${root.slice(0, -1)}\n`, /Base64 of 32 bytes/, 3],
    [`a\n1\n${root}\n\n`, /extension line is empty/, 4],
    [`a\n1\n${root}\nx\n\ny\n`, /extension line is empty/, 5],
  ];
  for (const [text, message, line] of cases) {
    const parsed = parseCheckpoint(text);
    assert.match(messageOf(parsed), message, JSON.stringify(text));
    assert.equal(parsed.ok ? -1 : parsed.error.line, line, JSON.stringify(text));
  }
});

test('refuses to write what could not be read', () => {
  const good = valueOf(parseCheckpoint(TEXT));
  assert.match(messageOf(formatCheckpoint({ ...good, origin: 'a\nb' })), /one line/);
  assert.match(messageOf(formatCheckpoint({ ...good, origin: '' })), /one line/);
  assert.match(messageOf(formatCheckpoint({ ...good, extensions: [''] })), /one line/);
  assert.match(messageOf(formatCheckpoint({ ...good, size: 1.5 })), /1\.5/);
  assert.match(messageOf(formatCheckpoint({ ...good, size: -1 })), /"-1"/);
  assert.match(messageOf(formatCheckpoint({ ...good, size: 2 ** 60 })), /above/);
  assert.match(messageOf(formatCheckpoint({ ...good, root: new Uint8Array(31) })), /32 bytes/);
});

test('survives signing and opening', () => {
  const { signer, verifier } = keyPair('log.example');
  const line = fc.stringMatching(/^[ -~]+$/);
  fc.assert(
    fc.property(
      fc.record({
        origin: line,
        size: fc.maxSafeNat(),
        root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        extensions: fc.array(line, { maxLength: 3 }),
      }),
      (checkpoint) => {
        const note = Buffer.from(valueOf(signCheckpoint(checkpoint, [signer])));
        const opened = valueOf(openCheckpoint(note, [verifier])).checkpoint;
        assert.deepEqual({ ...opened, root: Uint8Array.from(opened.root) }, { ...checkpoint });
      },
    ),
  );
  const notOne = Buffer.from('just text\n\n— log.example AAAAAAA=\n');
  assert.match(messageOf(openCheckpoint(notOne, [verifier])), /by no trusted key/);
});
