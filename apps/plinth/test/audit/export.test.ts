import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ApiClient } from '../../src/api/api-client.ts';
import { readConnection } from '../../src/api/kubeconfig.ts';
import { exportLog } from '../../src/audit/export.ts';
import { directorySource, serverSource } from '../../src/audit/log-source.ts';
import { verifySource } from '../../src/audit/verify.ts';
import { Failure } from '../../src/cli/failure.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { readDumbly } from './dumb-reader.ts';

/** Tampers tried; the long form tries 10,000. */
const tampers = Number(process.env['PLINTH_AUDIT_TAMPERS'] ?? 500);
const configMaps = '/api/v1/namespaces/default/configmaps';

let server: TestServer;
let client: ApiClient;
const made: string[] = [];
before(async () => {
  server = await startTestServer();
  client = new ApiClient(readConnection([server.kernel.kubeconfigPath]));
  await Promise.all(
    Array.from({ length: 300 }, (_, i) =>
      server.admin.post(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `c-${i}` },
        data: { secretish: 'never in the log' },
      }),
    ),
  );
  await signed();
});
after(async () => {
  await server.close();
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-export-'));
  made.push(directory);
  return directory;
}

/** Waits until all that has happened is covered by the checkpoint. */
async function signed(): Promise<void> {
  const end = server.kernel.store.logs.end('default/audit');
  await until('a checkpoint over all entries', async () => {
    const { text } = await server.admin.get('/audit/checkpoint');
    return Number(text.split('\n')[1]) >= end ? true : undefined;
  });
}

async function verify(directory: string): Promise<void> {
  await verifySource(await directorySource(directory), undefined, undefined);
}

test('two independent readers agree about an export and about what the server says', async () => {
  const directory = place();
  const exported = await exportLog(client, directory, true);
  const entries = readDumbly(directory);
  assert.equal(entries.length, exported.size);
  const verified = await verifySource(await directorySource(directory), exported.verifierKey, undefined);
  assert.deepEqual([verified.size, verified.pinned], [exported.size, true]);
  assert.equal(verified.openings, exported.openings);
  const lines: string[] = [];
  for await (const line of client.lines(`/audit/events?from=0&limit=${exported.size}`)) lines.push(line);
  assert.deepEqual(
    lines.map((line) => JSON.stringify(JSON.parse(line).event)),
    entries,
  );
  for (const [i, entry] of entries.entries()) {
    const event = JSON.parse(entry);
    assert.deepEqual([event.specversion, event.id], ['1.0', String(i)]);
    assert.ok(!entry.includes('plinth-admin') && !entry.includes('never in the log'));
  }
  const created = entries.filter(
    (entry) => entry.includes('object.created') && entry.includes('/configmaps/c-'),
  );
  assert.equal(created.length, 300);
});

test('a log goes on from what was seen before, and another log does not', async () => {
  const earlier = place();
  await exportLog(client, earlier, false);
  await server.admin.post(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'later' } });
  await signed();
  const checkpoint = readFileSync(join(earlier, 'checkpoint'));
  const now = await verifySource(await serverSource(client), undefined, checkpoint);
  assert.ok(now.size > Number(checkpoint.toString().split('\n')[1]));
  const other = await startTestServer();
  try {
    const stranger = new ApiClient(readConnection([other.kernel.kubeconfigPath]));
    const key = readFileSync(join(earlier, 'verifier'), 'utf8').trim();
    await assert.rejects(async () => verifySource(await serverSource(stranger), key, undefined), Failure);
  } finally {
    await other.close();
  }
});

test(`${tampers} random single-byte tampers of an export are all detected`, async (t) => {
  const directory = place();
  await exportLog(client, directory, true);
  await verify(directory);
  assert.ok(readDumbly(directory).length > 256);
  const source = await directorySource(directory);
  const files = [...(source.present ?? []), 'verifier', 'openings.ndjson'];
  const contents = files.map((path) => readFileSync(join(directory, path)));
  const bytes = contents.reduce((sum, content) => sum + content.length, 0);
  let seenByBoth = 0;
  for (let round = 0; round < tampers; round++) {
    let at = randomInt(bytes);
    const file = contents.findIndex((content) => {
      if (at < content.length) return true;
      at -= content.length;
      return false;
    });
    const path = join(directory, files[file] ?? '');
    const content = contents[file] ?? Buffer.alloc(0);
    const changed = tamper(content, at, round % 3);
    writeFileSync(path, changed);
    await assert.rejects(
      () => verify(directory),
      Failure,
      `a change of byte ${at} of ${files[file]} (${['flip', 'remove', 'insert'][round % 3]}) was not detected`,
    );
    if (throws(() => readDumbly(directory))) seenByBoth++;
    writeFileSync(path, content);
  }
  await verify(directory);
  t.diagnostic(
    `${files.length} files, ${bytes} bytes; the dumb reader, which looks at entries only, saw ${seenByBoth}`,
  );
  assert.ok(seenByBoth > tampers / 10);
});

/** Changes, removes or inserts one byte. */
function tamper(content: Buffer, at: number, how: number): Buffer {
  if (how === 1) return Buffer.concat([content.subarray(0, at), content.subarray(at + 1)]);
  const byte = ((content[at] ?? 0) + 1 + randomInt(255)) % 256;
  const rest = content.subarray(how === 0 ? at + 1 : at);
  return Buffer.concat([content.subarray(0, at), Buffer.of(how === 0 ? byte : randomInt(256)), rest]);
}

function throws(action: () => unknown): boolean {
  try {
    action();
    return false;
  } catch {
    return true;
  }
}

test('files that do not belong to the log, and files that are gone, are named', async () => {
  const directory = place();
  await exportLog(client, directory, true);
  writeFileSync(join(directory, 'tile', 'entries', '999'), 'x');
  await assert.rejects(() => verify(directory), /tile\/entries\/999: the log has no such file/);
  rmSync(join(directory, 'tile', 'entries', '999'));
  rmSync(join(directory, 'tile', 'entries', '000'));
  await assert.rejects(() => verify(directory), /tile\/entries\/000.*missing/);
  await assert.rejects(() => exportLog(client, directory, true), /is not empty/);
  await assert.rejects(() => directorySource(place()), /no exported audit log/);
});
