import { deepEqual, equal, notDeepEqual, rejects } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { ModuleError, readArchive, writeArchive } from '../src/index.ts';
import { tarOf } from './tar.ts';

const text = (content: Uint8Array | undefined): string => Buffer.from(content ?? []).toString();

describe('archives', () => {
  test('have files by their paths, and links to files are those files', async () => {
    const files = await readArchive(
      await tarOf([
        ['./', '', { type: 'directory' }],
        ['./main.tf', 'one'],
        ['modules/net//main.tf', 'two', { mode: 0o755 }],
        ['copy.tf', '', { type: 'symlink', linkname: 'modules/./net/../net/main.tf' }],
        ['modules/up.tf', '', { type: 'symlink', linkname: '../copy.tf' }],
        ['hard.tf', '', { type: 'link', linkname: './main.tf' }],
      ]),
    );
    deepEqual(
      [...files].map(([path, { content, isExecutable }]) => [path, text(content), isExecutable]),
      [
        ['main.tf', 'one', false],
        ['modules/net/main.tf', 'two', true],
        ['copy.tf', 'two', true],
        ['modules/up.tf', 'two', true],
        ['hard.tf', 'one', false],
      ],
    );
  });

  for (const [why, entries, message] of [
    ['an absolute path', [['/etc/passwd', 'x']], /"\/etc\/passwd" is an absolute path/],
    ['a drive', [['C:/x.tf', 'x']], /is an absolute path/],
    ['a way out', [['a/../../x', 'x']], /"a\/..\/..\/x" leads out of the archive/],
    ['a way out and in', [['a/../x', 'x']], /leads out of the archive/],
    ['a backslash', [['..\\x', 'x']], /has a backslash/],
    ['a control character', [['a\nb', 'x']], /has a control character/],
    [
      'a link out',
      [['a', '', { type: 'symlink', linkname: '../b' }]],
      /a is a link to "..\/b", which leads out/,
    ],
    [
      'a link to the machine',
      [['a', '', { type: 'symlink', linkname: '/etc/passwd' }]],
      /leads out of the archive/,
    ],
    ['a hard link out', [['a/b', '', { type: 'link', linkname: '../../b' }]], /leads out of the archive/],
    [
      'a link to nothing',
      [['a', '', { type: 'symlink', linkname: 'b' }]],
      /a is a link that leads to no file/,
    ],
    [
      'a link to a directory',
      [
        ['d/x', 'x'],
        ['a', '', { type: 'symlink', linkname: 'd' }],
      ],
      /leads to no file/,
    ],
    [
      'links to each other',
      [
        ['a', '', { type: 'symlink', linkname: 'b' }],
        ['b', '', { type: 'symlink', linkname: 'a' }],
      ],
      /leads to no file/,
    ],
    ['a device', [['zero', '', { type: 'character-device' }]], /zero is a character-device/],
    ['a pipe', [['pipe', '', { type: 'fifo' }]], /pipe is a fifo/],
    [
      'a file twice',
      [
        ['a', '1'],
        ['./a', '2'],
      ],
      /a is there twice/,
    ],
    [
      'a file in a file',
      [
        ['a', '1'],
        ['a/b', '2'],
      ],
      /a is a file, and a\/b stands in it/,
    ],
    ['a state', [['x/terraform.tfstate.backup', '{}']], /states have secrets in them/],
    ['a working directory', [['.terraform/providers/x', 'x']], /belongs to a working directory/],
    ['a repository', [['.git/config', 'x']], /belongs to a working directory/],
    ['a file without a name', [['.', 'x']], /an entry has no name/],
  ] as const) {
    test(`with ${why} are refused`, async () => {
      const archive = await tarOf(entries);
      await rejects(readArchive(archive), (error) => {
        equal(error instanceof ModuleError, true, String(error));
        equal(message.test(String(error)), true, String(error));
        return true;
      });
    });
  }

  test('leave out what the caller names, and nothing that leads elsewhere', async () => {
    const isState = (path: string): boolean => path.endsWith('.tfstate');
    const archive = await tarOf([
      ['main.tf', 'one'],
      ['terraform.tfstate', 'secret'],
    ]);
    deepEqual([...(await readArchive(archive, isState)).keys()], ['main.tf']);
    await rejects(readArchive(archive), /states have secrets/);
    const escaping = await tarOf([['../x.tfstate', 'secret']]);
    await rejects(readArchive(escaping, isState), ModuleError);
  });

  test('that unpack to too much are refused before they do', async () => {
    const bomb = gzipSync(Buffer.alloc(90 * 1024 * 1024));
    equal(bomb.length < 100_000, true);
    await rejects(readArchive(bomb), /have more than 64 MiB/);
    const half = 'x'.repeat(40 * 1024 * 1024);
    const linked = await tarOf([
      ['a', half],
      ['b', '', { type: 'link', linkname: 'a' }],
    ]);
    await rejects(readArchive(linked), /have more than 64 MiB/);
    const many = await tarOf(Array.from({ length: 4_001 }, (_, i) => [`${i}`, ''] as const));
    await rejects(readArchive(many), /more than 4000 files/);
  });

  test('that are none are refused', async () => {
    await rejects(readArchive(Buffer.from('no archive')), /not compressed with gzip/);
    await rejects(readArchive(gzipSync('x'.repeat(2_000))), /is no tar archive/);
    const whole = await tarOf([['main.tf', 'x'.repeat(5_000)]]);
    await rejects(readArchive(whole.subarray(0, -20)), ModuleError);
  });

  test('are written with the same bytes for the same files, in whatever order they came', async () => {
    const path = fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,3}\.tf$/);
    const one = fc.tuple(path, fc.uint8Array({ maxLength: 2_000 }), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(one, { selector: ([name]) => name, maxLength: 8 }), async (list) => {
        const files = list.map(([name, content, isExecutable]) => [name, { content, isExecutable }] as const);
        const archive = await writeArchive(new Map(files));
        deepEqual(await writeArchive(new Map(files.toReversed())), archive);
        const read = [...(await readArchive(archive))].map(
          ([name, file]) => [name, text(file.content), file.isExecutable] as const,
        );
        deepEqual(
          read,
          files
            .map(([name, file]) => [name, text(file.content), file.isExecutable] as const)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        );
      }),
      { numRuns: 40 },
    );
    const file = (content: string) =>
      new Map([['a', { content: Buffer.from(content), isExecutable: false }]]);
    notDeepEqual(await writeArchive(file('1')), await writeArchive(file('2')));
  });
});
