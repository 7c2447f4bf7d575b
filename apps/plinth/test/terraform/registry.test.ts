import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { infraCapability } from '@plinth/infra';
import { systemRandom } from '@plinth/kernel';
import { readCredentials, ServerProcess } from '../faults/server-process.ts';
import { at, HttpsClient } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import { archiveOf, fetchArchive, fetchUrl, moduleArchive, publish } from './module-archives.ts';

const module = '/terraform/modules/default/words/plain';
const object = '/apis/plinth.dev/v1alpha1/namespaces/default/moduleversions/words.plain.1.0.0';
const kills = Number(process.env['PLINTH_MODULE_KILLS'] ?? 3);

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('archives of modules', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [infraCapability] });
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });
  const logs = (): string[] => server.kernel.store.logs.names().filter((name) => name.includes('/modules/'));

  test('are sealed, served as they were written anew, and in the audit log with who did what', async () => {
    const from = server.kernel.store.logs.end('default/audit');
    const sent = await moduleArchive('canary-4d7b', 1_000_000);
    const digest = await publish(server.admin, `${module}/1.0.0`, sent);
    const { bytes, status } = await fetchArchive(server.admin, `${module}/1.0.0`, server.nobody);
    deepEqual([status, sha256(bytes)], [200, digest]);
    ok(gunzipSync(bytes).includes('output "word" { value = "canary-4d7b" }'));
    const [log = ''] = logs();
    const [entry] = await server.kernel.store.logs.read(log, 0, 1);
    const kept = Buffer.from(entry?.value ?? '', 'base64');
    ok(kept.length > 100 && !kept.includes(Buffer.from([0x1f, 0x8b, 8])), 'what is kept is no gzip');
    const entries = await server.kernel.store.logs.read('default/audit', from, 100);
    const actions = entries
      .map(({ value, opening }) => [JSON.parse(value) as unknown, opening ?? ''] as const)
      .filter(([value]) => at(value, 'type') === 'dev.plinth.object.acted')
      .map(([value, opening]) => [at(value, 'data', 'action'), opening.includes('plinth-admin')]);
    deepEqual(actions, [
      ['publish', true],
      ['read', true],
    ]);
  });

  test('are of one version: a URL is of no use once another one has its name', async () => {
    const { url } = await fetchArchive(server.admin, `${module}/1.0.0`, server.nobody);
    equal((await server.admin.delete(object)).status, 200);
    await until('its archive to be gone', () => (logs().length === 0 ? true : undefined));
    await until('it to be gone', async () =>
      (await server.admin.get(object)).status === 404 ? true : undefined,
    );
    equal((await fetchUrl(server.nobody, url)).status, 404);
    await publish(server.admin, `${module}/1.0.0`, await moduleArchive('another'));
    equal((await fetchUrl(server.nobody, url)).status, 404);
    match(
      (await fetchArchive(server.admin, `${module}/1.0.0`, server.nobody)).bytes.toString('hex'),
      /^1f8b/,
    );
  });

  test('that two send at once under one name are one', async () => {
    const archives = await Promise.all(['one', 'two', 'three'].map((word) => moduleArchive(word, 300_000)));
    const answers = await Promise.all(
      archives.map(
        async (body) =>
          await server.admin.send('PUT', `${module}/2.0.0`, { body, contentType: 'application/gzip' }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    ok(statuses.filter((status) => status === 201).length <= 1, statuses.join());
    for (const { status, text } of answers) ok([201, 409].includes(status), text);
    const found = await until('one of them to be there', async () => {
      const { status, json } = await server.admin.get(`${module}/2.0.0`);
      if (status === 200) return at(json, 'sha256');
      await server.admin.send('PUT', `${module}/2.0.0`, {
        body: archives[0],
        contentType: 'application/gzip',
      });
      return undefined;
    });
    const { bytes } = await fetchArchive(server.admin, `${module}/2.0.0`, server.nobody);
    equal(sha256(bytes), found);
  });

  test('that the parser breaks at are refused, and others are read beside them and after them', async () => {
    const deep = await archiveOf({ 'main.tf': `output "a" {\n value = ${'['.repeat(100_000)}\n}\n` });
    const sent = { body: deep, contentType: 'application/gzip' };
    const [refused, again] = await Promise.all([
      server.admin.send('PUT', `${module}/2.1.0`, sent),
      server.admin.send('PUT', `${module}/2.1.1`, sent),
      publish(server.admin, `${module}/2.1.2`, await moduleArchive('beside')),
    ]);
    for (const { status, text } of [refused, again]) {
      equal(status, 422, text);
      match(
        text,
        /the archive is no module: main\.tf: blocks or expressions stand too deep within each other/,
      );
    }
  });

  test('that were damaged are not served', async () => {
    const [log = ''] = logs();
    notEqual(log, '');
    await publish(server.admin, `${module}/3.0.0`, await moduleArchive('three'));
    const { metadata } = (
      await server.admin.get('/apis/plinth.dev/v1alpha1/namespaces/default/moduleversions/words.plain.3.0.0')
    ).json as { metadata: { uid: string } };
    await server.kernel.store.logs.remove(`default/infra/modules/${metadata.uid}`);
    const { status, bytes } = await fetchArchive(server.admin, `${module}/3.0.0`, server.nobody);
    equal(status, 503);
    match(bytes.toString(), /the content is not what was uploaded/);
  });
});

test(`kill -9 at ${kills} random instants while modules are uploaded: what was acknowledged is there, and any other can be sent again`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-module-kill-'));
  const data = join(directory, 'data');
  const acknowledged = new Map<string, string>();
  let server = await ServerProcess.start(data);
  let last = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      const client = new HttpsClient(server.url, readCredentials(join(data, 'kubeconfig')));
      const killAfter = 1 + systemRandom.below(4);
      const uploading = (async () => {
        for (;;) {
          const path = `${module}/1.0.${last + 1}`;
          acknowledged.set(path, await publish(client, path, await moduleArchive(`word-${last}`, 600_000)));
          last++;
        }
      })().catch((error: unknown) => {
        // The connection broke; an answer that must not be is an error of another kind.
        if (!(error instanceof Error && 'code' in error)) throw error;
      });
      const target = last + killAfter;
      await until('some uploads', () => (last >= target ? true : undefined));
      await server.end('SIGKILL');
      await uploading;
      client.close();
      server = await ServerProcess.start(data);
      equal(server.errors, '');
    }
    for (const [path, digest] of acknowledged) {
      const nobody = new HttpsClient(server.url, { ca: readCredentials(join(data, 'kubeconfig')).ca });
      const { bytes } = await fetchArchive(server.admin, path, nobody);
      equal(sha256(bytes), digest, path);
      nobody.close();
    }
    const path = `${module}/1.0.${last + 1}`;
    await publish(server.admin, path, await moduleArchive(`word-${last}`, 600_000));
  } finally {
    await server.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});
