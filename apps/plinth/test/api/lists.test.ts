import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { at, keysAt, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { configMap, configMaps, installWidgets, makeNamespace, widget, widgets } from '../harness/widgets.ts';

const partial = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

const namesIn = (list: unknown): string[] =>
  listAt(list, 'items').map((item) => textAt(item, 'metadata', 'name'));
const revisionOf = (list: unknown): string => textAt(list, 'metadata', 'resourceVersion');

describe('lists', () => {
  let server: TestServer;
  const names = Array.from({ length: 25 }, (_, i) => `m${String(i).padStart(2, '0')}`);
  before(async () => {
    server = await startTestServer();
    await installWidgets(server);
    await makeNamespace(server, 'lists');
    for (const name of names) {
      const object = configMap(name, { i: name });
      await server.admin.post(configMaps('lists'), {
        ...object,
        metadata: { name, labels: { parity: Number(name.slice(1)) % 2 === 0 ? 'even' : 'odd' } },
      });
    }
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  /** All pages of a list, with something done between two of them. */
  async function pages(path: string, between: (page: number) => Promise<unknown>): Promise<unknown[]> {
    const found: unknown[] = [];
    for (let token = ''; ; ) {
      const { status, json } = await server.admin.get(`${path}${token}`);
      equal(status, 200);
      found.push(json);
      const next = at(json, 'metadata', 'continue');
      if (typeof next !== 'string') return found;
      token = `&continue=${encodeURIComponent(next)}`;
      await between(found.length);
    }
  }

  test('pages show one moment, whatever is written in between', async () => {
    const found = await pages(`${configMaps('lists')}?limit=7&labelSelector=parity`, async (page) => {
      await server.admin.delete(`${configMaps('lists')}/${names[page * 7 + 1] ?? ''}`);
      await server.admin.post(configMaps('lists'), {
        ...configMap(`m${page}5x`),
        metadata: { name: `m${page}5x`, labels: { parity: 'odd' } },
      });
      const body = '{"data":{"i":"changed"}}';
      await server.admin.patch(`${configMaps('lists')}/m24`, body, 'application/merge-patch+json');
    });
    deepEqual(found.flatMap(namesIn), names);
    equal(new Set(found.map(revisionOf)).size, 1);
    deepEqual(
      found.map((page) => listAt(page, 'items').length),
      [7, 7, 7, 4],
    );
    equal(at(found.at(-1), 'items', 3, 'data', 'i'), 'm24');
  });

  test('pages without a selector say how many are left', async () => {
    const { json } = await server.admin.get(`${configMaps('lists')}?limit=10`);
    const all = await server.admin.get(configMaps('lists'));
    equal(at(json, 'metadata', 'remainingItemCount'), namesIn(all.json).length - 10);
    equal(at(all.json, 'metadata', 'remainingItemCount'), undefined);
    equal(at(all.json, 'metadata', 'continue'), undefined);
  });

  test('a token whose moment is gone is answered 410', async () => {
    const { json } = await server.admin.get(`${configMaps('lists')}?limit=3`);
    const token = encodeURIComponent(textAt(json, 'metadata', 'continue'));
    await server.admin.post(configMaps('lists'), configMap('later'));
    await server.kernel.store.compact(server.kernel.store.revision);
    const gone = await server.admin.get(`${configMaps('lists')}?limit=3&continue=${token}`);
    equal(gone.status, 410);
    equal(at(gone.json, 'reason'), 'Expired');
    match(textAt(gone.json, 'message'), /list again/);
  });

  test('a token that is none is a bad request', async () => {
    for (const token of ['x', 'eyJ9', Buffer.from('{"rv":-1,"start":"/"}').toString('base64url')]) {
      const { status } = await server.admin.get(`${configMaps('lists')}?limit=3&continue=${token}`);
      ok(status === 400 || status === 410, `${token}: ${status}`);
    }
  });

  test('a token leads nowhere but where it came from', async () => {
    const foreign = Buffer.from(
      JSON.stringify({
        v: 'meta.k8s.io/v1',
        rv: server.kernel.store.revision,
        start: 'default/core/secrets/',
      }),
    ).toString('base64url');
    const { json } = await server.admin.get(`${configMaps('lists')}?continue=${foreign}`);
    for (const item of listAt(json, 'items')) equal(at(item, 'metadata', 'namespace'), 'lists');
  });

  test('a version that is not there yet is answered 504', async () => {
    const future = server.kernel.store.revision + 1000;
    for (const query of [
      `resourceVersion=${future}`,
      `resourceVersion=${future}&resourceVersionMatch=Exact`,
    ]) {
      const { status, json } = await server.admin.get(`${configMaps('lists')}?${query}`);
      equal(status, 504, query);
      equal(at(json, 'details', 'causes', 0, 'reason'), 'ResourceVersionTooLarge');
      ok(Number(at(json, 'details', 'retryAfterSeconds')) > 0);
    }
  });

  test('an exact version shows what was there then', async () => {
    const then = revisionOf((await server.admin.get(configMaps('lists'))).json);
    await server.admin.post(configMaps('lists'), configMap('zz-new'));
    const exact = `resourceVersion=${then}&resourceVersionMatch=Exact`;
    const old = await server.admin.get(`${configMaps('lists')}?${exact}`);
    equal(revisionOf(old.json), then);
    ok(!namesIn(old.json).includes('zz-new'));
    const notOlder = await server.admin.get(
      `${configMaps('lists')}?resourceVersion=${then}&resourceVersionMatch=NotOlderThan`,
    );
    ok(namesIn(notOlder.json).includes('zz-new'));
  });

  const wrongQueries = [
    ['resourceVersion=abc', /resourceVersion/],
    ['limit=-1', /limit/],
    ['limit=many', /limit/],
    ['resourceVersionMatch=Exact', /forbidden unless resourceVersion is provided/],
    ['resourceVersion=1&resourceVersionMatch=Newest', /Unsupported value/],
    ['resourceVersion=0&resourceVersionMatch=Exact', /forbidden/],
    ['fieldSelector=data.i=m01', /not a known field selector/],
    ['fieldSelector=metadata.name', /can't understand/],
    ['labelSelector=a%3D%3D%3Db', /unable to parse/],
    ['labelSelector=-bad-', /must consist of|name part/],
  ] as const;
  for (const [query, message] of wrongQueries) {
    test(`?${query} is a bad request that says why`, async () => {
      const { status, json } = await server.admin.get(`${configMaps('lists')}?${query}`);
      equal(status, 400);
      match(textAt(json, 'message'), message);
    });
  }

  test('selectors choose by labels and fields', async () => {
    const list = async (query: string): Promise<string[]> =>
      namesIn((await server.admin.get(`${configMaps('lists')}?${query}`)).json);
    deepEqual(await list('fieldSelector=metadata.name%3Dm03'), ['m03']);
    deepEqual(await list('fieldSelector=metadata.name%3Dnothing'), []);
    deepEqual(await list('labelSelector=parity%3Deven&limit=2'), ['m00', 'm02']);
    ok(!(await list('fieldSelector=metadata.name!%3Dm03')).includes('m03'));
    await server.admin.post(widgets('lists'), widget('small'));
    await server.admin.post(widgets('lists'), widget('big', { size: 'large' }));
    const large = await server.admin.get(`${widgets('lists')}?fieldSelector=spec.size%3Dlarge`);
    deepEqual(namesIn(large.json), ['big']);
    const note = await server.admin.get(`${widgets('lists')}?fieldSelector=spec.note%3Dx`);
    equal(note.status, 400);
    match(textAt(note.json, 'message'), /field label not supported: spec.note/);
  });

  test('metadata alone', async () => {
    const list = await server.admin.get(`${configMaps('lists')}?limit=2`, { Accept: partial });
    equal(at(list.json, 'kind'), 'PartialObjectMetadataList');
    equal(at(list.json, 'apiVersion'), 'meta.k8s.io/v1');
    deepEqual(new Set(keysAt(list.json, 'items', 0)), new Set(['apiVersion', 'kind', 'metadata']));
    const one = await server.admin.get(`${configMaps('lists')}/m00`, {
      Accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    });
    equal(at(one.json, 'kind'), 'PartialObjectMetadata');
    equal(at(one.json, 'data'), undefined);
    equal(at(one.json, 'metadata', 'name'), 'm00');
  });

  test('tables', async () => {
    const { json } = await server.admin.get(`${configMaps('lists')}?labelSelector=parity`, { Accept: table });
    equal(at(json, 'kind'), 'Table');
    deepEqual(
      listAt(json, 'columnDefinitions').map((column) => at(column, 'name')),
      ['Name', 'Data', 'Age'],
    );
    deepEqual(listAt(json, 'rows', 0, 'cells').slice(0, 2), ['m00', 1]);
    equal(at(json, 'rows', 0, 'object', 'kind'), 'PartialObjectMetadata');
    const whole = await server.admin.get(`${configMaps('lists')}?labelSelector=parity&includeObject=Object`, {
      Accept: table,
    });
    equal(at(whole.json, 'rows', 0, 'object', 'data', 'i'), 'm00');
    const none = await server.admin.get(`${configMaps('lists')}?labelSelector=parity&includeObject=None`, {
      Accept: table,
    });
    equal(at(none.json, 'rows', 0, 'object'), undefined);
    const wrong = await server.admin.get(`${configMaps('lists')}?includeObject=All`, { Accept: table });
    equal(wrong.status, 400);
  });

  test('long answers are compressed for those who can read that', async () => {
    const value = 'x'.repeat(150_000);
    await server.admin.post(configMaps('lists'), configMap('long', { value }));
    const plain = await server.admin.get(`${configMaps('lists')}/long`);
    equal(plain.headers['content-encoding'], undefined);
    for (const path of [`${configMaps('lists')}/long`, configMaps('lists')]) {
      const response = await server.admin.open('GET', path, { headers: { 'Accept-Encoding': 'gzip' } });
      equal(response.headers['content-encoding'], 'gzip', path);
      match(String(response.headers['vary']), /Accept-Encoding/);
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      ok(gunzipSync(Buffer.concat(chunks)).toString('utf8').includes(value));
    }
    const short = await server.admin.open('GET', `${configMaps('lists')}/m00`, {
      headers: { 'Accept-Encoding': 'gzip' },
    });
    equal(short.headers['content-encoding'], undefined);
    short.destroy();
  });
});
