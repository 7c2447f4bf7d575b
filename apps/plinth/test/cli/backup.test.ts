import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { answerOf, place, plinth, up } from './program.ts';

const work = place();
const data = join(work, 'data');
const passphrase = join(work, 'passphrase');
const secretText = 'correct horse battery staple';
const manifest = `apiVersion: v1
kind: Secret
metadata: {name: db, namespace: default}
stringData: {password: "${secretText}"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: default}
data: {colour: green}
`;

async function secretOf(directory: string): Promise<unknown> {
  const running = await up(['--data', directory, '--no-workspace']);
  const kubeconfig = join(directory, 'kubeconfig');
  const got = await plinth(['get', 'secret', 'db', '-o', 'json', '--kubeconfig', kubeconfig]);
  const ready = await plinth(['audit', 'verify', '--kubeconfig', kubeconfig]);
  assert.equal(ready.code, 0, ready.stderr);
  assert.equal((await running.stop()).code, 0);
  const { data: fields } = answerOf(got) as { data?: Record<string, string> };
  return Buffer.from(fields?.['password'] ?? '', 'base64').toString();
}

describe('backup and restore', () => {
  const running = join(work, 'running.tar.gz');
  const sealed = join(work, 'sealed.tar.gz.age');
  before(async () => {
    writeFileSync(passphrase, 'a long passphrase\n', { mode: 0o600 });
    const server = await up(['--data', data, '--no-workspace']);
    const kubeconfig = join(data, 'kubeconfig');
    const applied = await plinth(['apply', '-f', '-', '--kubeconfig', kubeconfig], { input: manifest });
    assert.equal(applied.code, 0, applied.stderr);
    const taken = await plinth(['backup', running, '--data', data]);
    assert.equal(taken.code, 0, taken.stderr);
    assert.match(taken.stdout, /✓ objects +\d+ at revision \d+, 1 of them sealed; the digest is right/);
    assert.match(taken.stdout, /✓ log +default\/audit: \d+ entries, .*the checkpoint over \d+ holds/);
    assert.match(taken.stdout, /holds the control plane at https:\S+: .*\nIt is not encrypted/);
    assert.equal(statSync(running).mode & 0o777, 0o600);
    await server.stop();
  });

  test('what was backed up while it ran serves the same after a restore', async () => {
    const directory = join(place(), 'restored');
    const restored = await plinth(['restore', running, '--data', directory]);
    assert.equal(restored.code, 0, restored.stderr);
    assert.match(restored.stdout, /read back and compared; 1 sealed values opened/);
    assert.equal(await secretOf(directory), secretText);
    const doctor = await plinth(['doctor', '--data', directory]);
    assert.equal(doctor.code, 0, doctor.stdout);
    const again = await plinth(['restore', running, '--data', directory]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /is not empty: it holds/);
  });

  test('encrypted with a passphrase, straight from the files, and verified', async () => {
    const taken = await plinth(['backup', sealed, '--data', data, '--passphrase-file', passphrase]);
    assert.equal(taken.code, 0, taken.stderr);
    assert.match(taken.stdout, /which no process uses/);
    assert.ok(readFileSync(sealed, 'latin1').startsWith('age-encryption.org/v1\n-> scrypt'));
    const verified = await plinth(['backup', 'verify', sealed, '--passphrase-file', passphrase, '--json']);
    assert.equal(verified.code, 0, verified.stderr);
    const { ok, opened, checkpoints } = answerOf(verified);
    assert.deepEqual([ok, opened], [true, 1]);
    assert.ok(Array.isArray(checkpoints) && checkpoints.length === 1);
    const wrong = join(work, 'wrong');
    writeFileSync(wrong, 'another\n');
    const refused = await plinth(['backup', 'verify', sealed, '--passphrase-file', wrong]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /cannot be decrypted.*\n {2}hint: check the passphrase/);
    const bare = await plinth(['backup', 'verify', sealed]);
    assert.match(bare.stderr, /is encrypted\n {2}hint: name what opens it/);
    assert.ok(!readdirSync(work).some((name) => name.startsWith('.plinth-verify')));
  });

  test('encrypted for the owner of a key, who need not be the one that makes it', async () => {
    const identity = await generateX25519Identity();
    const recipient = await identityToRecipient(identity);
    const keyFile = join(work, 'age.key');
    writeFileSync(keyFile, `# public key: ${recipient}\n${identity}\n`, { mode: 0o600 });
    const path = join(work, 'recipient.tar.gz.age');
    const taken = await plinth(['backup', path, '--data', data, '--recipient', recipient]);
    assert.equal(taken.code, 0, taken.stderr);
    const verified = await plinth(['backup', 'verify', path, '--identity', keyFile]);
    assert.equal(verified.code, 0, verified.stderr);
    const another = join(work, 'another.key');
    writeFileSync(another, `${await generateX25519Identity()}\n`);
    const refused = await plinth(['backup', 'verify', path, '--identity', another]);
    assert.match(refused.stderr, /cannot be decrypted.*\n {2}hint: check the passphrase or the identity/);
  });

  test('foreign programs read the archive', (t) => {
    const listed = spawnSync('tar', ['-tzf', running], { encoding: 'utf8' });
    if (listed.error) return t.skip(`no tar here: ${listed.error.message}`);
    assert.equal(listed.status, 0, listed.stderr);
    const names = listed.stdout.trim().split('\n');
    assert.deepEqual(names.slice(-2), ['manifest.json', 'manifest.sha256']);
    assert.ok(names.includes('keys/0001.key') && names.includes('store/objects-000001.ndjson'));
  });

  test('a flipped byte and a cut are found', async () => {
    const whole = readFileSync(running);
    const cut = join(work, 'cut.tar.gz');
    writeFileSync(cut, whole.subarray(0, whole.length - 200));
    const flipped = join(work, 'flipped.tar.gz');
    const changed = Buffer.from(whole);
    const middle = Math.floor(whole.length / 2);
    changed[middle] = (changed[middle] ?? 0) ^ 4;
    writeFileSync(flipped, changed);
    for (const [path, message] of [
      [cut, /the backup is cut off/],
      [flipped, /the backup is damaged/],
    ] as const) {
      const ended = await plinth(['backup', 'verify', path]);
      assert.equal(ended.code, 1, path);
      assert.match(ended.stderr, message);
      assert.doesNotMatch(ended.stderr, /fault of the program/);
    }
  });

  test('slips of the command line', async () => {
    const there = await plinth(['backup', running, '--data', data]);
    assert.match(there.stderr, /is there already\n {2}hint: name another file/);
    const none = await plinth(['backup', '--data', join(work, 'nothing')]);
    assert.match(none.stderr, /there is no store in .*nothing/);
    const both = await plinth(['backup', '--data', data, '--kubeconfig', 'x']);
    assert.equal(both.code, 2);
    const absent = await plinth(['restore', join(work, 'absent.tar.gz'), '--data', join(work, 'a')]);
    assert.match(absent.stderr, /absent\.tar\.gz/);
    assert.ok(!existsSync(join(work, 'a')) || readdirSync(join(work, 'a')).length === 0);
    const recipient = await plinth([
      'backup',
      join(work, 'r'),
      '--data',
      data,
      '--recipient',
      'age1nonsense',
    ]);
    assert.match(recipient.stderr, /is not the public key of an age recipient/);
    assert.ok(!existsSync(join(work, 'r')) && !existsSync(join(work, 'r.part')));
  });

  test('only administrators get it, it is entered in the audit log, and methods are checked', async () => {
    const server = await up(['--data', data, '--no-workspace']);
    const kubeconfig = join(data, 'kubeconfig');
    const alice = join(work, 'alice.kubeconfig');
    const issued = await plinth(['kubeconfig', '--user', 'alice', '--data', data]);
    writeFileSync(alice, issued.stdout);
    const refused = await plinth(['backup', join(work, 'alice.tar.gz'), '--kubeconfig', alice]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /cannot get path "\/backup"/);
    const taken = await plinth(['backup', work, '--kubeconfig', kubeconfig, '--without-keys', '--json']);
    assert.equal(taken.code, 0, taken.stderr);
    assert.equal(answerOf(taken)['withKeys'], false);
    const log = await plinth(['audit', 'tail', '--kubeconfig', kubeconfig, '--json']);
    assert.match(log.stdout, /"subject":"\/backup".*"withKeys":false/);
    await server.stop();
  });
});

test('upgrade says what it would do, and finds nothing to do', async () => {
  const directory = join(place(), 'data');
  await (await up(['--data', directory, '--no-workspace'])).stop();
  const dry = await plinth(['upgrade', '--dry-run', '--data', directory]);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /✓ table +log: \d+ rows[\s\S]*there is nothing to do\.\n$/);
  const absent = await plinth(['upgrade', '--data', join(directory, 'none')]);
  assert.match(absent.stderr, /there is no store in/);
});
