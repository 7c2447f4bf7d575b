import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { answerOf, type Ended, place, plinth, type Running, type Start, up } from './program.ts';

const cwd = place();
let running: Running & { url: string };
before(async () => {
  running = await up(['--no-workspace'], { cwd });
});

/** A command where the control plane was started: it finds its kubeconfig by itself. */
function here(args: readonly string[], start: Start = {}): Promise<Ended> {
  return plinth(args, { cwd, ...start });
}

async function change(name: string): Promise<void> {
  const input = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;
  assert.equal((await here(['apply', '-f', '-'], { input })).code, 0);
}

test('tail tells who did what, and follows', async () => {
  await change('told');
  const { code, stdout } = await here(['audit', 'tail']);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^ +\d+ {2}\S+Z {2}plinth-admin {2}object\.created {2}\/api\/v1\/namespaces\/default\/configmaps\/told$/m,
  );
  const from = String(stdout.trimEnd().split('\n').length);
  await change('told-later');
  const later = await here(['audit', 'tail', '--from', from, '--json']);
  const [first = ''] = later.stdout.split('\n');
  assert.equal(JSON.parse(first).event.id, from);
  assert.match(later.stdout, /configmaps\/told-later/);
  assert.doesNotMatch(later.stdout, /configmaps\/told"/);
});

test('an export is verified without a server, against a key and an earlier checkpoint', async () => {
  const exported = await here(['audit', 'export', 'first']);
  assert.match(exported.stdout, /^Exported \d+ entries, \d+ with who acted, in \d+ files to /);
  const key = /apart from them: (\S+)$/m.exec(exported.stdout)?.[1] ?? '';
  await change('later');
  await here(['audit', 'export', 'second', '--without-actors']);
  const options = ['--key', key, '--since', 'first/checkpoint'];
  const verified = await plinth(['audit', 'verify', 'second', ...options], {
    cwd,
    env: { KUBECONFIG: '/nowhere' },
  });
  assert.equal(verified.code, 0, verified.stderr);
  assert.match(verified.stdout, /✓ entries +\d+, all as they were signed, root \S+=\n/);
  assert.match(verified.stdout, /✓ history +begins with what first\/checkpoint saw\n/);
  assert.equal(verified.stderr, '', 'nothing is said about a key that was named');
  const json = answerOf(await here(['audit', 'verify', 'first', '--json']));
  assert.deepEqual([json['pinned'], typeof json['size']], [false, 'number']);
});

test('the log of the control plane is verified by its URL, too', async () => {
  for (const args of [[], [`${running.url}/audit`], [`${running.url}/audit/`]]) {
    const { code, stdout, stderr } = await here(['audit', 'verify', ...args]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /✓ log +plinth\.dev\/audit\//);
  }
  const elsewhere = await here(['audit', 'verify', `${running.url}/version`]);
  assert.equal(elsewhere.code, 1);
  assert.match(elsewhere.stderr, /there is no audit log at https:\S+\/version.*\n {2}hint: /);
});

test('what is not as it was signed is named, and exits with 1', async () => {
  await here(['audit', 'export', 'third']);
  const openings = join(cwd, 'third', 'openings.ndjson');
  const text = readFileSync(openings, 'utf8');
  writeFileSync(openings, text.replace('plinth-admin', 'plinth-bdmin'));
  const changed = await here(['audit', 'verify', 'third']);
  assert.equal(changed.code, 1);
  assert.match(
    changed.stderr,
    /the audit log is not what was signed: openings, line \d+: it does not open entry \d+/,
  );
  writeFileSync(openings, text);
  copyFileSync(join(cwd, 'first', 'verifier'), join(cwd, 'third', 'verifier'));
  writeFileSync(join(cwd, 'third', 'checkpoint'), 'nothing\n');
  assert.match((await here(['audit', 'verify', 'third'])).stderr, /checkpoint/);
});

test('bad input is refused with what to write', async () => {
  const said = async (...args: string[]): Promise<string> => {
    const { code, stderr } = await here(['audit', ...args]);
    assert.ok(code === 1 || code === 2, stderr);
    return stderr;
  };
  assert.match(await said('read'), /choose|tail/);
  assert.match(await said('export'), /the directory is missing/);
  assert.match(await said('erase'), /the user is missing/);
  assert.match(await said('verify', 'nowhere'), /no exported audit log in nowhere/);
  assert.match(await said('verify', 'http://127.0.0.1/audit'), /https:\/\//);
  assert.match(await said('tail', '--from', 'x'), /from: Invalid value/);
  assert.match(await said('verify', 'first', '--key', 'x'), /expected x/);
});
