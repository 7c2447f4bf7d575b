import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { at, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { configMap, configMaps, installWidgets, widget, widgets } from '../harness/widgets.ts';

const bodyBytesMax = 3 * 1024 * 1024;

describe('request bodies', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await installWidgets(server);
  });
  after(async () => {
    await server.close();
    deepEqual(server.faults, []);
  });

  test('a body over the limit is refused before it is read', async () => {
    const body = JSON.stringify(configMap('big', { a: 'x'.repeat(bodyBytesMax) }));
    const { status, json } = await server.admin.post(configMaps(), body);
    equal(status, 413);
    equal(at(json, 'reason'), 'RequestEntityTooLarge');
    match(textAt(json, 'message'), /limit is 3145728 bytes/);
  });

  test('a body that grows over the limit without saying so is refused too', async () => {
    const chunked = await server.admin.send('POST', configMaps(), {
      body: `"${'x'.repeat(bodyBytesMax)}`,
      chunked: true,
    });
    equal(chunked.status, 413);
    equal((await server.admin.get(configMaps())).status, 200, 'the server goes on');
  });

  test('media types that nobody speaks are refused with those that are', async () => {
    const { status, json } = await server.admin.post(configMaps(), '<a/>', 'application/xml');
    equal(status, 415);
    match(
      textAt(json, 'message'),
      /application\/json, application\/yaml, application\/vnd.kubernetes.protobuf/,
    );
    const patch = await server.admin.patch(`${configMaps()}/kube-root-ca.crt`, '{}', 'application/json');
    equal(patch.status, 415);
    match(textAt(patch.json, 'message'), /application\/merge-patch\+json/);
    await server.admin.post(widgets(), widget('typed'));
    const strategic = 'application/strategic-merge-patch+json';
    equal((await server.admin.patch(`${widgets()}/typed`, '{}', strategic)).status, 415);
  });

  const malformed = [
    ['JSON that ends early', '{"metadata":', 'application/json', /line 1, column 13/],
    ['JSON with a trailing comma', '{"metadata":{"name":"x",}}', 'application/json', /line 1, column 25/],
    ['YAML with tabs', 'metadata:\n\tname: x\n', 'application/yaml', /line 2, column 1.*tab/i],
    [
      'two YAML documents',
      'a: 1\n---\nb: 2\n',
      'application/yaml',
      /line 3, column 1: found a second YAML document/,
    ],
    ['a list', '[]', 'application/json', /must be an object/],
    ['null', 'null', 'application/json', /must be an object/],
    ['nothing', '', 'application/json', /line 1, column 1/],
    ['nesting without end', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 'application/json', /deep/],
  ] as const;
  for (const [what, body, type, message] of malformed) {
    test(`${what} is refused with its place`, async () => {
      const { status, json } = await server.admin.post(configMaps(), body, type);
      equal(status, 400);
      match(textAt(json, 'message'), message);
    });
  }

  test('an anchor bomb is refused before it grows', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`,
    );
    const bomb = `a0: &a0 lol\n${levels.join('\n')}\n`;
    const before = process.memoryUsage().rss;
    const { status, json } = await server.admin.post(configMaps(), bomb, 'application/yaml');
    equal(status, 400);
    match(textAt(json, 'message'), /alias/);
    ok(process.memoryUsage().rss - before < 200 * 1024 * 1024);
  });

  test('protobuf garbage is refused', async () => {
    const type = 'application/vnd.kubernetes.protobuf';
    const bodies = ['', 'garbage', 'k8s\0', 'k8s\0\xff\xff\xff\xff', `k8s\0${'\x0a'.repeat(64)}`];
    for (const body of bodies) {
      const answer = await server.admin.post(configMaps(), Buffer.from(body, 'latin1'), type);
      equal(answer.status, 400, JSON.stringify(body));
    }
  });

  test('unknown fields: an error when strict, warnings by default, silence when ignored', async () => {
    const body = { ...widget('loose', { colour: 'red', parts: [{ name: 'a', weight: 1 }] }), extra: true };
    const strict = await server.admin.post(`${widgets()}?fieldValidation=Strict`, body);
    equal(strict.status, 400);
    for (const field of ['extra', 'spec.colour', 'spec.parts[0].weight']) {
      ok(textAt(strict.json, 'message').includes(`unknown field "${field}"`), field);
    }
    const warned = await server.admin.post(`${widgets()}?dryRun=All`, body);
    equal(warned.status, 201);
    match(String(warned.headers['warning']), /299 - "unknown field \\"spec.colour\\""/);
    const ignored = await server.admin.post(`${widgets()}?fieldValidation=Ignore`, body);
    equal(ignored.headers['warning'], undefined);
    deepEqual(at(ignored.json, 'spec'), { size: 'small', replicas: 1, parts: [{ name: 'a', count: 1 }] });
    equal((await server.admin.post(`${widgets()}?fieldValidation=Sometimes`, body)).status, 400);
  });

  test('duplicate keys: an error when strict, a warning by default', async () => {
    const body = '{"metadata":{"name":"twice"},"data":{"a":"1","a":"2"}}';
    const strict = await server.admin.post(`${configMaps()}?fieldValidation=Strict`, body);
    equal(strict.status, 400);
    match(textAt(strict.json, 'message'), /duplicate field "data.a"/);
    const yaml = 'metadata: {name: twice}\ndata:\n  a: "1"\n  a: "2"\n';
    const inYaml = await server.admin.post(
      `${configMaps()}?fieldValidation=Strict`,
      yaml,
      'application/yaml',
    );
    match(textAt(inYaml.json, 'message'), /duplicate field "data.a"/);
    const warned = await server.admin.post(`${configMaps()}?dryRun=All`, body);
    equal(warned.status, 201);
    match(String(warned.headers['warning']), /duplicate field/);
    equal(at(warned.json, 'data', 'a'), '2');
  });

  test('wrong types are refused with path, expected and found type', async () => {
    const spec = {
      size: 3,
      replicas: 'two',
      tags: 'word',
      parts: [{ name: 'a', count: 1.5 }],
      options: { a: 1 },
    };
    const { status, json } = await server.admin.post(widgets(), widget('wrong', spec));
    equal(status, 422);
    const causes = listAt(json, 'details', 'causes').map(
      (cause) => `${textAt(cause, 'field')}: ${textAt(cause, 'message')}`,
    );
    const expected = [
      ['spec.size', 'string', 'integer'],
      ['spec.replicas', 'integer', 'string'],
      ['spec.tags', 'array', 'string'],
      ['spec.parts[0].count', 'integer', 'number'],
      ['spec.options.a', 'string', 'integer'],
    ] as const;
    for (const [field, wanted, found] of expected) {
      const message = `${field}: Invalid value: "${found}": ${field} in body must be of type ${wanted}: "${found}"`;
      ok(causes.includes(message), `${message}\nis not among\n${causes.join('\n')}`);
    }
    const metadata = await server.admin.post(configMaps(), {
      metadata: { name: 7, labels: ['a'], annotations: { a: {} }, finalizers: 'x' },
    });
    equal(metadata.status, 422);
    deepEqual(
      listAt(metadata.json, 'details', 'causes').map((cause) => at(cause, 'field')),
      ['metadata.name', 'metadata.labels', 'metadata.annotations.a', 'metadata.finalizers'],
    );
  });

  test('names that are not DNS names are refused', async () => {
    for (const name of ['A', 'a_b', '-a', 'a..b', 'a'.repeat(254), 'ä', 'a/b', '..', 'a b']) {
      const { status, json } = await server.admin.post(configMaps(), configMap(name));
      equal(status, 422, name);
      equal(at(json, 'details', 'causes', 0, 'field'), 'metadata.name', name);
    }
    const namespace = { metadata: { name: 'a.b' } };
    equal((await server.admin.post('/api/v1/namespaces', namespace)).status, 422);
  });

  test('keys that JavaScript treats specially are data like any other', async () => {
    const text =
      '{"metadata":{"name":"proto","labels":{"__proto__":"x"}},"data":{"__proto__":"a","constructor":"b","toString":"c"},"__proto__":{"polluted":true}}';
    const { status } = await server.admin.post(configMaps(), text);
    equal(status, 422, 'a label must not start with an underscore');
    const allowed = '{"metadata":{"name":"proto"},"data":{"__proto__":"a","constructor":"b","toString":"c"}}';
    equal((await server.admin.post(configMaps(), allowed)).status, 201);
    const stored = await server.admin.get(`${configMaps()}/proto`);
    match(stored.text, /"data":\{"__proto__":"a","constructor":"b","toString":"c"\}/);
    const merge = 'application/merge-patch+json';
    const patched = await server.admin.patch(
      `${configMaps()}/proto`,
      '{"__proto__":{"polluted":true},"data":{"__proto__":"z","hasOwnProperty":"h"},"metadata":{"annotations":{"__proto__":{"x":"y"}}}}',
      merge,
    );
    equal(patched.status, 422, 'an annotation must be text');
    const json = '[{"op":"add","path":"/__proto__/polluted","value":true}]';
    notEqual(
      (await server.admin.patch(`${configMaps()}/proto`, json, 'application/json-patch+json')).status,
      200,
    );
    const applied = await server.admin.patch(
      `${configMaps()}/proto?fieldManager=t&force=true`,
      '{"apiVersion":"v1","kind":"ConfigMap","data":{"__proto__":"applied","constructor":"applied"}}',
      'application/apply-patch+yaml',
    );
    equal(applied.status, 200);
    match(applied.text, /"__proto__":"applied"/);
    equal(Reflect.get({}, 'polluted'), undefined);
    equal(Reflect.get({}, 'x'), undefined);
    equal(typeof {}.toString, 'function');
  });
});
