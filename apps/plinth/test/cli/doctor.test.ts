import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { startPostgres } from '@plinth/kernel/testing';
import { answerOf, type Ended, place, plinth, up } from './program.ts';

const sound = join(place(), 'data');
before(async () => {
  await (await up(['--data', sound, '--no-workspace'])).stop();
});

/** A copy of a sound data directory, to be harmed. */
function copy(): string {
  const directory = join(place(), 'data');
  cpSync(sound, directory, { recursive: true });
  // Copying keeps the modes of files, not those of directories.
  chmodSync(directory, 0o700);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o700);
  }
  return directory;
}

function wrongOf(ended: Ended): string[] {
  const findings = answerOf(ended)['findings'];
  assert.ok(Array.isArray(findings));
  for (const { ok, hint } of findings) assert.equal(ok, hint === undefined);
  return findings.filter(({ ok }) => !ok).map(({ name }) => name);
}

test('a sound installation: every check passes and says its fact', async () => {
  const { code, stdout } = await plinth(['doctor', '--data', sound]);
  assert.equal(code, 0, stdout);
  for (const name of [
    'node',
    'data',
    'store',
    'audit',
    'modes',
    'keys',
    'authority',
    'server',
    'kubeconfig',
    'disk',
    'fsync',
    'clock',
    'skew',
    'port',
  ]) {
    assert.match(stdout, new RegExp(`^ {2}✓ ${name} +\\S`, 'm'));
  }
  assert.match(stdout, /Nothing is wrong\.\n$/);
});

test('beside a running control plane it asks that one', async () => {
  const data = copy();
  const running = await up(['--data', data, '--no-workspace']);
  const { code, stdout } = await plinth(['doctor', '--data', data]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, new RegExp(`✓ store +in use by process ${running.pid}`));
  assert.match(stdout, new RegExp(`✓ api +${running.url} is ready \\(\\d+ checks\\)`));
  await running.stop();
});

test('each harm is found, with its remedy, and nothing else is', async () => {
  const harms: [string[], (data: string) => void][] = [
    [['modes'], (data) => chmodSync(join(data, 'pki', 'ca.key'), 0o640)],
    [['keys'], (data) => rmSync(join(data, 'keys', '0001.key'))],
    [['keys'], (data) => writeFileSync(join(data, 'keys', '0001.key'), 'no key\n')],
    [['authority', 'kubeconfig'], (data) => rmSync(join(data, 'pki', 'ca.crt'))],
    [['server'], (data) => cpSync(join(data, 'pki', 'ca.key'), join(data, 'pki', 'server.key'))],
    [['kubeconfig'], (data) => rmSync(join(data, 'kubeconfig'))],
    [['kubeconfig'], (data) => writeFileSync(join(data, 'kubeconfig'), 'kind: Config\n')],
    [['clock'], (data) => writeFileSync(join(data, 'clock'), 'yesterday\n')],
    [['data'], (data) => writeFileSync(join(data, 'restore-unfinished.json'), '{}\n')],
    [['data'], (data) => writeFileSync(join(data, 'store-moved.json'), '{"where":"a database"}\n')],
    [['modes'], (data) => chmodSync(join(data, 'audit', 'default', 'head.json'), 0o644)],
    [['audit'], (data) => inStore(data, "UPDATE entries SET value = 'nothing', crc = 1 WHERE id % 7 = 3")],
    [['audit'], (data) => inStore(data, 'DELETE FROM entries WHERE id > (SELECT max(id) - 5 FROM entries)')],
    [['store'], (data) => inStore(data, "UPDATE meta SET value = 99 WHERE name = 'schemaVersion'")],
    [['store'], (data) => rmSync(join(data, 'store', 'store.db'))],
    [
      ['store'],
      (data) => {
        const path = join(data, 'store', 'store.db');
        writeFileSync(path, readFileSync(path).fill(0x15, 0, 100));
      },
    ],
  ];
  for (const [expected, harm] of harms) {
    const data = copy();
    harm(data);
    const ended = await plinth(['doctor', '--data', data, '--json']);
    assert.equal(ended.code, 1);
    assert.deepEqual(wrongOf(ended), expected, ended.stdout);
  }
});

/** Changes the database behind the program's back. */
function inStore(data: string, sql: string): void {
  const database = new DatabaseSync(join(data, 'store', 'store.db'));
  database.exec(sql);
  database.close();
}

test('json by another name, and a store of an older version is no fault', async () => {
  const data = copy();
  inStore(
    data,
    "DROP TABLE logs; DROP TABLE entries; UPDATE meta SET value = 1 WHERE name = 'schemaVersion'",
  );
  rmSync(join(data, 'audit', 'default', 'head.json'));
  const ended = await plinth(['doctor', '--data', data, '-o', 'json']);
  assert.deepEqual(wrongOf(ended), [], ended.stdout);
  assert.match(ended.stdout, /schema 1, which the next start brings to 2/);
});

test('a database is examined in the place of the embedded store', async (t) => {
  const data = copy();
  const none = { PLINTH_DATABASE: 'postgres://nobody@127.0.0.1:1/plinth' };
  const down = await plinth(['doctor', '--data', data, '--json'], { env: none });
  assert.deepEqual(wrongOf(down), ['database']);
  const server = await startPostgres();
  if ('skip' in server) return t.skip(server.skip);
  t.after(() => server.stop());
  const url = await server.database();
  const found = await plinth(['doctor', '--data', data], { env: { PLINTH_DATABASE: url } });
  assert.equal(found.code, 0, found.stdout);
  for (const name of ['database', 'network', 'durability', 'rights', 'schema', 'skew', 'connections']) {
    assert.match(found.stdout, new RegExp(`^ {2}✓ ${name} +\\S`, 'm'));
  }
  await server.query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
  const guest = url.replace(/\/\/[^@]*@/, '//guest:guest@');
  const refused = await plinth(['doctor', '--data', data, '--json'], { env: { PLINTH_DATABASE: guest } });
  assert.deepEqual(wrongOf(refused), ['rights'], refused.stdout);
});

test('keys that are not in the data directory are looked for where --keys says', async () => {
  const data = copy();
  const keys = place();
  const shared = ['keys', 'pki/ca.crt', 'pki/ca.key', 'pki/sa.key', 'audit/default/signing-key'];
  for (const name of ['pki', 'audit/default']) mkdirSync(join(keys, name), { recursive: true, mode: 0o700 });
  for (const name of shared) renameSync(join(data, name), join(keys, name));
  assert.deepEqual(wrongOf(await plinth(['doctor', '--data', data, '--json'])), [
    'store',
    'keys',
    'authority',
    'kubeconfig',
  ]);
  const found = await plinth(['doctor', '--data', data, '--keys', keys]);
  assert.equal(found.code, 0, found.stdout);
});

test('certificates of the past and of another authority', async () => {
  const [stranger, mixed] = [copy(), copy()];
  const other = join(place(), 'data');
  await (await up(['--data', other, '--no-workspace'])).stop();
  for (const name of ['ca.crt', 'ca.key']) cpSync(join(other, 'pki', name), join(stranger, 'pki', name));
  cpSync(join(other, 'kubeconfig'), join(mixed, 'kubeconfig'));
  assert.deepEqual(wrongOf(await plinth(['doctor', '--data', stranger, '--json'])), ['server', 'kubeconfig']);
  assert.deepEqual(wrongOf(await plinth(['doctor', '--data', mixed, '--json'])), ['kubeconfig']);
});

test('a port that another program took', async (t) => {
  const data = copy();
  const [, port = '0'] =
    /server: "https:\/\/127\.0\.0\.1:(\d+)"/.exec(readFileSync(join(data, 'kubeconfig'), 'utf8')) ?? [];
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(Number(port), '127.0.0.1', () => resolve()));
  t.after(() => other.close());
  const { code, stdout } = await plinth(['doctor', '--data', data]);
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`✗ port +the port ${port} is in use`));
  assert.match(stdout, /1 of 14 checks found something wrong\./);
});

test('no data directory, or one without a store', async () => {
  const directory = place();
  const [none, empty] = await Promise.all([
    plinth(['doctor', '--data', join(directory, 'none')]),
    plinth(['doctor', '--data', directory]),
  ]);
  assert.deepEqual([none.code, empty.code], [1, 1]);
  assert.match(none.stdout, /✗ data +there is no data directory .*none\n +→ start once: plinth up --data/);
  assert.match(empty.stdout, /✗ data +.* has no store/);
});
