import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { Client, type ClientReadableStream, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { type PluginProcess, serveProvider } from '@plinth/tfplugin';
import { makePluginCertificate } from '../src/certificate.ts';
import { seedCertificate } from './seed-certificate.ts';

const bytes = (value: Buffer): Buffer => value;
const nothing = Buffer.alloc(0);

/** Starts a provider in this process, as Terraform would with its environment. */
async function start(clientPem: string): Promise<{ line: string; exit: Promise<number> }> {
  let exited: (code: number) => void = () => {};
  const exit = new Promise<number>((resolve) => {
    exited = resolve;
  });
  const line = await new Promise<string>((resolve, reject) => {
    const self: PluginProcess = {
      env: {
        TF_PLUGIN_MAGIC_COOKIE: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
        PLUGIN_PROTOCOL_VERSIONS: '5,6',
        PLUGIN_CLIENT_CERT: clientPem,
        TMPDIR: tmpdir(),
      },
      platform: process.platform,
      pid: process.pid,
      stdout: { write: resolve },
      stderr: { write: reject },
      on: () => {},
      exit: exited,
    };
    serveProvider({}, self).catch(reject);
  });
  return { line: line.trim(), exit };
}

function ask(client: Client, path: string, request = nothing): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, bytes, bytes, request, (error: ServiceError | null, response?: Buffer) => {
      if (error === null) resolve(response ?? nothing);
      else reject(error);
    });
  });
}

function connect(line: string, identity?: { pem: string; keyPem: string }): Client {
  const [, , network = '', address = '', , encoded = ''] = line.split('|');
  const der = Buffer.from(encoded, 'base64').toString('base64');
  const root = Buffer.from(
    `-----BEGIN CERTIFICATE-----\n${der.replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  );
  const [key, chain] =
    identity === undefined ? [null, null] : [Buffer.from(identity.keyPem), Buffer.from(identity.pem)];
  const target = network === 'unix' ? `unix:${address}` : address;
  return new Client(target, credentials.createSsl(root, key, chain), {
    'grpc.default_authority': 'localhost',
  });
}

test('only the client whose certificate is expected gets an answer, until it says goodbye', async () => {
  const own = await makePluginCertificate(seedCertificate);
  const stranger = await makePluginCertificate(seedCertificate);
  const { line, exit } = await start(own.pem);
  assert.match(line, /^1\|6\|(unix|tcp)\|[^|]+\|grpc\|[A-Za-z0-9+/]+$/);

  for (const identity of [undefined, stranger]) {
    const refused = connect(line, identity);
    await assert.rejects(ask(refused, '/tfplugin6.Provider/GetMetadata'), { code: status.UNAVAILABLE });
    refused.close();
  }
  const client = connect(line, own);
  assert.notEqual((await ask(client, '/tfplugin6.Provider/GetProviderSchema')).length, 0);
  assert.equal((await ask(client, '/grpc.health.v1.Health/Check')).toString('hex'), '0801');
  await assert.rejects(ask(client, '/tfplugin6.Provider/GetResourceIdentitySchemas'), {
    code: status.UNIMPLEMENTED,
  });
  await assert.rejects(ask(client, '/tfplugin6.Provider/ReadResource', Buffer.from('ff', 'hex')), {
    code: status.INTERNAL,
  });
  assert.equal((await ask(client, '/plugin.GRPCController/Shutdown')).length, 0);
  client.close();
  assert.equal(await exit, 0);
  const [, , network, address = ''] = line.split('|');
  assert.ok(network !== 'unix' || !existsSync(address));
});

test('a provider ends with the connection of its client', async () => {
  const own = await makePluginCertificate(seedCertificate);
  const { line, exit } = await start(own.pem);
  const client = connect(line, own);
  const stream: ClientReadableStream<Buffer> = client.makeServerStreamRequest(
    '/plugin.GRPCStdio/StreamStdio',
    bytes,
    bytes,
    nothing,
  );
  stream.on('error', () => {});
  await ask(client, '/grpc.health.v1.Health/Check');
  stream.cancel();
  client.close();
  assert.equal(await exit, 0);
});
