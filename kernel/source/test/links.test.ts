import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openPki } from '../../auth/pki/certificate-authority.ts';
import { capturedProcesses } from '../../ports/captured-process.ts';
import { systemClock } from '../../ports/clock.ts';
import { nodeProcesses } from '../../ports/node-processes.ts';
import { systemRandom } from '../../ports/random.ts';
import { GitRepositories } from '../git-repositories.ts';
import { nodeDirectories } from '../node-directories.ts';
import type { GitRequest, SourceRules } from '../source.ts';
import { SourceError } from '../source-error.ts';

const rules: SourceRules = {
  noun: 'files',
  accepts: () => true,
  enters: (path) => path !== '.git',
  links: 'followed',
  filesMax: 100,
  depthMax: 8,
  fileBytesMax: 10_000,
  totalBytesMax: 100_000,
  tooLargeHint: 'make it smaller',
};

const skip = spawnable('git') ? false : 'there is no git on this machine';

function spawnable(program: string): boolean {
  try {
    execFileSync(program, ['--version']);
    return true;
  } catch {
    return false;
  }
}

async function repository(t: TestContext) {
  const root = await mkdtemp(join(tmpdir(), 'plinth-links-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, 'shared'));
  await mkdir(join(root, 'live'));
  await writeFile(join(root, 'shared/provider.tf'), 'provider');
  await writeFile(join(root, 'live/run.sh'), '#!/bin/sh\n');
  await chmod(join(root, 'live/run.sh'), 0o755);
  await symlink('../shared/provider.tf', join(root, 'live/provider.tf'));
  await symlink('provider.tf', join(root, 'live/again.tf'));
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      encoding: 'utf8',
    });
  git('init', '-q', '-b', 'main');
  const commit = (): void => {
    git('add', '-A');
    git('commit', '-q', '-m', 'change');
  };
  commit();
  const capture = capturedProcesses(nodeProcesses(systemClock, systemRandom));
  const environment = { ...process.env, GIT_SSL_CAINFO: join(root, '.git/ca.pem') };
  const repositories = new GitRepositories(join(root, '.git/cache'), capture, environment, rules);
  const read = (more: Partial<GitRequest> = {}) =>
    repositories.read({
      url: pathToFileURL(root).href,
      ref: 'HEAD',
      path: '.',
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      ...more,
    });
  return { root, commit, read };
}

async function refused(act: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(act, (error: unknown) => {
    assert.ok(error instanceof SourceError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

test('a repository and a directory are read alike: links inside, what can be run', { skip }, async (t) => {
  const { root, read } = await repository(t);
  const expected = [
    ['live/again.tf', 'provider', undefined],
    ['live/provider.tf', 'provider', undefined],
    ['live/run.sh', '#!/bin/sh\n', true],
    ['shared/provider.tf', 'provider', undefined],
  ];
  for (const { files } of [await read(), await nodeDirectories(rules).read(root)]) {
    assert.deepEqual(
      files.map(({ path, bytes, isExecutable }) => [path, bytes.toString(), isExecutable]),
      expected,
    );
  }
});

test('links that lead out of a repository, out of the path that is read, or in circles are refused', {
  skip,
}, async (t) => {
  const { root, commit, read } = await repository(t);
  await refused(
    read({ path: 'live' }),
    /again\.tf is a link to \.\.\/shared\/provider\.tf|provider\.tf is a link/,
  );
  for (const target of ['/etc/hostname', '../../../etc/hostname', 'out.tf', '../shared']) {
    await rm(join(root, 'live/out.tf'), { force: true });
    await symlink(target, join(root, 'live/out.tf'));
    commit();
    await refused(read(), /live\/out\.tf is a link to .*, which is no file of the source/);
  }
});

test('credentials go along with the request for a repository, and into no message', { skip }, async (t) => {
  const { root, read } = await repository(t);
  const pki = await openPki(join(root, '.git/pki'), { clock: systemClock, random: systemRandom });
  await writeFile(join(root, '.git/ca.pem'), pki.ca);
  const asked: (string | undefined)[] = [];
  const identity = { cert: pki.server.certificate, key: pki.server.key.reveal() };
  const server = createServer(identity, ({ headers }, response) => {
    asked.push(headers.authorization);
    response.writeHead(403).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/hunter22.git`;
  const credentials = { username: 'bot', password: 'hunter22' };
  await refused(read({ url, credentials }), /requested URL returned error: 403/);
  assert.deepEqual([...new Set(asked)], [`Basic ${Buffer.from('bot:hunter22').toString('base64')}`]);
});
