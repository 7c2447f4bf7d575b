import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { at, listAt } from '../harness/https-client.ts';
import { startTestServer } from '../harness/test-server.ts';
import { Applier } from './states.ts';

test('of any number of clients one has the lock, and none overwrites another', async () => {
  const server = await startTestServer({ capabilities: [infraCapability] });
  try {
    const path = '/terraform/state/default/shared';
    const appliers = Array.from({ length: 8 }, (_, i) => new Applier(`w${i}`, path));
    let waits = 0;
    await Promise.all(
      appliers.map(async (applier) => {
        while (applier.acknowledged.length < 5) if (!(await applier.apply(server.admin))) waits++;
      }),
    );
    ok(waits > 0, 'somebody had to wait');
    const { json } = await server.admin.get(`${path}/versions`);
    const serials = listAt(json, 'versions').map((version) => Number(at(version, 'serial')));
    deepEqual(
      serials,
      Array.from({ length: 40 }, (_, i) => 40 - i),
    );
    for (const { serial, writer } of appliers.flatMap(({ acknowledged }) => acknowledged)) {
      const state = await server.admin.get(`${path}?serial=${serial}`);
      equal(at(state.json, 'outputs', 'writer', 'value'), writer, `serial ${serial}`);
    }
  } finally {
    await server.close();
  }
  deepEqual(server.faults, []);
});
