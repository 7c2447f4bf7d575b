import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type PostgresServer, startPostgres } from '@plinth/kernel/testing';
import { until } from '../harness/until.ts';
import { place, plinth, Running, up } from './program.ts';

let server: PostgresServer | undefined;
let skip = '';
before(async () => {
  const started = await startPostgres();
  if ('skip' in started) skip = started.skip;
  else server = started;
});
after(() => server?.stop());

function given(t: TestContext): PostgresServer | undefined {
  if (!server) t.skip(skip);
  return server;
}

/** The answer to a GET without credentials. */
function textOf(url: string, data: string): Promise<{ status: number; text: string }> {
  const ca = readFileSync(join(data, 'pki', 'ca.crt'));
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.once('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.once('error', reject);
    asked.end();
  });
}

test('a password on the command line, a role without a database and an unknown role are refused', async () => {
  const secret = await plinth(['up', '--database', 'postgres://plinth:geheim@db.example/plinth']);
  assert.equal(secret.code, 2);
  assert.match(secret.stderr, /holds a password.*\n  hint: put the URL into the variable PLINTH_DATABASE/);
  assert.doesNotMatch(secret.stdout + secret.stderr, /geheim/);
  const alone = await plinth(['up', '--role', 'workers'], { env: { PLINTH_DATABASE: undefined } });
  assert.equal(alone.code, 2);
  assert.match(alone.stderr, /--role workers needs a database that other processes share/);
  const unknown = await plinth(['up', '--role', 'worker', '--database', 'postgres://db.example/plinth']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /--role cannot be "worker"\n  hint: did you mean workers\?/);
});

test('three processes: one serves the API, the others their health; the keys have to be the same', async (t) => {
  const postgres = given(t);
  if (!postgres) return;
  const env = { PLINTH_DATABASE: await postgres.database() };
  const directory = place();
  const [first, second, third] = ['first', 'second', 'third'].map((name) => join(directory, name));
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const api = await up(['--data', first, '--role', 'api', '--no-workspace'], { env });
  assert.match(api.stdout, /PostgreSQL 127\.0\.0\.1:\d+\/test_\d+ · role api$/m);

  const lacking = await plinth(['up', '--port', '0', '--data', second, '--role', 'workers'], { env });
  assert.equal(lacking.code, 1);
  assert.match(lacking.stderr, /second lacks keys, pki\/ca\.crt, .*with which the database has been used/);
  assert.match(
    lacking.stderr,
    /hint: every process on a database has the same keys: copy .* from \S+:.*first, or mount/,
  );
  assert.deepEqual(readdirSync(second), [], 'no keys were made that would have to be removed');

  const alone = await up(['--data', third, '--no-workspace'], { env: { PLINTH_DATABASE: undefined } });
  await alone.stop();
  const other = await plinth(['up', '--port', '0', '--data', third, '--role', 'workers'], { env });
  assert.equal(other.code, 1);
  assert.match(other.stderr, /third are not those that the database is used with: keys\/, pki\/ca\.crt/);

  const workers = await up(['--data', second, '--keys', first, '--role', 'workers'], { env });
  assert.ok(!existsSync(join(second, 'kubeconfig')) && !existsSync(join(second, 'pki', 'ca.key')));
  const ready = await textOf(`${workers.url}/readyz?verbose`, first);
  assert.match(ready.text, /\[\+\]store ok\n\[\+\]workers ok/);
  const refused = await textOf(`${workers.url}/api/v1/namespaces`, first);
  assert.equal(refused.status, 404);
  assert.match(refused.text, /this process has the role workers and serves no API/);

  const shown = await plinth([
    'get',
    'leases',
    '-n',
    'plinth-system',
    '--kubeconfig',
    join(first, 'kubeconfig'),
  ]);
  assert.match(shown.stdout, /^runs\.0 +\S+/m);
  assert.equal((await workers.stop()).code, 0);
  const left = await plinth([
    'get',
    'leases',
    '-n',
    'plinth-system',
    '--kubeconfig',
    join(first, 'kubeconfig'),
  ]);
  assert.equal(left.stdout.match(/^member\./gm)?.length, 1, left.stdout);
  assert.equal((await api.stop()).code, 0);
});

test('a database that is down is waited for; one that refuses, or is newer, is not', async (t) => {
  const postgres = given(t);
  if (!postgres) return;
  const url = await postgres.database();
  const env = { PLINTH_DATABASE: url };
  const { password } = new URL(url);
  const data = join(place(), 'data');

  await postgres.halt();
  const given_up = new Running(['up', '--port', '0', '--data', data, '--no-workspace'], { env });
  await noted(
    given_up,
    /cannot open the database test_\d+ on 127\.0\.0\.1:\d+ as user postgres: .*waiting for it/,
  );
  const ended = await given_up.stop();
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /hint: /);
  const patient = new Running(['up', '--port', '0', '--data', data, '--no-workspace'], { env });
  await noted(patient, /waiting for it for up to \d+ s/);
  await postgres.start();
  await patient.output(/^Plinth is ready/m);
  assert.equal((await patient.stop()).code, 0);

  const wrong = url.replace(password, 'falsch');
  const stranger = await plinth(['up', '--port', '0', '--data', data], { env: { PLINTH_DATABASE: wrong } });
  assert.equal(stranger.code, 1);
  assert.match(stranger.stderr, /the server does not let this user in/);
  await postgres.query('UPDATE plinth.meta SET version = 99', [], url);
  const newer = await plinth(['up', '--port', '0', '--data', data], { env });
  assert.equal(newer.code, 1);
  assert.match(newer.stderr, /99/);
  for (const { stdout, stderr } of [ended, stranger, newer, patient]) {
    assert.ok(!(stdout + stderr).includes(password) && !(stdout + stderr).includes('falsch'));
  }
});

test('a database that goes away and comes back: requests get 503 with a hint to try again, then all goes on', async (t) => {
  const postgres = given(t);
  if (!postgres) return;
  const data = join(place(), 'data');
  const env = { PLINTH_DATABASE: await postgres.database() };
  const running = await up(['--data', data, '--no-workspace'], { env });
  const kubeconfig = ['--kubeconfig', join(data, 'kubeconfig')];
  await postgres.halt('immediate');
  const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: default}\n';
  const refused = await plinth(['apply', '-f', '-', ...kubeconfig], { input: manifest });
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /cannot write to the database.*; try again; reads go on meanwhile/);
  const read = await plinth(['get', 'namespaces', ...kubeconfig]);
  assert.equal(read.code, 0, read.stderr);
  const { text } = await textOf(`${running.url}/readyz`, data);
  assert.match(text, /\[-\]store failed/);
  await postgres.start();
  for (let i = 0; i < 20; i++) {
    const again = await plinth(['apply', '-f', '-', ...kubeconfig], { input: manifest });
    if (again.code === 0) break;
    assert.ok(i < 19, again.stderr);
  }
  assert.equal((await running.stop()).code, 0);
  assert.doesNotMatch(running.stderr, / {4}at /);
});

/** Waits until a program has told something. */
async function noted(running: Running, pattern: RegExp): Promise<void> {
  await until(`${pattern} in the output of a program`, () => {
    assert.equal(running.child.exitCode, null, running.stderr);
    return pattern.test(running.stderr) || undefined;
  });
}
