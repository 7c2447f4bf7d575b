import { deepEqual, equal, match } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { infraCapability } from '@plinth/infra';
import { type Answer, at, textAt } from '../harness/https-client.ts';
import { makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { stateText } from './states.ts';

const workspace = '/terraform/cloud/workspaces/ws-default.web';
const made = { data: { type: 'workspaces', attributes: { name: 'web' } } };

describe('the content of a state version that was announced', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ capabilities: [infraCapability] });
    equal((await server.admin.post('/terraform/cloud/organizations/default/workspaces', made)).status, 201);
    await lock();
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  const lock = async (): Promise<void> => {
    equal((await server.admin.post(`${workspace}/actions/lock`, { reason: 'a test' })).status, 200);
  };
  const unlock = async (): Promise<void> => {
    equal((await server.admin.send('POST', `${workspace}/actions/unlock`)).status, 200);
  };

  async function announce(
    text: string,
    { client = server.admin, root = '', lineage = 'one' } = {},
  ): Promise<Answer> {
    const attributes = {
      serial: Number(at(JSON.parse(text), 'serial')),
      md5: createHash('md5').update(text).digest('hex'),
      lineage,
    };
    const data = { type: 'state-versions', attributes };
    return await client.post(`${root}${workspace}/state-versions`, { data });
  }

  const uploadUrl = (answer: Answer): string => {
    equal(answer.status, 201, answer.text);
    const url = new URL(textAt(JSON.parse(answer.text), 'data', 'attributes', 'hosted-state-upload-url'));
    equal(url.origin, server.url);
    return `${url.pathname}${url.search}`;
  };

  const put = async (path: string, body: string): Promise<Answer> =>
    await server.nobody.send('PUT', path, { body, contentType: 'application/octet-stream' });

  const newest = async (): Promise<unknown> => {
    const { json } = await server.admin.get('/terraform/state/default/web/versions');
    return at(json, 'versions', 0, 'serial');
  };

  test('is taken without a credential, once or again, and nothing else is', async () => {
    const [first, other] = [stateText(1, 'a'), stateText(1, 'b')];
    const path = uploadUrl(await announce(first));
    match((await put(path, other)).text, /the content is not what was announced/);
    match((await put(path, 'no state')).text, /the body is no state of Terraform/);
    equal((await put(path.replace('.1/', '.2/'), first)).status, 401);
    equal((await server.nobody.get(path)).status, 401);
    equal(await newest(), undefined);
    equal((await put(path, first)).status, 200);
    equal((await put(path, first)).status, 200);
    equal(await newest(), 1);
    const content = await server.admin.get('/terraform/cloud/state-versions/sv-default.web.1/download');
    equal(content.text, first);
  });

  test('is refused when the lock has gone since, also to who locked again', async () => {
    const text = stateText(2, 'a');
    const path = uploadUrl(await announce(text));
    await unlock();
    const late = await put(path, text);
    deepEqual([late.status, await newest()], [409, 1]);
    match(late.text, /does not hold any more/);
    await lock();
    match((await put(path, text)).text, /and the write came from plinth-admin with lock cloud-/);
    equal(await newest(), 1);
  });

  test('is refused before it comes when it would not follow', async () => {
    for (const [text, lineage, why] of [
      [stateText(1, 'c'), 'one', /newest version has serial 1, and what was sent has 1/],
      [stateText(40, 'c'), 'one', /give what is to be pushed the serial 2/],
      [stateText(2, 'c'), 'two', /it is the state of something else/],
    ] as const) {
      const answer = await announce(text, { lineage });
      equal(answer.status, 409, answer.text);
      match(answer.text, why);
    }
  });

  test('is that of one virtual cluster', async () => {
    const { uid } = await makeTenant(server, 'acme');
    const tenant = await tenantClient(server, uid);
    const root = '/clusters/acme';
    await tenant.post(`${root}/terraform/cloud/organizations/default/workspaces`, made);
    await tenant.post(`${root}${workspace}/actions/lock`, {});
    const text = stateText(2, 'tenant');
    const path = uploadUrl(await announce(text, { client: tenant, root }));
    match(path, /^\/clusters\/acme\/terraform\/cloud\/state-versions\//);
    equal((await put(path.slice(root.length), text)).status, 401);
    equal((await put(path, text)).status, 200);
    equal(await newest(), 1);
    tenant.close();
  });

  test("is not taken by a right of one's own", async () => {
    const text = stateText(2, 'a');
    const path = uploadUrl(await announce(text));
    const [plain = ''] = path.split('?');
    equal((await server.admin.send('PUT', plain, { body: text })).status, 404);
  });
});
