import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { openPki, systemClock, systemRandom } from '@plinth/kernel';
import type { TlsMaterial } from '../src/scrape/ports.ts';
import { ScrapeWorld } from './scrape-world.ts';

let world: ScrapeWorld;

beforeEach(() => {
  world = new ScrapeWorld();
});

afterEach(() => world.close());

test('redirects are followed, without the credentials when they lead to another host', async () => {
  const seen: unknown[] = [];
  const last = await world.serve((request, response) => {
    seen.push(['last', request.headers.authorization]);
    response.setHeader('content-type', 'text/plain');
    response.end('a 1\n');
  });
  const first = await world.serve((request, response) => {
    seen.push([request.url, request.headers.authorization]);
    response.statusCode = 302;
    response.setHeader('location', request.url === '/metrics' ? '/next' : `http://${last}/`);
    response.end();
  });
  const client = world.openHttp({ reach: 'any', authorization: 'Bearer x' });
  const { signal } = new AbortController();
  const answer = await client.ask({ url: `http://${first}/metrics`, headers: {}, signal, bodyBytesMax: 100 });
  assert.equal(answer.status, 200);
  assert.deepEqual(seen, [
    ['/metrics', 'Bearer x'],
    ['/next', 'Bearer x'],
    ['last', undefined],
  ]);
  const loop = await world.serve((_request, response) => {
    response.statusCode = 301;
    response.setHeader('location', '/');
    response.end();
  });
  await assert.rejects(client.ask({ url: `http://${loop}/`, headers: {}, signal, bodyBytesMax: 100 }), {
    message: `Get "http://${loop}/": stopped after 10 redirects`,
  });
  client.close();
});

test('TLS: an authority of its own, a client certificate, and a server that nobody vouches for', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-scrape-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const pki = await openPki(directory, { clock: systemClock, random: systemRandom });
  const { certificate, key } = await pki.issueClientCertificate({
    commonName: 'scraper',
    organizations: [],
    ttlMs: 60_000,
  });
  const server = createServer(
    {
      cert: pki.server.certificate,
      key: pki.server.key.reveal(),
      ca: pki.ca,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      const { socket } = request;
      response.end(socket instanceof TLSSocket && socket.authorized ? 'known' : 'unknown');
    },
  ).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const ask = async (tls: TlsMaterial): Promise<string> => {
    const client = world.openHttp({ reach: 'any', tls });
    t.after(() => client.close());
    const { signal } = new AbortController();
    const url = `https://127.0.0.1:${port}/`;
    const { body } = await client.ask({ url, headers: {}, signal, bodyBytesMax: 100 });
    return Buffer.from(body).toString();
  };
  await assert.rejects(ask({ isVerified: true }), /: (unable to verify|self-signed certificate)/);
  assert.equal(await ask({ isVerified: false }), 'unknown');
  assert.equal(await ask({ isVerified: true, ca: pki.ca }), 'unknown');
  assert.equal(await ask({ isVerified: true, ca: pki.ca, cert: certificate, key: key.reveal() }), 'known');
  await assert.rejects(
    ask({ isVerified: true, ca: pki.ca, serverName: 'example.org' }),
    /does not match certificate/,
  );
});
