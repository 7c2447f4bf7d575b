import { deepEqual, equal, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isObject } from '@plinth/kernel';
import { telemetryCapability } from '@plinth/telemetry';
import { parseAllDocuments } from 'yaml';
import { type Answer, at, listAt, textAt } from '../harness/https-client.ts';
import { startTestServer, type TestServer } from '../harness/test-server.ts';
import { MonitorWorld } from './service-monitor-world.ts';

const corpora =
  process.env['PLINTH_CORPORA'] ?? fileURLToPath(new URL('../../../../../shared/corpora', import.meta.url));
const manifests = join(corpora, 'manifests');

describe('a ServiceMonitor that is written', () => {
  let server: TestServer;
  let world: MonitorWorld;
  before(async () => {
    server = await startTestServer({ capabilities: [telemetryCapability] });
    world = new MonitorWorld(server.admin);
  });
  after(async () => {
    world.close();
    await server.close();
    deepEqual(server.faults, []);
  });

  const collection = '/apis/monitoring.coreos.com/v1/namespaces/default/servicemonitors';
  const write = (spec: object): Promise<Answer> =>
    server.admin.post(`${collection}?dryRun=All`, { metadata: { name: 'one' }, spec });

  /** Writes one endpoint. @returns `field: message` of each cause of the refusal */
  async function refused(endpoint: object, more: object = {}): Promise<string[]> {
    const answer = await write({ selector: {}, endpoints: [endpoint], ...more });
    equal(answer.status, 422, answer.text);
    return listAt(answer.json, 'details', 'causes').map(
      (cause) => `${textAt(cause, 'field')}: ${textAt(cause, 'message')}`,
    );
  }

  test('what Plinth cannot do is refused by its field, with what to do instead', async () => {
    const secret = { name: 'keys', key: 'token' };
    const files = 'Forbidden: no files of this machine are read; ';
    const direct = 'Forbidden: targets are asked directly; remove the field';
    const token = 'put the token into a Secret and name it in authorization.credentials';
    deepEqual(await refused({ bearerTokenFile: '/var/run/secrets/token' }), [
      `spec.endpoints[0].bearerTokenFile: ${files}${token}`,
    ]);
    deepEqual(
      await refused({ tlsConfig: { caFile: '/a', certFile: '/b', keyFile: '/c', insecureSkipVerify: true } }),
      [
        `spec.endpoints[0].tlsConfig.caFile: ${files}put the certificates into a ConfigMap or Secret and name it in ca`,
        `spec.endpoints[0].tlsConfig.certFile: ${files}put the certificate into a Secret and name it in cert`,
        `spec.endpoints[0].tlsConfig.keyFile: ${files}put the key into a Secret and name it in keySecret`,
      ],
    );
    const oauth2 = { clientId: { secret }, clientSecret: secret, tokenUrl: 'https://example.org/token' };
    deepEqual(await refused({ oauth2 }), [
      'spec.endpoints[0].oauth2: Forbidden: tokens are not asked for; put one into a Secret and name it in authorization.credentials',
    ]);
    deepEqual(
      await refused({ proxyUrl: 'http://proxy:1', noProxy: 'a', proxyConnectHeader: { a: [secret] } }),
      [
        `spec.endpoints[0].proxyUrl: ${direct}`,
        `spec.endpoints[0].noProxy: ${direct}`,
        `spec.endpoints[0].proxyConnectHeader: ${direct}`,
      ],
    );
    deepEqual(await refused({ proxyFromEnvironment: true }), [
      `spec.endpoints[0].proxyFromEnvironment: ${direct}`,
    ]);
    const histograms = 'Forbidden: histograms are stored as targets expose them; remove the field';
    deepEqual(
      await refused(
        {},
        {
          scrapeClass: 'istio',
          convertClassicHistogramsToNHCB: true,
          nativeHistogramBucketLimit: 100,
          nativeHistogramMinBucketFactor: '1.1',
          scrapeNativeHistograms: false,
        },
      ),
      [
        'spec.scrapeClass: Forbidden: there are no scrape classes; write what the class says into the endpoints',
        `spec.convertClassicHistogramsToNHCB: ${histograms}`,
        `spec.nativeHistogramBucketLimit: ${histograms}`,
        `spec.nativeHistogramMinBucketFactor: ${histograms}`,
        'spec.scrapeNativeHistograms: Forbidden: native histograms are always read; keep PrometheusProto out of scrapeProtocols to do without them',
      ],
    );
  });

  test('what is wrong for any Prometheus is refused with its field', async () => {
    const secret = { name: 'keys', key: 'token' };
    const basicAuth = { username: secret, password: secret };
    const cases: readonly (readonly [endpoint: object, more: object, expected: RegExp])[] = [
      [{ interval: '1x' }, {}, /^spec\.endpoints\[0\]\.interval: Invalid value: "1x"/],
      [{ interval: '5s', scrapeTimeout: '6s' }, {}, /^spec\.endpoints\[0\]\.scrapeTimeout: .*"6s"/],
      [{ port: '(' }, {}, /^spec\.endpoints\[0\]\.port: Invalid value: "\(": /],
      [{ targetPort: 70_000 }, {}, /^spec\.endpoints\[0\]\.targetPort: .*between 1 and 65535/],
      [{ scheme: 'ftp' }, {}, /^spec\.endpoints\[0\]\.scheme: Unsupported value: "ftp"/],
      [{ basicAuth, authorization: { credentials: secret } }, {}, /^spec\.endpoints\[0\]: .*at most one of/],
      [{ authorization: { type: 'Basic', credentials: secret } }, {}, /authorization\.type: Invalid value/],
      [{ tlsConfig: { minVersion: 'TLS13', maxVersion: 'TLS12' } }, {}, /tlsConfig\.minVersion: .*above/],
      [{ relabelings: [{ action: 'replace' }] }, {}, /^spec\.endpoints\[0\]\.relabelings\[0\]: Invalid/],
      [{ metricRelabelings: [{ regex: '(' }] }, {}, /^spec\.endpoints\[0\]\.metricRelabelings\[0\]: Invalid/],
      [{ basicAuth: { username: { name: 'keys' } } }, {}, /basicAuth\.username\.key: Required value/],
      [{}, { sampleLimit: -1 }, /^spec\.sampleLimit: Invalid value: -1/],
      [{}, { bodySizeLimit: '1 MB' }, /^spec\.bodySizeLimit: Invalid value: "1 MB"/],
      [{}, { serviceDiscoveryRole: 'Pod' }, /^spec\.serviceDiscoveryRole: Unsupported value: "Pod"/],
      [
        {},
        { selector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } },
        /^spec\.selector: Invalid value: .*"Near"/,
      ],
    ];
    for (const [endpoint, more, expected] of cases) {
      const causes = await refused(endpoint, more);
      ok(
        causes.some((cause) => expected.test(cause)),
        `${expected.source} in ${JSON.stringify(causes)}`,
      );
    }
    const many = Array.from({ length: 101 }, () => ({ port: 'web' }));
    ok((await refused({}, { endpoints: many }))[0]?.startsWith('spec.endpoints: Too many: 101'));
    const bare = await write({ endpoints: [] });
    ok(bare.text.includes('spec.selector: Required value'), bare.text);
    equal((await write({ selector: {}, endpoints: [] })).status, 201);
  });

  test('what has no effect is taken with a warning', async () => {
    const answer = await write({
      selector: {},
      endpoints: [{ enableHttp2: true, filterRunning: false }],
      podTargetLabels: ['app'],
      attachMetadata: { node: true },
    });
    equal(answer.status, 201, answer.text);
    deepEqual(String(answer.headers['warning']).match(/spec[^"]*/g), [
      'spec.podTargetLabels has no effect: there are no pods',
      'spec.attachMetadata.node has no effect: there are no nodes',
    ]);
  });

  test('ServiceMonitors and Services of the corpora are taken, or refused with a stated reason', {
    skip: existsSync(manifests) ? false : `there are no manifests at ${manifests}`,
  }, async () => {
    /** Why what is refused is refused, by file and name. */
    const reasons: Readonly<Record<string, RegExp>> = {
      'scrapeclass-example-servicemonitor.yaml ServiceMonitor/servicemonitor-example':
        /spec\.selector: Required value/,
    };
    const seen = { taken: 0, refused: 0 };
    for (const { file, object } of monitorsIn(manifests)) {
      const name = textAt(object, 'metadata', 'name');
      const kind = textAt(object, 'kind');
      const path = world.path(kind, 'default', '').replace(/\/$/, '');
      // Where they are to go is not asked here.
      const body = { ...object, metadata: { ...Object(object['metadata']), namespace: 'default' } };
      const answer = await server.admin.post(`${path}?dryRun=All&fieldValidation=Strict`, body);
      const reason = reasons[`${file} ${kind}/${name}`];
      if (reason) {
        equal(answer.status, 422, answer.text);
        ok(reason.test(textAt(answer.json, 'message')), answer.text);
        seen.refused++;
      } else {
        equal(answer.status, 201, `${file}: ${answer.text}`);
        seen.taken++;
      }
    }
    ok(seen.taken > 5 && seen.refused === Object.keys(reasons).length, JSON.stringify(seen));
  });
});

/** ServiceMonitors and Services below a folder, each with the name of its file. */
function monitorsIn(folder: string): { file: string; object: Record<string, unknown> }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith('.yaml'))
    .flatMap(({ parentPath, name: file }) => {
      const text = readFileSync(join(parentPath, file), 'utf8');
      if (!/^kind: (ServiceMonitor|Service)$/m.test(text)) return [];
      return parseAllDocuments(text).flatMap((document) => {
        const object: unknown = document.toJS();
        const isMeant =
          isObject(object) && ['ServiceMonitor', 'Service'].includes(String(at(object, 'kind')));
        return isMeant ? [{ file, object }] : [];
      });
    });
}
