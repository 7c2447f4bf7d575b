import { deepEqual, equal, match } from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { telemetryCapability } from '@plinth/telemetry';
import { at, textAt } from '../harness/https-client.ts';
import { authorityOf, makeTenant, tenantClient } from '../harness/tenants.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { until } from '../harness/until.ts';
import {
  condition,
  counted,
  forward,
  onlyMetric,
  quick,
  readForward,
  removeForward,
  tryForward,
} from './forward-client.ts';
import {
  allowMetrics,
  histogramSeries,
  secondsNow,
  seriesOf,
  valueOf,
  valuesOf,
  written,
} from './metrics-client.ts';
import { WriteReceiver } from './write-receiver.ts';

describe('where metrics are sent on to', () => {
  let server: TestServer;
  let receiver: WriteReceiver;
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
    receiver = await WriteReceiver.start();
  });
  after(async () => {
    await server.close();
    await receiver.close();
    deepEqual(server.faults, []);
  });

  test('another control plane takes 2.0, with a token and the authority of its certificate', async () => {
    const other = await startTestServer({ capabilities: [telemetryCapability] });
    try {
      await allowMetrics(other.admin, 'system:serviceaccount:default:default', ['create']);
      const accounts = '/api/v1/namespaces/default/serviceaccounts';
      const requested = await other.admin.post(`${accounts}/default/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {},
      });
      const stringData = { token: textAt(requested.json, 'status', 'token'), ca: authorityOf(other) };
      const secret = { metadata: { name: 'other' }, stringData };
      equal((await server.admin.post('/api/v1/namespaces/default/secrets', secret)).status, 201);
      const now = secondsNow();
      await forward(server.admin, 'plinth', {
        url: `${other.url}/prometheus/api/v1/write`,
        messageVersion: 'V2.0',
        authorization: { credentials: { name: 'other', key: 'token' } },
        tlsConfig: { ca: { secret: { name: 'other', key: 'ca' } } },
        writeRelabelConfigs: onlyMetric('peer.*'),
      });
      await written(server.admin, [
        seriesOf('peer', { a: 'b' }, [
          [now - 2_000, 1],
          [now - 1_000, 2.5],
        ]),
        seriesOf('peer', { a: 'ended' }, [
          [now - 2_000, 1],
          [now - 1_000, 'stale'],
        ]),
        histogramSeries('peer_h', now),
      ]);
      // They may come in several requests.
      await until('all samples at the other one', async () => {
        const count = await valueOf(other.admin, 'count({__name__=~"peer|peer_h"})', { timeMs: now });
        const floats = await valuesOf(other.admin, 'peer', { timeMs: now });
        return count === '2' && JSON.stringify(floats) === '{"a=b":"2.5"}' ? true : undefined;
      });
      equal(await valueOf(other.admin, 'sum(sum_over_time(peer[1m]))', { timeMs: now }), '4.5');
      equal(await valueOf(other.admin, 'histogram_count(peer_h)', { timeMs: now }), '5');
      match(await condition(server.admin, 'plinth', 'Ready', 'Forwarding'), /^True: /);
    } finally {
      await removeForward(server.admin, 'plinth');
      await other.close();
    }
    deepEqual(other.faults, []);
  });

  test('a forward to its own database is told so, and nothing goes round', async () => {
    await allowMetrics(server.admin, 'system:serviceaccount:default:default', ['create']);
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    const spec = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const requested = await server.admin.post(`${accounts}/default/token`, spec);
    const stringData = { token: textAt(requested.json, 'status', 'token'), ca: authorityOf(server) };
    const secret = { metadata: { name: 'own' }, stringData };
    equal((await server.admin.post('/api/v1/namespaces/default/secrets', secret)).status, 201);
    await forward(server.admin, 'loop', {
      url: `${server.url}/prometheus/api/v1/write`,
      authorization: { credentials: { name: 'own', key: 'token' } },
      tlsConfig: { ca: { secret: { name: 'own', key: 'ca' } } },
      // Each round would be a series of its own.
      writeRelabelConfigs: [
        ...onlyMetric('round'),
        { sourceLabels: ['n'], regex: '(.*)', replacement: '1$1', targetLabel: 'n' },
      ],
    });
    const now = secondsNow();
    await written(server.admin, [seriesOf('round', { n: '1' }, [[now, 1]])]);
    match(
      await condition(server.admin, 'loop', 'Ready', 'LoopDetected'),
      /^False: the receiver answers 508 .*: the samples come from the database that they are sent to; put the address of another server into spec.url$/,
    );
    equal(await valueOf(server.admin, 'count(round)', { timeMs: now }), '1');
    equal(await counted(server.admin, 'loop', 'samples_failed_total'), 0);
    await removeForward(server.admin, 'loop');
  });

  test('tenants: own samples alone are sent, and nowhere that this machine alone reaches', async () => {
    const now = secondsNow();
    const { uid } = await makeTenant(server, 'acme');
    const own = await tenantClient(server, uid);
    const root = '/clusters/acme';
    const from = receiver.requests.length;
    const byName = `http://localhost:${receiver.port}/write`;
    for (const [name, url] of [
      ['address', receiver.url],
      ['name', byName],
      ['metadata', 'http://169.254.169.254/latest'],
    ] as const) {
      await forward(own, name, { url }, root);
      await written(own, [seriesOf('tenant', { name }, [[now, 1]])], { root });
      match(
        await condition(own, name, 'Ready', 'Unreachable', root),
        /^False: Post ".*": .* has a (loopback|link-local) address, which is not open to tenants$/,
      );
      equal((await server.admin.get(`/apis/plinth.dev/v1alpha1/metricsforwards/${name}`)).status, 404);
    }
    equal(receiver.requests.length, from);
    // The cursors go with the forwards.
    const data = join(server.directory, 'data', 'tenants', 'acme');
    const cursors = (): string[] =>
      readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('/cursor-'));
    equal(cursors().length, 3);
    for (const name of ['address', 'name', 'metadata']) await removeForward(own, name, root);
    await until('no cursor to be left', () => (cursors().length === 0 ? true : undefined));
    own.close();
  });

  test('a cursor without a forward goes at the next start', async () => {
    const wal = join(server.directory, 'data', 'telemetry', 'metrics', 'wal');
    writeFileSync(join(wal, 'cursor-00000000-gone'), '{"segment":0,"offset":0,"bytesMax":1000000}');
    server = await server.restart();
    await written(server.admin, [seriesOf('opened', {}, [[secondsNow(), 1]])]);
    await until('the cursor to go', () => (existsSync(join(wal, 'cursor-00000000-gone')) ? undefined : true));
  });

  test('more forwards than there may be say so, and begin when there is room', async () => {
    const names = Array.from({ length: 17 }, (_, i) => `many-${String(i).padStart(2, '0')}`);
    for (const name of names) {
      const made = await tryForward(server.admin, name, { url: receiver.url, queueConfig: quick });
      equal(made.status, 201, made.text);
    }
    const late = await until('one to be refused', async () => {
      for (const name of names) {
        const { json } = await readForward(server.admin, name);
        if (JSON.stringify(at(json, 'status') ?? {}).includes('TooManyForwards')) return name;
      }
      return undefined;
    });
    match(
      await condition(server.admin, late, 'Ready', 'TooManyForwards'),
      /^False: there are 16 forwards already; delete one that is not needed$/,
    );
    await removeForward(server.admin, names.find((name) => name !== late) ?? '');
    match(await condition(server.admin, late, 'Ready', 'Waiting'), /^True: /);
    for (const name of names) await server.admin.delete(`/apis/plinth.dev/v1alpha1/metricsforwards/${name}`);
  });
});
