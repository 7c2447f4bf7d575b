import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { answerOf, place, plinth, up } from './program.ts';

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

test('a port in use: names it and the option; the next start has nothing to repair', async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', () => resolve()));
  t.after(() => other.close());
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const data = join(place(), 'data');
  const { code, stderr } = await plinth(['up', '--port', String(port), '--data', data]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    new RegExp(`the port ${port} is in use: another program listens on 127\\.0\\.0\\.1:${port}`),
  );
  assert.match(stderr, /hint: choose another port, such as --port \d+, or any free one with --port 0/);
  const running = await up(['--data', data]);
  await running.output(/✓ workspace {4}examples\/quickstart/);
  assert.equal((await running.stop()).code, 0);
});

test('a data directory in use: names the process; the one that runs is not disturbed', async () => {
  const data = join(place(), 'data');
  const running = await up(['--data', data, '--no-workspace']);
  const { code, stderr } = await plinth(['up', '--port', '0', '--data', data]);
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`in use by the process ${running.pid}`));
  assert.match(stderr, new RegExp(`hint: stop process ${running.pid}, or name another data directory`));
  const alive = await plinth(['get', 'namespaces', '--kubeconfig', join(data, 'kubeconfig')]);
  assert.equal(alive.code, 0, alive.stderr);
  await running.stop();
});

test('a data directory of a newer version is refused and left as it is', async () => {
  const data = join(place(), 'data');
  await (await up(['--data', data, '--no-workspace'])).stop();
  const path = join(data, 'store', 'store.db');
  const database = new DatabaseSync(path);
  database.exec("UPDATE meta SET value = 99 WHERE name = 'schemaVersion'");
  database.close();
  const { mtimeMs } = statSync(path);
  const { code, stderr } = await plinth(['up', '--port', '0', '--data', data]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /has schema version 99, this program knows up to \d+\n  hint: run the version of Plinth that wrote it/,
  );
  assert.equal(statSync(path).mtimeMs, mtimeMs);
  const doctor = await plinth(['doctor', '--data', data]);
  assert.equal(doctor.code, 1);
  assert.match(doctor.stdout, /✗ store .*schema version 99/);
});

test('a data directory without rights: names the directory and the remedy', {
  skip: isRoot ? false : 'only root can become another user',
}, async () => {
  const directory = place();
  chmodSync(directory, 0o755);
  const start = { uid: nobody, cwd: '/' };
  const made = await plinth(['up', '--port', '0', '--data', join(directory, 'data')], start);
  assert.equal(made.code, 1);
  assert.match(made.stderr, /EACCES.*data/);
  assert.match(made.stderr, /hint: give this user the right to .*data, or run as its owner/);
  assert.doesNotMatch(made.stderr, / {4}at /);

  const data = join(directory, 'other');
  await (await up(['--data', data, '--no-workspace'])).stop();
  const foreign = await plinth(['up', '--port', '0', '--data', data], start);
  assert.equal(foreign.code, 1);
  assert.match(foreign.stderr, /EACCES/);
  assert.match(foreign.stderr, /hint: .*(owner|right)/);
});

test('keys that others may read are refused with the command that puts it right', async () => {
  const data = join(place(), 'data');
  await (await up(['--data', data, '--no-workspace'])).stop();
  const key = join(data, 'keys', '0001.key');
  chmodSync(key, 0o644);
  const { code, stderr } = await plinth(['up', '--port', '0', '--data', data]);
  assert.equal(code, 1);
  assert.match(stderr, /others may read it: its mode is 0644, it must be 0600/);
  assert.match(stderr, new RegExp(`chmod 0600 ${key}`));
});

test('a damaged store starts read-only, says so loudly, and serves the rest', async () => {
  const data = join(place(), 'data');
  await (await up(['--data', data, '--no-workspace'])).stop();
  const path = join(data, 'store', 'store.db');
  const bytes = readFileSync(path);
  const name = '"name":"kube-system"';
  assert.ok(bytes.includes(name));
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) bytes[at + 10] = 0x21;
  writeFileSync(path, bytes);

  const running = await up(['--data', data]);
  await running.output(/Try:/);
  assert.match(running.stdout, /✗ store {8}rev \d+, \d+ objects, READ-ONLY: .*is damaged: /);
  assert.match(running.stdout, /→ .*plinth doctor.*backup/);
  const kubeconfig = ['--kubeconfig', join(data, 'kubeconfig')];
  const read = await plinth(['get', 'namespaces', 'default', ...kubeconfig]);
  assert.equal(read.code, 0, read.stderr);
  const write = await plinth(['apply', '-f', '-', ...kubeconfig], {
    input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n',
  });
  assert.equal(write.code, 1);
  assert.match(write.stderr, /damaged/);
  const live = await plinth(['doctor', '--data', data]);
  assert.equal(live.code, 1);
  assert.match(live.stdout, /✗ api .*store failed: .*damaged/);
  assert.equal((await running.stop()).code, 0);
  const dead = await plinth(['doctor', '--data', data]);
  assert.equal(dead.code, 1);
  assert.match(dead.stdout, /✗ store .*checksum/);
});

test('a clock that was set back: both instants, and what it means', async () => {
  const data = join(place(), 'data');
  await (await up(['--data', data, '--no-workspace'])).stop();
  const future = new Date(Date.now() + 3_600_000).toISOString();
  writeFileSync(join(data, 'clock'), `${future}\n`);
  const doctor = await plinth(['doctor', '--data', data, '--json']);
  assert.equal(doctor.code, 1);
  const findings = answerOf(doctor)['findings'];
  assert.ok(Array.isArray(findings));
  assert.deepEqual(
    findings.filter(({ ok }) => !ok).map(({ name }) => name),
    ['clock'],
  );
  const running = await up(['--data', data, '--no-workspace']);
  assert.match(
    running.stdout,
    new RegExp(
      `✗ clock {8}the clock says \\d{4}-.*Z, but Plinth already ran here at ${future}: it was set back`,
    ),
  );
  assert.match(running.stdout, /→ set the clock right.*certificates/);
  await running.stop();
  const again = await plinth(['doctor', '--data', data]);
  assert.match(again.stdout, /✓ clock/);
});

test('a workspace that is not there, is a file, or cannot be asked for', async () => {
  const cwd = place();
  writeFileSync(join(cwd, 'file.yaml'), '');
  mkdirSync(join(cwd, 'empty'));
  const cases: [string, RegExp][] = [
    ['missing', /the workspace missing does not exist\n  hint: name a directory.*\n  file: .*\/missing/],
    ['file.yaml', /the workspace file\.yaml is a file\n  hint: .*apply -f/],
    ['file.yaml/x', /does not exist/],
    ['git@host:team/repository.git', /cannot come from git@host:team\/repository\.git\n  hint: .*https:\/\//],
    ['ssh://me:secret@host/x', /cannot come from ssh:\/\/host\/x/],
    ['https://me:secret@host/x.git', /the git URL of host has credentials/],
  ];
  await Promise.all(
    cases.map(async ([workspace, expected]) => {
      const { code, stderr, stdout } = await plinth(['up', workspace, '--port', '0'], { cwd });
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /secret/);
      assert.deepEqual([code, stdout], [1, '']);
    }),
  );
});

test('an address that this machine has not', async () => {
  const { code, stderr } = await plinth(['up', '--port', '0', '--host', '192.0.2.1']);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /this machine has no address 192\.0\.2\.1\n  hint: name one of its addresses with --host/,
  );
});

test('a port of the system', async (t) => {
  const first = Number(await readOr('/proc/sys/net/ipv4/ip_unprivileged_port_start', '1024'));
  if (!isRoot) return t.skip('only root can become another user');
  if (first <= 81) return t.skip('this machine lets everybody listen on every port');
  const directory = place();
  chmodSync(directory, 0o777);
  const { code, stderr } = await plinth(['up', '--port', '81', '--data', join(directory, 'data')], {
    uid: nobody,
    cwd: directory,
  });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /no right to listen on 127\.0\.0\.1:81: ports below 1024 belong to the system\n  hint: choose a port/,
  );
});

async function readOr(path: string, absent: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return await readFile(path, 'utf8').catch(() => absent);
}
