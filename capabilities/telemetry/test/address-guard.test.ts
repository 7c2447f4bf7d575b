import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { closedAddress, openLookup } from '../src/scrape/adapters/address-guard.ts';
import { openNodeHttp } from '../src/scrape/adapters/node-http.ts';
import { HttpError } from '../src/scrape/ports.ts';
import { ScrapeWorld } from './scrape-world.ts';

test('addresses that not everybody reaches', () => {
  const closed: Readonly<Record<string, string>> = {
    '0.0.0.0': 'unspecified',
    '0.1.2.3': 'unspecified',
    '10.1.2.3': 'private',
    '100.64.0.1': 'private',
    '127.0.0.1': 'loopback',
    '127.255.255.254': 'loopback',
    '169.254.169.254': 'link-local',
    '172.16.0.1': 'private',
    '172.31.255.255': 'private',
    '192.168.1.1': 'private',
    '224.0.0.1': 'multicast',
    '255.255.255.255': 'reserved',
    '::': 'unspecified',
    '::1': 'loopback',
    '::127.0.0.1': 'reserved',
    '::ffff:127.0.0.1': 'loopback',
    '::ffff:a9fe:a9fe': 'link-local',
    '64:ff9b::7f00:1': 'reserved',
    '2002:7f00:1::': 'reserved',
    'fd00::1': 'private',
    'fe80::1': 'link-local',
    'fe80::1%eth0': 'link-local',
    'febf::1': 'link-local',
    'ff02::1': 'multicast',
    'example.org': 'no IP address',
  };
  for (const [address, what] of Object.entries(closed)) assert.equal(closedAddress(address), what, address);
});

test('addresses that everybody reaches', () => {
  for (const address of [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '::ffff:1.1.1.1',
    '2606:4700:4700::1111',
  ]) {
    assert.equal(closedAddress(address), undefined, address);
  }
});

test('a client for tenants connects to none of them, however they are written', async (t) => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  const client = openNodeHttp({ reach: 'public' });
  t.after(() => {
    client.close();
    server.close();
  });
  const { signal } = new AbortController();
  for (const host of [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0.0.0.0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
  ]) {
    const url = `http://${host}:${port}/metrics`;
    await assert.rejects(
      client.ask({ url, headers: {}, signal, bodyBytesMax: 100 }),
      (error) =>
        error instanceof HttpError && error.message.endsWith('address, which is not open to tenants'),
      host,
    );
  }
  assert.equal(asked, 0);
});

test('a name with a closed address is not resolved, in both forms of the question', async () => {
  for (const all of [true, false]) {
    const error = await new Promise((resolve) => {
      openLookup('localhost', { all }, resolve);
    });
    assert.ok(error instanceof HttpError);
    assert.equal(error.message, 'localhost has a loopback address, which is not open to tenants');
  }
});

test('a target of a tenant that only this machine reaches is down, and says why', async (t) => {
  const world = new ScrapeWorld();
  t.after(() => world.close());
  let asked = 0;
  const address = await world.serve((_request, response) => {
    asked++;
    response.end();
  });
  world.scrape(
    { staticConfigs: [{ targets: [address] }], httpSDConfigs: [{ url: `http://${address}/list` }] },
    'public',
  );
  await world.clock.advance(60_000);
  const why = '127.0.0.1 has a loopback address, which is not open to tenants';
  assert.equal(world.loop.health, 'down');
  assert.equal(world.loop.lastError, `Get "http://${address}/metrics": ${why}`);
  assert.deepEqual(world.scraper.pools[0]?.listErrors, [`Get "http://${address}/list": ${why}`]);
  assert.equal(asked, 0);
});
