import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBackup } from '../read-backup.ts';
import { openPlane, pieces } from './plane.ts';

test('a head that another process has signed over entries that are still to come is waited for', async () => {
  const plane = await openPlane();
  const head = join(plane.dataDirectory, 'audit', 'default', 'head.json');
  for (let i = 0; i < 5; i++) await plane.write(`default/core/configmaps/n/c${i}`, 'x');
  await plane.tree.settled();
  const { store } = plane;
  // The store of a process that has read 3 of the 5 entries, and reads the others when it is looked at again.
  let looks = 0;
  const behind: typeof store.logs = {
    ...store.logs,
    end: (log) => (looks++ < 2 ? 3 : store.logs.end(log)),
  };
  const lagging: typeof store = Object.create(store, {
    logs: { value: behind },
    buckets: { value: () => store.buckets() },
    list: { value: (prefix: string) => store.list(prefix) },
    revision: { get: () => store.revision },
  });
  const archive = await plane.backup(true, lagging);
  const { checkpoints } = await readBackup(pieces(archive));
  assert.equal(checkpoints.get('default/audit')?.size, 5);
  assert.ok(looks > 2);
  const sound = readFileSync(head);
  rmSync(head);
  assert.equal((await readBackup(pieces(await plane.backup()))).checkpoints.size, 0);
  writeFileSync(head, sound, { mode: 0o600 });
  await plane.close();
});
