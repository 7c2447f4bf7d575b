import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { Session } from '../src/session.ts';
import { terminalPicture } from '../src/terminal-picture.ts';
import { rewriteTranscript } from '../src/transcript.ts';

test('what commands print takes the place of what stood there', async () => {
  const text = '# Title\n\n```console\n$ one\nold\n$ cat <<X\na\nX\nold\n```\n\n```sh\n$ not run\n```\n';
  const seen: string[] = [];
  const written = await rewriteTranscript(text, true, async (line) => {
    seen.push(line);
    return seen.length === 1 ? 'new' : '';
  });
  assert.deepEqual(seen, ['one', 'cat <<X\na\nX']);
  assert.equal(written, '# Title\n\n```console\n$ one\nnew\n$ cat <<X\na\nX\n```\n\n```sh\n$ not run\n```\n');
});

test('a text that is all transcript gets a blank line between commands', async () => {
  const written = await rewriteTranscript('$ a\n\n$ b\n', false, async (line) => `ran ${line}`);
  assert.equal(written, '$ a\nran a\n\n$ b\nran b\n');
});

test('commands of a session share a shell', async () => {
  const session = new Session(tmpdir());
  try {
    assert.equal(await session.run('greeting=hello'), '');
    assert.equal(await session.run('echo $greeting; echo oops >&2'), 'hello\noops');
  } finally {
    await session.end();
  }
});

test('a picture shows every line, with what XML forbids escaped', () => {
  const svg = terminalPicture('$ a <b> & c\n✓ done', 'T');
  assert.match(svg, /<\/tspan>\u00a0a\u00a0&lt;b&gt;\u00a0&amp;\u00a0c<\/text>/);
  assert.equal(svg.match(/<text /g)?.length, 3);
});
