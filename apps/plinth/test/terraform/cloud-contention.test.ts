import { deepEqual, equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { at, type HttpsClient, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer } from '../harness/test-server.ts';
import { Applier, stateText, type Written } from './states.ts';

const workspace = '/terraform/cloud/workspaces/ws-default.shared';

/** A client of `cloud {}` that locks a workspace, writes the next version, and unlocks. */
class CloudApplier {
  readonly writer: string;
  readonly acknowledged: Written[] = [];

  constructor(writer: string) {
    this.writer = writer;
  }

  /** @returns false when the lock was held by another one. @throws when the server answers what it must not */
  async apply(client: HttpsClient, nobody: HttpsClient): Promise<boolean> {
    const locked = await client.post(`${workspace}/actions/lock`, { reason: this.writer });
    if (locked.status === 409) return false;
    equal(locked.status, 200, locked.text);
    const current = await client.get(`${workspace}/current-state-version`);
    const serial =
      current.status === 404 ? 1 : Number(at(JSON.parse(current.text), 'data', 'attributes', 'serial')) + 1;
    const body = stateText(serial, this.writer, 'x'.repeat(2_000));
    const attributes = { serial, lineage: 'one', md5: createHash('md5').update(body).digest('hex') };
    const announced = await client.post(`${workspace}/state-versions`, {
      data: { type: 'state-versions', attributes },
    });
    equal(announced.status, 201, announced.text);
    const url = new URL(textAt(JSON.parse(announced.text), 'data', 'attributes', 'hosted-state-upload-url'));
    const written = await nobody.send('PUT', `${url.pathname}${url.search}`, { body });
    equal(written.status, 200, written.text);
    this.acknowledged.push({ serial, writer: this.writer });
    equal((await client.post(`${workspace}/actions/unlock`, {})).status, 200);
    return true;
  }
}

test('clients of cloud {} and of the http backend share one lock, and none overwrites another', async () => {
  const server = await startTestServer({ capabilities: [infraCapability] });
  try {
    const path = '/terraform/state/default/shared';
    const made = { data: { type: 'workspaces', attributes: { name: 'shared' } } };
    equal((await server.admin.post('/terraform/cloud/organizations/default/workspaces', made)).status, 201);
    // All under one name: the user alone does not tell them apart.
    const appliers = [0, 1, 2].map((i) => new Applier(`http-${i}`, path));
    const others = [0, 1, 2].map((i) => new CloudApplier(`cloud-${i}`));
    let waits = 0;
    await Promise.all([
      ...appliers.map(async (applier) => {
        while (applier.acknowledged.length < 5) if (!(await applier.apply(server.admin))) waits++;
      }),
      ...others.map(async (applier) => {
        while (applier.acknowledged.length < 5)
          if (!(await applier.apply(server.admin, server.nobody))) waits++;
      }),
    ]);
    ok(waits > 0, 'somebody had to wait');
    const { json } = await server.admin.get(`${path}/versions`);
    deepEqual(
      listAt(json, 'versions').map((version) => Number(at(version, 'serial'))),
      Array.from({ length: 30 }, (_, i) => 30 - i),
    );
    for (const { serial, writer } of [...appliers, ...others].flatMap(({ acknowledged }) => acknowledged)) {
      const state = await server.admin.get(`${path}?serial=${serial}`);
      equal(at(state.json, 'outputs', 'writer', 'value'), writer, `serial ${serial}`);
    }
  } finally {
    await server.close();
  }
  deepEqual(server.faults, []);
});
