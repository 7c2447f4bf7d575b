import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chunksOf, hash1, openZip, ZipError, type ZipFile } from '../src/index.ts';
import { type WrittenFile, writeZip } from './zip-writer.ts';

const limits = { filesMax: 10, unpackedBytesMax: 1_000_000 };

async function contentOf(file: ZipFile | undefined): Promise<string> {
  const pieces: Buffer[] = [];
  if (file) for await (const piece of chunksOf(file)) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

describe('zip archives', () => {
  test('have the files that were written', async () => {
    const name = fc.stringMatching(/^[a-zé]{1,6}(\/[a-z]{1,6}){0,2}$/);
    const file = fc.record({ name, content: fc.uint8Array({ maxLength: 3_000 }), isStored: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(file, { selector: (one) => one.name, maxLength: 6 }),
        fc.string(),
        async (written, comment) => {
          const plain = comment.replaceAll(/[^\x20-\x7e]/g, '');
          const { files } = openZip(writeZip(written, plain), limits);
          deepEqual(
            files.map((one) => one.name),
            written.map((one) => one.name),
          );
          for (const [i, one] of files.entries()) {
            equal(await contentOf(one), Buffer.from(written[i]?.content ?? []).toString('latin1'));
          }
        },
      ),
      { numRuns: 50 },
    );
    const [script] = openZip(writeZip([{ name: 'run', content: 'x', mode: 0o100755 }]), limits).files;
    equal(script?.isExecutable, true);
    deepEqual(
      openZip(writeZip([{ name: 'd/', content: '', isStored: true, mode: 0o040755 }]), limits).files,
      [],
    );
  });

  for (const [why, files, message] of [
    ['a way out', [{ name: '../x', content: '' }], /"..\/x" leads elsewhere/],
    ['an absolute path', [{ name: '/x', content: '' }], /is no relative path/],
    ['a backslash', [{ name: 'a\\b', content: '' }], /has a backslash/],
    ['a link', [{ name: 'a', content: '/etc/passwd', mode: 0o120777 }], /a is no file/],
    [
      'a file twice',
      [
        { name: 'a', content: '1' },
        { name: 'a', content: '2' },
      ],
      /a is there twice/,
    ],
    ['two names', [{ name: 'a', content: '1', localName: 'b' }], /a is another file before its content/],
    ['encryption', [{ name: 'a', content: '1', flags: 1 }], /a is encrypted/],
    ['another method', [{ name: 'a', content: '1', method: 14 }], /compressed by the method 14/],
    ['two sizes', [{ name: 'a', content: '1', isStored: true, sizeBytes: 5 }], /a has two sizes/],
    [
      'too many files',
      Array.from({ length: 11 }, (_, i) => ({ name: `${i}`, content: '' })),
      /11 files, more than 10/,
    ],
    ['too many bytes', [{ name: 'a', content: 'x'.repeat(1_000_001) }], /more than 1000000 bytes/],
    [
      'files that share bytes',
      [
        { name: 'a', content: 'x'.repeat(9) },
        { name: 'a', content: 'x', localAt: 0 },
      ],
      /twice|share bytes|another file/,
    ],
    ['Zip64', [{ name: 'a', content: '', sizeBytes: 0xffffffff }], /Zip64/],
    [
      'a file that is elsewhere',
      [{ name: 'a', content: 'x', localAt: 7 }],
      /a is not where the directory says/,
    ],
  ] as readonly (readonly [string, readonly WrittenFile[], RegExp])[]) {
    test(`with ${why} are refused`, () => {
      throws(
        () => openZip(writeZip(files), limits),
        (error) => error instanceof ZipError && message.test(error.message),
      );
    });
  }

  test('whose files share bytes are refused, also where each is right', () => {
    // Quoted overlap: the second file is what the first one contains.
    const inner = writeZip([{ name: 'b', content: 'inner', isStored: true }]);
    const local = inner.subarray(0, 30 + 1 + 5);
    const outer = writeZip([
      { name: 'a', content: local, isStored: true },
      { name: 'b', content: 'inner', isStored: true, localAt: 31 },
    ]);
    throws(() => openZip(outer, limits), /a and b share bytes/);
  });

  test('whose content is not what their headers say are refused while it is read', async () => {
    for (const [wrong, message] of [
      [{ sizeBytes: 10 }, /unpacks to 12 bytes|unpacks to more than the 10/],
      [{ sizeBytes: 14 }, /unpacks to 12 bytes, and says 14/],
      [{ crc32: 7 }, /has another checksum/],
    ] as const) {
      const { files } = openZip(writeZip([{ name: 'a', content: 'twelve bytes', ...wrong }]), limits);
      await rejects(contentOf(files[0]), message);
    }
    const archive = writeZip([{ name: 'a', content: 'x'.repeat(500) }]);
    archive.fill(0xff, 31, 36);
    await rejects(contentOf(openZip(archive, limits).files[0]), ZipError);
  });

  test('that are damaged anywhere are refused, or are the same', async () => {
    const archive = writeZip([
      { name: 'a', content: 'one' },
      { name: 'b', content: 'two', isStored: true },
    ]);
    const read = async (bytes: Buffer): Promise<string[]> => {
      const { files } = openZip(bytes, limits);
      return await Promise.all(files.map(async (file) => `${file.name}:${await contentOf(file)}`));
    };
    const whole = await read(archive);
    for (let at = 0; at < archive.length; at++) {
      const changed = Buffer.from(archive);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      await read(changed).then(
        (found) => deepEqual(found, whole, `byte ${at}`),
        (error: unknown) => ok(error instanceof ZipError, `byte ${at}: ${String(error)}`),
      );
      throws(() => openZip(archive.subarray(0, at), limits), ZipError);
    }
  });
});

test('the hash of the files is that of Go, whatever else is in the archive', async () => {
  // sha256("8a...  name\n") as golang.org/x/mod/sumdb/dirhash, Hash1, defines it, worked out with sha256sum and base64.
  const files = [
    { name: 'b', content: 'two' },
    { name: 'a/c', content: 'one' },
  ];
  const expected = 'h1:sqhM8Zx93My7oOv/5LPfU2xD2rw6YeFWFE9lbtNLr4E=';
  equal(await hash1(openZip(writeZip(files), limits)), expected);
  const other = files.toReversed().map((file) => ({ ...file, isStored: true, mode: 0o100755 }));
  equal(await hash1(openZip(writeZip(other, 'a comment'), limits)), expected);
});

const python = spawnSync('python3', ['-c', 'import zipfile'], { stdio: 'ignore' }).status === 0;
test('archives of another program are read', { skip: python ? false : 'there is no python3' }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  try {
    writeFileSync(join(folder, 'one.txt'), 'one'.repeat(1_000));
    writeFileSync(join(folder, 'two.txt'), '');
    const made = spawnSync('python3', ['-m', 'zipfile', '-c', 'x.zip', 'one.txt', 'two.txt'], {
      cwd: folder,
    });
    equal(made.status, 0, String(made.stderr));
    const { files } = openZip(readFileSync(join(folder, 'x.zip')), limits);
    deepEqual(await Promise.all(files.map(contentOf)), ['one'.repeat(1_000), '']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
