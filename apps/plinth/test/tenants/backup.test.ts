import { deepEqual, equal } from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPki, readBackup, restoreBackup, startKernel, systemClock, systemRandom } from '@plinth/kernel';
import { within } from '../faults/within.ts';
import { HttpsClient, textAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer } from '../harness/test-server.ts';

const secretPath = '/clusters/acme/api/v1/namespaces/default/secrets';
const checkpointPath = '/clusters/acme/audit/checkpoint';

test('a backup has the tenants with their secrets and audit logs, and no tenant can take one', async (t) => {
  const server = await startTestServer();
  t.after(() => server.close());
  const { uid } = await makeTenant(server, 'acme');
  const before = await tenantClient(server, uid);
  t.after(() => before.close());
  const made = await before.post(secretPath, {
    metadata: { name: 'db' },
    stringData: { password: 'hunter2' },
  });
  equal(made.status, 201, made.text);
  equal((await before.get('/clusters/acme/backup')).status, 404);
  equal((await before.get('/backup')).status, 404);
  const archive = await server.admin.open('GET', '/backup');
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(Buffer.from(chunk));
  const { checkpoints } = await readBackup(chunks);
  deepEqual([...checkpoints.keys()].sort(), ['acme/audit', 'default/audit']);
  const dataDirectory = join(server.directory, 'restored');
  await restoreBackup({ source: pieces(chunks), dataDirectory, random: systemRandom });
  const faults: string[] = [];
  const kernel = await startKernel({
    dataDirectory,
    port: 0,
    host: '127.0.0.1',
    version: '0.1.0',
    capabilities: [],
    clock: systemClock,
    random: systemRandom,
    onFault: (what, error) => faults.push(`${what}: ${String(error)}`),
  });
  t.after(() => kernel.close());
  const pki = await openPki(join(dataDirectory, 'pki'), { clock: systemClock, random: systemRandom });
  const { certificate, key } = await pki.issueClientCertificate({
    commonName: 'tenant-admin',
    organizations: ['system:masters'],
    ttlMs: 3_600_000,
    tenant: uid,
  });
  const client = new HttpsClient(kernel.url, { ca: pki.ca, cert: certificate, key: key.reveal() });
  t.after(() => client.close());
  const secret = await client.get(`${secretPath}/db`);
  equal(Buffer.from(textAt(secret.json, 'data', 'password'), 'base64').toString(), 'hunter2');
  const signed = checkpoints.get('acme/audit');
  const goesOn = await within(20_000, 'the log to have what was backed up', async () => {
    const [sameOrigin, sizeNow] = (await client.get(checkpointPath)).text.split('\n');
    return Number(sizeNow) >= (signed?.size ?? Number.NaN) ? sameOrigin : undefined;
  });
  equal(goesOn, signed?.origin, 'the same log goes on');
  deepEqual(faults, []);
});

async function* pieces(chunks: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
