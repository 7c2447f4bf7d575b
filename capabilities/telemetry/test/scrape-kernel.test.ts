import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StatusError, startKernel, systemClock, systemRandom } from '@plinth/kernel';
import { draft } from '@plinth/kernel/testing';
import { telemetryCapability } from '../src/index.ts';
import { isScrapeConfig, scrapeConfigs } from '../src/scrape/scrape-config-kind.ts';
import type { ScrapeStatus } from '../src/scrape/scrape-status.ts';
import { until } from './waiting.ts';

const name = { namespace: 'shop', name: 'test' };

test('a ScrapeConfig in the API: targets are scraped into the database, and what it cannot do is refused', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-telemetry-'));
  const target = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain');
    response.end('shop_orders_total{kind="book"} 7\n');
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const faults: unknown[] = [];
  const kernel = await startKernel({
    dataDirectory: directory,
    port: 0,
    host: '127.0.0.1',
    version: 'test',
    capabilities: [telemetryCapability],
    clock: systemClock,
    random: systemRandom,
    onFault: (what, error) => faults.push([what, error]),
  });
  t.after(async () => {
    target.closeAllConnections();
    target.close();
    await kernel.close();
    await rm(directory, { recursive: true, force: true });
  });
  const client = kernel.client('test');
  await client.create({ group: '', resource: 'namespaces' }, draft('v1', 'Namespace', { name: 'shop' }));
  const create = (spec: object) =>
    client.create(scrapeConfigs, draft('monitoring.coreos.com/v1alpha1', 'ScrapeConfig', name, { spec }));
  await assert.rejects(
    create({ relabelings: [{ action: 'hashmod', targetLabel: 'a' }] }),
    (error) =>
      error instanceof StatusError &&
      error.message.includes('relabel configuration for hashmod requires non-zero modulus'),
  );
  // A server that listens on TCP has such an address.
  const { port } = target.address() as AddressInfo;
  await create({
    staticConfigs: [{ targets: [`127.0.0.1:${port}`] }],
    scrapeInterval: '1s',
    scrapeTimeout: '1s',
  });
  const status = (): ScrapeStatus | undefined => {
    const object = client.get(scrapeConfigs, name);
    return object && isScrapeConfig(object) ? object.status : undefined;
  };
  await until(
    'the target is up',
    () => status()?.targets?.up === 1,
    () => JSON.stringify([status(), faults]),
  );
  assert.deepEqual(status()?.targets, { total: 1, up: 1, dropped: 0 });
  assert.deepEqual(faults, []);
});
