import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { infraCapability } from '@plinth/infra';
import { readCredentials, ServerProcess } from '../faults/server-process.ts';
import { type Answer, at, HttpsClient, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { fetchUrl } from './module-archives.ts';

const provider = '/terraform/providers/example.com/acme/notes';
const objects = '/apis/plinth.dev/v1alpha1/providerpackages';
const maker = fileURLToPath(new URL('./files/make-provider.mjs', import.meta.url));
const mebibyte = 1024 * 1024;

/** The package of a provider of some size. */
function packageOf(version: string, comment: string, padBytes: number): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-provider-'));
  try {
    const file = join(directory, 'package.zip');
    const made = spawnSync(process.execPath, [maker, file, version, comment, String(padBytes)]);
    equal(made.status, 0, String(made.stderr));
    return readFileSync(file);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const upload = async (client: HttpsClient, version: string, body: Buffer): Promise<Answer> =>
  await client.send('PUT', `${provider}/${version}/linux_amd64`, { body, contentType: 'application/zip' });

async function urlOf(client: HttpsClient, version: string): Promise<string> {
  const { json } = await client.get(`${provider}/${version}.json`);
  return textAt(json, 'archives', 'linux_amd64', 'url');
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('packages of providers', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [infraCapability] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  test('that are large are kept whole, and served byte for byte', async () => {
    const body = packageOf('1.0.0', 'large', 20 * mebibyte + 7);
    equal((await upload(server.admin, '1.0.0', body)).status, 201);
    equal((await upload(server.admin, '1.0.0', body)).status, 200);
    const { status, bytes } = await fetchUrl(server.nobody, await urlOf(server.admin, '1.0.0'));
    deepEqual([status, sha256(bytes)], [200, sha256(body)]);
  });

  test('that two send at once under one name are one', async () => {
    const bodies = ['a', 'b'].map((comment) => packageOf('1.1.0', comment, 10 * mebibyte));
    const answers = await Promise.all(bodies.map(async (body) => await upload(server.admin, '1.1.0', body)));
    deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
    const kept = bodies[answers.findIndex(({ status }) => status === 201)];
    const { bytes } = await fetchUrl(server.nobody, await urlOf(server.admin, '1.1.0'));
    equal(sha256(bytes), kept && sha256(kept));
  });

  test('that were damaged are not served', async () => {
    equal((await upload(server.admin, '1.2.0', packageOf('1.2.0', 'c', 0))).status, 201);
    const { json } = await server.admin.get(`${objects}/notes.acme.linux-amd64.1.2.0.example.com`);
    const url = await urlOf(server.admin, '1.2.0');
    await server.kernel.store.logs.remove(`default/infra/providers/${textAt(json, 'metadata', 'uid')}`);
    const { status, bytes } = await fetchUrl(server.nobody, url);
    equal(status, 503);
    match(bytes.toString(), /the content is not what was uploaded/);
  });

  test('go with their archives', async () => {
    const logs = (): string[] =>
      server.kernel.store.logs.names().filter((name) => name.includes('/providers/'));
    ok(logs().length >= 2);
    equal((await server.admin.delete(objects)).status, 200);
    await until('their archives to be gone', () => (logs().length === 0 ? true : undefined));
  });
});

test('kill -9 while a package is uploaded: nobody is told of it, and it can be removed and sent again', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-mirror-kill-'));
  const data = join(directory, 'data');
  const body = packageOf('1.0.0', 'killed', 100 * mebibyte);
  const name = `${objects}/notes.acme.linux-amd64.1.0.0.example.com`;
  let server = await ServerProcess.start(data);
  try {
    const client = new HttpsClient(server.url, readCredentials(join(data, 'kubeconfig')));
    const sending = upload(client, '1.0.0', body).then(
      ({ status }) => status,
      () => 'broken',
    );
    await until('part of it to be there', async () => {
      const { json } = await server.admin.get(name);
      return Number(at(json, 'status', 'storedBytes') ?? 0) > 0 ? true : undefined;
    });
    await server.end('SIGKILL');
    equal(await sending, 'broken');
    client.close();
    server = await ServerProcess.start(data);
    equal(server.errors, '');
    equal((await server.admin.get(`${provider}/index.json`)).status, 404);
    const refused = await upload(server.admin, '1.0.0', body);
    equal(refused.status, 409);
    match(refused.text, /if that was cut off, delete the ProviderPackage notes\.acme\.linux-amd64/);
    equal((await server.admin.delete(name)).status, 200);
    await until('it to be gone', async () =>
      (await server.admin.get(name)).status === 404 ? true : undefined,
    );
    equal((await upload(server.admin, '1.0.0', body)).status, 201);
    const { bytes } = await fetchUrl(server.admin, await urlOf(server.admin, '1.0.0'));
    equal(sha256(bytes), sha256(body));
  } finally {
    await server.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});
