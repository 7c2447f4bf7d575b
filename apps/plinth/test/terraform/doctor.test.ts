import { equal, match } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { plinth } from '../cli/program.ts';
import { ServerProcess } from '../faults/server-process.ts';
import { stateText, writeState } from './states.ts';

const path = '/terraform/state/default/web';

test('plinth doctor reads every version, and names the log of a damaged one; the others are served', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-state-doctor-'));
  const data = join(directory, 'data');
  let server = await ServerProcess.start(data);
  try {
    for (const serial of [1, 2]) await writeState(server.admin, path, stateText(serial, 'w'));
    await server.end('SIGTERM');
    const sound = await plinth(['doctor', '--data', data]);
    match(sound.stdout, /^ {2}✓ logs +2 logs, 4 entries; every checksum is right$/m);
    damageFirst(join(data, 'store', 'store.db'), '/contents');
    const damaged = await plinth(['doctor', '--data', data]);
    equal(damaged.code, 1, damaged.stdout);
    match(damaged.stdout, /^ {2}✗ logs +.*default\/infra\/states\/.*\/contents/m);
    server = await ServerProcess.start(data);
    equal((await server.admin.get(path)).text, stateText(2, 'w'));
    const refused = await server.admin.get(`${path}?serial=1`);
    equal(refused.status, 503, refused.text);
    match(refused.text, /^entry 0 of the log default\/infra\/states\/.* is not as it was written/);
  } finally {
    await server.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});

/** Changes a byte of the first entry of a log. */
function damageFirst(file: string, log: string): void {
  const database = new DatabaseSync(file);
  const first = `SELECT number * 4294967296 FROM logs WHERE name LIKE '%${log}'`;
  const { changes } = database
    .prepare(`UPDATE entries SET value = '?' || substr(value, 2) WHERE id = (${first})`)
    .run();
  database.close();
  equal(changes, 1);
}
