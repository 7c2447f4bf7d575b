import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Answer, at } from '../harness/https-client.ts';
import { Cluster } from './cluster.ts';
import { Follower, listOf } from './follower.ts';
import { boundedDisk } from './full-disk.ts';
import { numbered } from './ledger.ts';
import { within } from './within.ts';

const disk = boundedDisk();
after(() => 'reason' in disk || disk.remove());
const path = '/api/v1/namespaces/default/configmaps';

test('a disk that runs full under the server', {
  skip: 'reason' in disk ? disk.reason : false,
}, async (t) => {
  assert.ok(!('reason' in disk));
  t.diagnostic(`the disk is bounded by ${disk.kind}`);
  const cluster = await Cluster.start({ directory: disk.directory, env: disk.env });
  const acknowledged = new Map<string, number>();
  let number = 0;
  const write = async (): Promise<Answer> => {
    const name = `o-0-${++number}`;
    const answer = await cluster.admin.post(path, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      ...numbered(name, number),
    });
    if (answer.status === 201) acknowledged.set(name, number);
    return answer;
  };
  const names = async (): Promise<string[]> =>
    (await listOf(cluster, path)).items
      .map((item) => String(at(item, 'metadata', 'name')))
      .filter((name) => name.startsWith('o-'))
      .sort();
  const { revision } = await listOf(cluster, path);
  const follower = new Follower(cluster, { path, fromRevision: revision, below: () => 0, restartEvery: 0 });
  try {
    for (let i = 0; i < 20; i++) assert.equal((await write()).status, 201);
    for (let round = 0; round < 2; round++) {
      disk.fill();
      const refusal = await within(20_000, 'a refusal', async () => {
        const answer = await write();
        return answer.status === 201 ? undefined : answer;
      });
      assertRefusal(refusal);
      assertRefusal(await write());
      const ready = await cluster.admin.get('/readyz');
      assert.equal(ready.status, 500);
      assert.match(ready.text, /store failed: .*the disk is full.*; .*space/is);
      assert.equal((await cluster.admin.get('/livez')).status, 200);
      assert.deepEqual(await names(), [...acknowledged.keys()].sort());
      const [known = ''] = acknowledged.keys();
      assert.equal((await cluster.admin.get(`${path}/${known}`)).status, 200);

      disk.free();
      await within(
        10_000,
        'writes to be taken again',
        async () => (await write()).status === 201 || undefined,
      );
      assert.equal((await cluster.admin.get('/readyz')).status, 200);
    }
    await within(10_000, 'the watcher', () => follower.digest.count === acknowledged.size || undefined);
    assert.deepEqual([follower.wrong, follower.restarts], [[], 0], 'one watch has seen it all');

    await cluster.end('SIGKILL');
    await cluster.restart();
    assert.deepEqual(await names(), [...acknowledged.keys()].sort());
  } finally {
    await follower.end();
    await cluster.close();
  }
});

/** A refusal that says what happened, where, and what to do. */
function assertRefusal({ status, json, headers }: Answer): void {
  assert.equal(status, 503);
  assert.equal(at(json, 'kind'), 'Status');
  assert.equal(at(json, 'reason'), 'ServiceUnavailable');
  assert.match(String(at(json, 'message')), /the disk is full.*; .*space/is);
  assert.ok(Number(headers['retry-after']) > 0);
}
