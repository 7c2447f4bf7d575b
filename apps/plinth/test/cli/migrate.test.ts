import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type PostgresServer, startPostgres } from '@plinth/kernel/testing';
import { answerOf, place, plinth, up } from './program.ts';

const started = await startPostgres();
const skip = 'skip' in started ? started.skip : false;
const manifest = `apiVersion: v1
kind: Secret
metadata: {name: db, namespace: default}
stringData: {password: hunter2}
`;

describe('moving into PostgreSQL', { skip }, () => {
  const work = place();
  const data = join(work, 'data');
  let server: PostgresServer;
  let env: { PLINTH_DATABASE: string };
  before(async () => {
    if ('skip' in started) return;
    server = started;
    env = { PLINTH_DATABASE: await server.database() };
    const running = await up(['--data', data, '--no-workspace']);
    const kubeconfig = join(data, 'kubeconfig');
    assert.equal(
      (await plinth(['apply', '-f', '-', '--kubeconfig', kubeconfig], { input: manifest })).code,
      0,
    );
    await running.stop();
  });
  after(async () => await server?.stop());

  test('one command moves everything, proves it, and the control plane goes on with the same audit log', async () => {
    const before = await plinth(['backup', join(work, 'before.tar.gz'), '--data', data, '--json']);
    const { revision, logs } = answerOf(before);
    const moved = await plinth(['migrate', '--data', data, '--json'], { env });
    assert.equal(moved.code, 0, moved.stderr);
    const answer = answerOf(moved);
    assert.deepEqual([answer['revision'], answer['logs']], [revision, logs], 'the same roots');
    assert.ok(!moved.stdout.includes('127.0.0.1:1/'), 'no URL in the answer');
    const alone = await plinth(['up', '--data', data, '--port', '0']);
    assert.equal(alone.code, 1);
    assert.match(
      alone.stderr,
      /the store of .* was moved to PostgreSQL[\s\S]*hint: start it there, with --database/,
    );
    const running = await up(['--data', data, '--no-workspace'], { env });
    const kubeconfig = join(data, 'kubeconfig');
    const secret = await plinth(['get', 'secret', 'db', '-o', 'json', '--kubeconfig', kubeconfig]);
    assert.match(secret.stdout, /"password": ?"aHVudGVyMg=="/);
    const verified = await plinth(['audit', 'verify', '--kubeconfig', kubeconfig]);
    assert.equal(verified.code, 0, verified.stderr);
    const taken = await plinth(['backup', join(work, 'shared.tar.gz'), '--kubeconfig', kubeconfig]);
    assert.equal(taken.code, 0, taken.stderr);
    const direct = await plinth(['backup', join(work, 'direct.tar.gz'), '--data', data, '--json'], { env });
    assert.equal(direct.code, 0, direct.stderr);
    assert.ok(Number(answerOf(direct)['objects']) >= Number(answerOf(before)['objects']));
    const nothing = { PLINTH_DATABASE: await server.database() };
    const empty = await plinth(['backup', join(work, 'empty.tar.gz'), '--data', data], { env: nothing });
    assert.match(empty.stderr, /there is no store in PostgreSQL/);
    await running.stop();
    const doctor = await plinth(['doctor', '--data', data], { env });
    assert.equal(doctor.code, 0, doctor.stdout);
  });

  test('what was backed up from PostgreSQL is restored into another database, or into SQLite', async () => {
    const archive = join(work, 'shared.tar.gz');
    const embedded = join(work, 'embedded');
    const alone = await plinth(['restore', archive, '--data', embedded]);
    assert.equal(alone.code, 0, alone.stderr);
    await (await up(['--data', embedded, '--no-workspace'])).stop();
    const shared = join(work, 'shared');
    const other = { PLINTH_DATABASE: await server.database() };
    const restored = await plinth(['restore', archive, '--data', shared], { env: other });
    assert.equal(restored.code, 0, restored.stderr);
    const running = await up(['--data', shared, '--no-workspace'], { env: other });
    const kubeconfig = join(shared, 'kubeconfig');
    const verified = await plinth(['audit', 'verify', '--kubeconfig', kubeconfig]);
    assert.equal(verified.code, 0, verified.stderr);
    await running.stop();
  });

  test('slips', async () => {
    const none = await plinth(['migrate', '--data', data], { env: { PLINTH_DATABASE: undefined } });
    assert.equal(none.code, 2);
    const stale = await plinth(['backup', join(work, 'stale.tar.gz'), '--data', data]);
    assert.match(stale.stderr, /was moved to PostgreSQL/);
    const upgrade = await plinth(['upgrade', '--dry-run'], { env });
    assert.equal(upgrade.code, 0, upgrade.stderr);
    assert.match(upgrade.stdout, /✓ table +states: \d+ rows[\s\S]*there is nothing to do/);
    const again = await plinth(['migrate', '--data', data], { env });
    assert.match(again.stderr, /was moved to PostgreSQL/);
    const down = { PLINTH_DATABASE: 'postgres://nobody:geheim@127.0.0.1:1/plinth' };
    const fresh = join(place(), 'data');
    await (await up(['--data', fresh, '--no-workspace'])).stop();
    const unreachable = await plinth(['migrate', '--data', fresh], { env: down });
    assert.equal(unreachable.code, 1);
    assert.ok(!unreachable.stderr.includes('geheim'), unreachable.stderr);
    assert.doesNotMatch(unreachable.stderr, /fault of the program/);
  });
});
