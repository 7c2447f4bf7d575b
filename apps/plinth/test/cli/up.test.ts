import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { place, plinth, Running, up } from './program.ts';

const stopMsMax = 5_000;

function workspaceOf(parent: string, name: string, files: Readonly<Record<string, string>>): string {
  const directory = join(parent, name);
  mkdirSync(directory, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  return directory;
}

const configMap = (name: string, data = 'v'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: default }\ndata: { k: ${data} }\n`;

test('a first start shows its facts on one screen, applies the quickstart and stops cleanly', async () => {
  const cwd = place();
  const running = await up([], { cwd });
  // The kubeconfig is there when the ready line is.
  assert.match(readFileSync(join(cwd, '.plinth', 'kubeconfig'), 'utf8'), new RegExp(running.url));
  await running.output(/npx plinth doctor\n/);
  const lines = running.stdout.trimEnd().split('\n');
  assert.ok(lines.length <= 15, running.stdout);
  assert.match(lines[0] ?? '', /^Plinth \d+\.\d+\.\d+ · data \.plinth · SQLite$/);
  assert.match(running.stdout, /^ {2}✓ store {8}rev \d+, \d+ objects, durable writes \(fsync \d+\.\d ms\)$/m);
  assert.match(running.stdout, /^ {2}✓ api {10}https:\S+ {3}kubeconfig \.plinth\/kubeconfig$/m);
  const [, objects, ready] = await running.output(
    /✓ workspace {4}examples\/quickstart: (\d+) objects applied, (\d+) ready/,
  );
  assert.ok(Number(objects) > 5);
  assert.equal(ready, objects);
  assert.match(running.stdout, /^Try: {2}export KUBECONFIG=\$PWD\/\.plinth\/kubeconfig$/m);
  const { code, signal, tookMs, stderr, stdout } = await running.stop('SIGTERM');
  assert.deepEqual([code, signal, stderr], [0, null, '']);
  assert.ok(tookMs < stopMsMax, `${tookMs} ms`);
  assert.match(stdout, /Plinth is stopped; everything acknowledged is stored\.\n$/);
});

test('a workspace is named after its folder; objects last over a restart, the choice too', async () => {
  const cwd = place();
  const data = join(cwd, 'data');
  const shop = workspaceOf(cwd, 'My_Shop', { 'a.yaml': configMap('from-workspace') });
  const first = await up([shop, '--data', data], { cwd });
  await first.output(/✓ workspace .*My_Shop: 1 objects applied, 1 ready/);
  const applied = await plinth(['apply', '-f', '-', '--kubeconfig', join(data, 'kubeconfig')], {
    input: configMap('by-hand'),
  });
  assert.equal(applied.code, 0, applied.stderr);
  const { code } = await first.stop('SIGINT');
  assert.equal(code, 0);

  const second = await up(['--data', data], { cwd });
  // No quickstart: a workspace was chosen before.
  await second.output(/✓ workspace {4}my-shop: 1 objects applied, 1 ready/);
  assert.doesNotMatch(second.stdout, /quickstart/);
  const kubeconfig = ['--kubeconfig', join(data, 'kubeconfig')];
  const kept = await plinth(['get', 'configmaps', '-o', 'name', ...kubeconfig]);
  assert.deepEqual(kept.stdout.trim().split('\n').sort(), [
    'configmap/by-hand',
    'configmap/from-workspace',
    'configmap/kube-root-ca.crt',
  ]);
  await second.stop();
});

test('another folder of the same name is refused, a moved one is followed', async () => {
  const cwd = place();
  const data = join(cwd, 'data');
  const one = workspaceOf(cwd, 'one/prod', { 'a.yaml': configMap('a') });
  const two = workspaceOf(cwd, 'two/prod', { 'b.yaml': configMap('b') });
  const first = await up([one, '--data', data], { cwd });
  await first.output(/1 objects applied/);
  await first.stop();
  const refused = await plinth(['up', two, '--data', data, '--port', '0'], { cwd });
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /the workspace prod already stands for .*one\/prod\n  hint: rename the new directory/,
  );
  mkdirSync(join(cwd, 'three'));
  renameSync(one, join(cwd, 'three/prod'));
  const moved = await up([join(cwd, 'three/prod'), '--data', data], { cwd });
  await moved.output(/✓ workspace .*three\/prod: 1 objects applied, 1 ready/);
  await moved.stop();
});

test('a workspace with a fault is shown with file, line and column, and the rest is applied', async () => {
  const cwd = place();
  const bad = workspaceOf(cwd, 'bad', { 'a.yaml': configMap('good'), 'b.yaml': 'kind: [\n' });
  const running = await up([bad, '--data', join(cwd, 'data')], { cwd });
  await running.output(/✗ workspace .*bad: 1 of 1 ready; b\.yaml:\d+:\d+: /);
  await running.output(/→ .*kubectl describe workspace bad/);
  await running.stop();
});

test('--json says every fact as an object on a line', async () => {
  const running = new Running(['up', '--port', '0', '--no-workspace', '--json']);
  await running.output(/"event":"ready".*\n/);
  const { code, stdout } = await running.stop();
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(code, 0);
  assert.deepEqual(
    events.map(({ event }) => event),
    ['starting', 'store', 'ready', 'stopped'],
  );
  const ready = events.find(({ event }) => event === 'ready');
  assert.ok(existsSync(ready.kubeconfig));
  assert.ok(ready.startedInMs > 0);
});

test('a stop while it starts is obeyed', async () => {
  const early = new Running(['up', '--port', '0', '--no-workspace']);
  await early.output(/^Plinth \d/);
  const { code } = await early.stop('SIGINT');
  assert.equal(code, 0);
});

test('a request that never ends holds a stop for less than 5 s, and not against a second Ctrl-C', async () => {
  const [patient, impatient] = await Promise.all([
    up(['--no-workspace', '--data', join(place(), 'data')]),
    up(['--no-workspace', '--data', join(place(), 'data')]),
  ]);
  const sockets = await Promise.all([unfinishedRequest(patient.url), unfinishedRequest(impatient.url)]);
  const stopping = patient.stop('SIGTERM');
  impatient.child.kill('SIGINT');
  const again = setInterval(() => impatient.child.kill('SIGINT'), 300);
  const forced = await impatient.ended;
  clearInterval(again);
  assert.deepEqual([forced.code, forced.signal], [130, null], forced.stdout);
  assert.match(forced.stderr, /SIGINT again: stopped at once/);
  const { code, tookMs } = await stopping;
  assert.equal(code, 0);
  assert.ok(tookMs < stopMsMax, `${tookMs} ms`);
  for (const socket of sockets) socket.destroy();
});

/** A connection on which one request was answered and the next one has begun. */
async function unfinishedRequest(url: string): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  socket.on('error', () => undefined);
  socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\n');
  await new Promise<void>((resolve) => socket.once('data', () => resolve()));
  return socket;
}

test('the clock record is written at the start and at the stop, for its owner alone', async () => {
  const data = join(place(), 'data');
  const running = await up(['--no-workspace', '--data', data]);
  const before = readFileSync(join(data, 'clock'), 'utf8').trim();
  assert.equal((await running.stop()).code, 0);
  const after = readFileSync(join(data, 'clock'), 'utf8').trim();
  assert.ok(Date.parse(after) > Date.parse(before));
  assert.equal(statSync(join(data, 'clock')).mode & 0o777, 0o600);
});
