import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { at } from '../harness/https-client.ts';
import { Cluster } from './cluster.ts';
import { listOf } from './follower.ts';

const launcher = fileURLToPath(new URL('../../bin/plinth.js', import.meta.url));
const path = '/api/v1/namespaces/default/configmaps';
const secrets = '/api/v1/namespaces/default/secrets';

test('a damaged store file under the server: readable objects are served, writes refused, the cause named', async () => {
  const cluster = await Cluster.start();
  try {
    for (let i = 0; i < 30; i++) {
      const data = { marker: `marker-${i}-${'x'.repeat(1_000)}` };
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `kept-${i}` }, data };
      assert.equal((await cluster.admin.post(path, body)).status, 201);
    }
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'sealed' },
      stringData: { word: 'hush' },
    };
    assert.equal((await cluster.admin.post(secrets, secret)).status, 201);
    await cluster.end('SIGTERM');
    const database = join(cluster.dataDirectory, 'store', 'store.db');
    const bytes = readFileSync(database);
    const offset = bytes.indexOf('marker-7-') + 100;
    bytes[offset] = (bytes[offset] ?? 0) ^ 1;
    writeFileSync(database, bytes);

    await cluster.restart();
    const { items } = await listOf(cluster, path);
    const kept = items
      .map((item) => String(at(item, 'metadata', 'name')))
      .filter((name) => name.startsWith('kept-'));
    assert.equal(kept.length, 29);
    assert.ok(!kept.includes('kept-7'), 'what is damaged is not served as if it were right');
    assert.equal((await cluster.admin.get(`${path}/kept-8`)).status, 200);
    const sealed = await cluster.admin.get(`${secrets}/sealed`);
    assert.equal(at(sealed.json, 'data', 'word'), Buffer.from('hush').toString('base64'));

    const cause = /store.* is damaged: .*configmaps\/default\/kept-7/;
    for (const refusal of [
      await cluster.admin.post(path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new' } }),
      await cluster.admin.patch(`${path}/kept-8`, { data: { a: 'b' } }, 'application/merge-patch+json'),
      await cluster.admin.delete(`${path}/kept-9`),
    ]) {
      assert.equal(refusal.status, 503);
      assert.match(String(at(refusal.json, 'message')), cause);
      assert.match(String(at(refusal.json, 'message')), /plinth doctor.*backup/);
    }
    const ready = await cluster.admin.get('/readyz');
    assert.equal(ready.status, 500);
    assert.match(ready.text, cause);
    assert.equal((await cluster.admin.get('/livez')).status, 200);
    await cluster.end('SIGTERM');

    const doctor = spawnSync(process.execPath, [launcher, 'doctor', '--data', cluster.dataDirectory], {
      encoding: 'utf8',
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
    assert.notEqual(doctor.status, 0);
    assert.match(doctor.stdout + doctor.stderr, /configmaps\/default\/kept-7/);
  } finally {
    await cluster.close();
  }
});
