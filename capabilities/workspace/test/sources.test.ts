import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  capturedProcesses,
  GitRepositories,
  type GitRequest,
  nodeDirectories,
  nodeProcesses,
  SourceError,
  type SourceSnapshot,
  systemClock,
  systemRandom,
} from '@plinth/kernel';
import { manifestRules } from '../src/manifest-path.ts';
import { until } from './waiting.ts';

const directories = nodeDirectories(manifestRules);

function textsOf({ files }: SourceSnapshot): { path: string; text: string }[] {
  return files.map(({ path, bytes }) => ({ path, text: bytes.toString('utf8') }));
}

let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), 'plinth-sources-'));
});
after(() => rm(home, { recursive: true, force: true }));

async function directory(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(home, 'd-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

async function refusal(code: string, message: RegExp, act: () => Promise<unknown>): Promise<void> {
  await assert.rejects(act, (error: unknown) => {
    assert.ok(error instanceof SourceError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.ok(error.hint.length > 0);
    return true;
  });
}

test('manifests are found below each other; dotfiles and other files are not read', async () => {
  const root = await directory({
    'b.yaml': 'b',
    'a/x.yml': 'x',
    'a/deep/er/y.json': 'y',
    'README.md': 'no',
    '.hidden.yaml': 'no',
    '.git/config.yaml': 'no',
    'c.yaml.bak': 'no',
  });
  assert.deepEqual(textsOf(await directories.read(root)), [
    { path: 'a/deep/er/y.json', text: 'y' },
    { path: 'a/x.yml', text: 'x' },
    { path: 'b.yaml', text: 'b' },
  ]);
});

test('the revision names the content: equal for equal content, another for another name or byte', async () => {
  const revision = async (files: Record<string, string>) =>
    (await directories.read(await directory(files))).revision;
  const one = await revision({ 'a.yaml': 'x', 'b.yaml': 'y' });
  assert.match(one, /^sha256:[0-9a-f]{64}$/);
  assert.equal(await revision({ 'b.yaml': 'y', 'a.yaml': 'x', 'other.txt': 'z' }), one);
  const others: Record<string, string>[] = [
    { 'a.yaml': 'x', 'c.yaml': 'y' },
    { 'a.yaml': 'y', 'b.yaml': 'x' },
    { 'a.yaml': 'xb.yamly' },
  ];
  for (const files of others) assert.notEqual(await revision(files), one);
});

test('links inside the source are read, links out of it are refused', async () => {
  const root = await directory({ 'real/a.yaml': 'a' });
  await symlink('real/a.yaml', join(root, 'link.yaml'));
  assert.deepEqual(
    (await directories.read(root)).files.map(({ path }) => path),
    ['link.yaml', 'real/a.yaml'],
  );
  await symlink('/etc/hostname', join(root, 'out.yaml'));
  await refusal('SourceInvalid', /out\.yaml is a link out of the source/, () => directories.read(root));
});

test('directories that are absent, files, unreadable, too large or for kustomize are refused with what to do', async () => {
  await refusal('SourceNotFound', /there is no .*nowhere/, () => directories.read(join(home, 'nowhere')));
  const root = await directory({ 'a.yaml': 'a' });
  await refusal('SourceInvalid', /is not a directory/, () => directories.read(join(root, 'a.yaml')));
  await truncate(join(root, 'a.yaml'), 17 * 1024 * 1024);
  await refusal('SourceTooLarge', /a\.yaml has 17825792 bytes/, () => directories.read(root));
  const many = await directory(
    Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`f${i}.yaml`, ''])),
  );
  await refusal('SourceTooLarge', /more than 2000 manifests/, () => directories.read(many));
  const kustomize = await directory({ 'base/kustomization.yaml': 'resources: []' });
  await refusal('KustomizeUnsupported', /holds base\/kustomization\.yaml/, () => directories.read(kustomize));
});

test('a directory that may not be read is named', {
  skip: process.getuid?.() === 0 ? 'root may read everything' : false,
}, async () => {
  const root = await directory({ 'in/a.yaml': 'a' });
  await chmod(join(root, 'in'), 0);
  await refusal('SourceUnreadable', /may not be read/, () => directories.read(root));
});

test('changes below a directory are noticed', async () => {
  const root = await directory({ 'a/b.yaml': 'one' });
  let changes = 0;
  const stop = directories.watch(root, () => changes++);
  // A watch takes its time to begin, so the file is written until it is noticed.
  let writes = 0;
  await until('a change is noticed', () => {
    if (changes === 0) writeFileSync(join(root, 'a/b.yaml'), `${writes++}`);
    return changes > 0;
  });
  stop();
  directories.watch(join(home, 'nowhere'), () => undefined)();
});

function hasGit(): boolean {
  try {
    execFileSync('git', ['--version']);
    return true;
  } catch {
    return false;
  }
}

const skip = hasGit() ? false : 'there is no git on this machine';

async function repository(files: Record<string, string>) {
  const root = await directory(files);
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      encoding: 'utf8',
    });
  const commit = (): string => {
    git('add', '-A');
    git('commit', '-q', '-m', 'change');
    return git('rev-parse', 'HEAD').trim();
  };
  git('init', '-q', '-b', 'main');
  return { root, git, commit, first: commit(), url: pathToFileURL(root).href };
}

function reader(
  processes = capturedProcesses(nodeProcesses(systemClock, systemRandom)),
  environment: Record<string, string | undefined> = process.env,
) {
  return new GitRepositories(join(home, 'cache'), processes, environment, manifestRules);
}

function request(url: string, more: Partial<GitRequest> = {}): GitRequest {
  return { url, ref: 'HEAD', path: '.', timeoutMs: 20_000, signal: new AbortController().signal, ...more };
}

test('branches, tags and commits of a repository are read, below a path if asked', { skip }, async () => {
  const repo = await repository({
    'a.yaml': 'one',
    'deploy/b.yaml': 'größe\n',
    'deploy/sub/c.json': '{}',
    'x.txt': 'no',
  });
  repo.git('tag', 'v1');
  await writeFile(join(repo.root, 'a.yaml'), 'two');
  const second = repo.commit();
  const read = reader();
  const head = await read.read(request(repo.url));
  assert.equal(head.revision, second);
  assert.deepEqual(
    textsOf(head).map(({ path, text }) => [path, text]),
    [
      ['a.yaml', 'two'],
      ['deploy/b.yaml', 'größe\n'],
      ['deploy/sub/c.json', '{}'],
    ],
  );
  for (const ref of ['v1', repo.first]) {
    const old = await read.read(request(repo.url, { ref, path: 'deploy' }));
    assert.equal(old.revision, repo.first);
    assert.deepEqual(
      old.files.map(({ path }) => path),
      ['b.yaml', 'sub/c.json'],
    );
  }
  const [a, b] = await Promise.all([
    read.read(request(repo.url, { ref: 'main' })),
    read.read(request(repo.url, { ref: 'v1' })),
  ]);
  assert.deepEqual(
    [a.revision, b.revision],
    [second, repo.first],
    'two readers of one cache do not get into each other',
  );
});

test('a branch that was rewritten is followed; links and submodules are not', { skip }, async () => {
  const repo = await repository({ 'a.yaml': 'one' });
  const read = reader();
  await read.read(request(repo.url, { ref: 'main' }));
  await symlink('/etc/hostname', join(repo.root, 'link.yaml'));
  await writeFile(join(repo.root, 'a.yaml'), 'rewritten');
  repo.git('add', '-A');
  repo.git('commit', '-q', '--amend', '-m', 'rewritten');
  assert.deepEqual(textsOf(await read.read(request(repo.url, { ref: 'main' }))), [
    { path: 'a.yaml', text: 'rewritten' },
  ]);
});

test('what git refuses is told with its own words, and never waits for a password', { skip }, async () => {
  const repo = await repository({ 'a.yaml': 'one' });
  const read = reader();
  await refusal('GitFailed', /could not read nope of file:.*couldn't find remote ref nope/, () =>
    read.read(request(repo.url, { ref: 'nope' })),
  );
  await refusal('SourceNotFound', /there is no directory missing at HEAD/, () =>
    read.read(request(repo.url, { path: 'missing' })),
  );
  await refusal('GitFailed', /file:\/\/\/nowhere/, () => read.read(request('file:///nowhere')));
  await refusal('GitFailed', /transport 'ext' not allowed/, () =>
    read.read(request('ext::sh -c touch% /tmp/owned')),
  );
  await refusal('GitFailed', /./, () => read.read(request('--upload-pack=touch /tmp/owned')));
});

test('a machine without git, and a git that hangs, are named as that', async () => {
  await refusal('GitMissing', /no program git on PATH/, () =>
    reader(undefined, { PATH: '/nowhere' }).read(request('file:///x')),
  );
  const hanging = reader({
    run: (_command, _args, options) =>
      capturedProcesses(nodeProcesses(systemClock, systemRandom)).run('sleep', ['60'], {
        ...options,
        env: { PATH: process.env['PATH'] ?? '' },
      }),
  });
  await refusal('Timeout', /git took longer than 50 ms/, () =>
    hanging.read(request('file:///x', { timeoutMs: 50 })),
  );
});

test('a process that writes without end is stopped', async () => {
  const options = {
    env: { PATH: process.env['PATH'] ?? '' },
    timeoutMs: 20_000,
    stdoutBytesMax: 1_000,
    signal: new AbortController().signal,
  };
  const result = await capturedProcesses(nodeProcesses(systemClock, systemRandom)).run('yes', [], options);
  assert.equal(result.code, undefined);
  assert.ok(result.stdout.length <= 1_000 && !result.timedOut);
});
