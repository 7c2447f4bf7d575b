import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { type PluginProcess, serveProvider } from '@plinth/tfplugin';
import { makePluginCertificate } from '../src/certificate.ts';
import { handshakeLine, listenAddresses, offersProtocol } from '../src/handshake.ts';
import { seedCertificate } from './seed-certificate.ts';

function plugin(env: Record<string, string>, platform = 'linux'): PluginProcess & { written: string[] } {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text) };
  return { env, platform, pid: 7, stdout: stream, stderr: stream, on: () => {}, exit: () => {}, written };
}

test('started by hand, a provider says in one line what it is', async () => {
  const self = plugin({});
  await serveProvider({}, self);
  assert.equal(self.exitCode, 1);
  assert.deepEqual(self.written, [
    'This program is a Terraform provider: Terraform starts it, it is of no use by hand.\n',
  ]);
});

test('the version is found among those that are offered', () => {
  assert.ok(offersProtocol(plugin({ PLUGIN_PROTOCOL_VERSIONS: '5,6' })));
  assert.ok(offersProtocol(plugin({})));
  assert.ok(!offersProtocol(plugin({ PLUGIN_PROTOCOL_VERSIONS: '4,5' })));
});

test('a unix socket is preferred, TCP ports are those that are allowed', () => {
  assert.deepEqual(listenAddresses(plugin({ TMPDIR: '/run/x/' }), 'u'), ['unix:/run/x/plugin-7-u']);
  assert.deepEqual(listenAddresses(plugin({ TMPDIR: '/t', PLUGIN_UNIX_SOCKET_DIR: '/s' }), 'u'), [
    'unix:/s/plugin-7-u',
  ]);
  const ports = { PLUGIN_MIN_PORT: '10000', PLUGIN_MAX_PORT: '10002' };
  assert.deepEqual(listenAddresses(plugin(ports, 'win32'), 'u'), [
    '127.0.0.1:10000',
    '127.0.0.1:10001',
    '127.0.0.1:10002',
  ]);
  assert.deepEqual(listenAddresses(plugin({ TMPDIR: `/${'long/'.repeat(30)}` }), 'u'), ['127.0.0.1:0']);
});

test('the handshake line has six parts, and a seventh for who asks', () => {
  const certificate = Uint8Array.of(1, 2, 3, 4);
  assert.equal(handshakeLine(plugin({}), 'unix:/s', certificate), '1|6|unix|/s|grpc|AQIDBA\n');
  assert.equal(handshakeLine(plugin({}), '127.0.0.1:99', undefined), '1|6|tcp|127.0.0.1:99|grpc|\n');
  assert.equal(
    handshakeLine(plugin({ PLUGIN_MULTIPLEX_GRPC: 'true' }), 'unix:/s', undefined),
    '1|6|unix|/s|grpc||false\n',
  );
});

test('the certificate is one that OpenSSL reads, trusts by itself and holds as long as that of the client', async () => {
  const client = await makePluginCertificate(seedCertificate);
  const own = await makePluginCertificate(client.pem);
  const read = new X509Certificate(own.der);
  assert.equal(read.subject, 'CN=localhost');
  assert.equal(read.subjectAltName, 'DNS:localhost');
  assert.equal(read.ca, true);
  assert.ok(read.verify(read.publicKey));
  const { validFrom, validTo } = new X509Certificate(seedCertificate);
  assert.deepEqual([read.validFrom, read.validTo], [validFrom, validTo]);
  assert.notEqual(read.serialNumber, new X509Certificate(client.der).serialNumber);
});
